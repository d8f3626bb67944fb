/* Turns tables into things to try. What a kind of widget needs is loaded only on pages that have one. */
;(function () {
  "use strict"
  var elements = Array.from(document.querySelectorAll("[data-widget]"))
  if (!elements.length) return
  var folder = new URL("widgets/", document.currentScript.src)

  function load(tag, attributes) {
    return new Promise(function (resolve, reject) {
      document.head.append(Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject }))
    })
  }

  var kinds = new Set(elements.map(function (element) { return element.dataset.widget }))
  load("link", { rel: "stylesheet", href: new URL("widgets.css", folder).href })
  load("script", { src: new URL("shared.js", folder).href }).then(function () {
    kinds.forEach(function (kind) {
      load("script", { src: new URL(kind + ".js", folder).href })
    })
  })
})()
