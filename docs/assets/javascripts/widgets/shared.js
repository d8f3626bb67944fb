/* What widgets share: numbers as the page's language writes them, elements, and where a widget begins. */
window.widgets = (function () {
  "use strict"
  var comma = /^es\b/.test(document.documentElement.lang)
  var UNITS = [["s", 1], ["ms", 1e-3], ["µs", 1e-6], ["ns", 1e-9]]

  /* `value` with so many significant digits, never cutting whole ones: 0.5 → 0.50, 1234 → 1234. */
  function number(value, digits) {
    var power = value ? Math.floor(Math.log10(Math.abs(value))) : 0
    var text = value.toFixed(Math.min(20, Math.max(0, (digits || 3) - 1 - power)))
    return comma ? text.replace(".", ",") : text
  }

  /* What a model deserves: two significant digits. */
  function rough(value) {
    if (!value) return "0"
    var places = 1 - Math.floor(Math.log10(Math.abs(value)))
    var unit = Math.pow(10, -places)
    var text = places > 0 ? value.toFixed(Math.min(20, places)) : String(Math.round(value / unit) * unit)
    return comma ? text.replace(".", ",") : text
  }

  function percent(share) {
    return rough(100 * share) + (comma ? "\u00a0%" : "%")
  }

  function unitOf(seconds) {
    return UNITS.find(function (entry) { return seconds >= entry[1] }) || UNITS[3]
  }

  function duration(seconds, write) {
    var unit = unitOf(seconds)
    return (write || number)(seconds / unit[1]) + "\u00a0" + unit[0]
  }

  /* A modelled time with its band, as `Estimate.text` writes it. */
  function estimate(seconds, band) {
    var unit = unitOf(seconds)
    var value = seconds / unit[1]
    return "≈ " + rough(value) + " (" + rough(value / (1 + band)) + "–" + rough(value * (1 + band)) + ") " + unit[0]
  }

  /* An element; text becomes text nodes, so that nothing a reader brings is read as markup. */
  function make(tag, attributes, children) {
    var svg = /^(svg|g|line|circle|path|text|rect|title)$/.test(tag)
    var element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag)
    Object.entries(attributes || {}).forEach(function (entry) {
      if (entry[1] === true) element.setAttribute(entry[0], "")
      else if (entry[1] !== false && entry[1] != null) element.setAttribute(entry[0], entry[1])
    })
    element.append.apply(element, [].concat(children === undefined ? [] : children))
    return element
  }

  function table(head, rows, caption) {
    function row(cells, tag) {
      return make("tr", {}, cells.map(function (cell, index) {
        var first = index === 0
        return make(first || tag === "th" ? "th" : "td", tag === "th" ? { scope: "col" } : { scope: first && "row" }, cell)
      }))
    }
    return make("table", {}, [
      make("caption", {}, caption || ""),
      make("thead", {}, [row(head, "th")]),
      make("tbody", {}, rows.map(function (cells) { return row(cells, "td") })),
    ])
  }

  /* "{count} rows" with { count: 3 } → "3 rows" */
  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, function (_, name) { return values[name] })
  }

  /* Runs a script that few readers need; fails with its name. */
  function script(url) {
    return new Promise(function (resolve, reject) {
      var element = make("script", { src: url.href })
      element.onload = resolve
      element.onerror = function () { reject(new Error(url.pathname.split("/").pop())) }
      document.head.append(element)
    })
  }

  /* Calls `begin(element, settings)` for every widget of that kind on the page. */
  function begin(kind, start) {
    document.querySelectorAll('[data-widget="' + kind + '"]').forEach(function (element) {
      start(element, JSON.parse(element.dataset.settings))
      element.dataset.ready = ""
    })
  }

  return { number: number, rough: rough, percent: percent, duration: duration, estimate: estimate, make: make, table: table, fill: fill, script: script, begin: begin }
})()
