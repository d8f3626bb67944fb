/* Typesets the formulas of a page with the vendored KaTeX, which is loaded only where there are any. */
;(function () {
  "use strict"
  var vendor = new URL("../vendor/katex/", document.currentScript.src)

  function load(tag, attributes) {
    return new Promise(function (resolve, reject) {
      var element = Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject })
      document.head.append(element)
    })
  }

  function typeset(element) {
    var text = element.textContent.trim()
    var display = text.startsWith("\\[")
    katex.render(text.slice(2, -2), element, { displayMode: display, throwOnError: false, output: "htmlAndMathml" })
  }

  var formulas = document.querySelectorAll(".arithmatex")
  var notebook = document.querySelectorAll(".jupyter-wrapper .jp-RenderedMarkdown")
  if (!formulas.length && !notebook.length) return
  load("link", { rel: "stylesheet", href: new URL("katex.min.css", vendor).href })
  load("script", { src: new URL("katex.min.js", vendor).href })
    .then(function () {
      formulas.forEach(typeset)
      return notebook.length && load("script", { src: new URL("auto-render.min.js", vendor).href })
    })
    .then(function () {
      var delimiters = [
        { left: "$$", right: "$$", display: true },
        { left: "\\[", right: "\\]", display: true },
        { left: "$", right: "$", display: false },
        { left: "\\(", right: "\\)", display: false },
      ]
      notebook.forEach(function (cell) {
        renderMathInElement(cell, { delimiters: delimiters, throwOnError: false })
      })
      document.documentElement.dataset.math = "ready"
    })
})()
