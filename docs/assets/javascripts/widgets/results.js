/* The reader's own results file: read, checked and drawn here, in the browser. Nothing is sent anywhere. */
;(function () {
  "use strict"
  var make = widgets.make
  var LARGEST_FILE = 20e6 // bytes; ours have a hundredth of that
  var ROWS = 40 // drawn; the table has them all

  // ── checking a file ───────────────────────────────────────────────────────────────────────────

  function typeOf(value) {
    if (value === null) return "null"
    if (Array.isArray(value)) return "array"
    if (typeof value === "number" && Number.isInteger(value)) return "integer"
    return typeof value
  }

  function isType(value, name) {
    var found = typeOf(value)
    return found === name || (name === "number" && found === "integer")
  }

  function fieldName(place) {
    var text = place.map(function (step) { return typeof step === "number" ? "[" + step + "]" : "." + step }).join("")
    return text.replace(/^\./, "")
  }

  /* The faults of `value` by that part of JSON Schema which our schema uses: [{ field, reason, expected }]. */
  function faultsOf(value, schema, root, place) {
    place = place || []
    var faults = []
    function fault(where, reason, expected) {
      faults.push({ field: fieldName(where), reason: reason, expected: expected === undefined ? "" : String(expected) })
    }
    function into(part, partSchema, step) {
      faults = faults.concat(faultsOf(part, partSchema, root, step === undefined ? place : place.concat(step)))
    }
    function fits(partSchema) {
      return faultsOf(value, partSchema, root, place).length === 0
    }

    if (schema.$ref) into(value, root.$defs[schema.$ref.split("/").pop()])
    if ("const" in schema && value !== schema.const) fault(place, "other", schema.const)
    if (schema.enum && schema.enum.indexOf(value) < 0) fault(place, "other", schema.enum.join(", "))
    if (schema.type) {
      var types = [].concat(schema.type)
      if (!types.some(function (name) { return isType(value, name) })) {
        fault(place, "type", types.join(", "))
        return faults
      }
    }
    if (schema.not && fits(schema.not)) fault(place, "present")
    if (typeof value === "string") {
      if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) fault(place, "pattern", schema.description || schema.pattern)
      if (value.length < (schema.minLength || 0)) fault(place, "empty")
    }
    if (typeof value === "number") {
      if (value < schema.minimum) fault(place, "small", "≥ " + schema.minimum)
      if (value <= schema.exclusiveMinimum) fault(place, "small", "> " + schema.exclusiveMinimum)
    }
    if (Array.isArray(value) && schema.items) {
      value.forEach(function (entry, index) { into(entry, schema.items, index) })
    } else if (typeOf(value) === "object") {
      var known = schema.properties || {}
      ;(schema.required || []).forEach(function (name) {
        if (!Object.hasOwn(value, name)) fault(place.concat(name), "missing")
      })
      Object.keys(value).forEach(function (name) {
        if (Object.hasOwn(known, name)) into(value[name], known[name], name)
        else if (schema.additionalProperties === false) fault(place.concat(name), "unknown")
        else if (typeOf(schema.additionalProperties) === "object") into(value[name], schema.additionalProperties, name)
      })
    }
    if (schema.if) {
      var branch = fits(schema.if) ? schema.then : schema.else
      if (branch) into(value, branch)
    }
    return faults
  }

  /* What a schema cannot say: ids that repeat, quartiles in another order. */
  function contradictions(data) {
    var faults = []
    var seen = new Set()
    data.cells.forEach(function (cell, index) {
      if (seen.has(cell.id)) faults.push({ field: "cells[" + index + "].id", reason: "repeated", expected: "" })
      seen.add(cell.id)
      ;["seconds", "units"].forEach(function (unit) {
        var names = ["min", "q1", "median", "q3", "max"]
          .map(function (name) { return name + "_" + unit })
          .filter(function (name) { return name in cell })
        names.slice(1).forEach(function (name, before) {
          if (cell[names[before]] > cell[name])
            faults.push({ field: "cells[" + index + "]." + names[before], reason: "order", expected: name })
        })
      })
    })
    return faults
  }

  /* { data } or { faults }; a file of another version is told so and nothing else. */
  function read(text, schema) {
    var data
    try {
      data = JSON.parse(text)
    } catch (error) {
      return { faults: [{ field: "", reason: "json", expected: error.message }] }
    }
    var version = schema.properties.schema.const
    if (typeOf(data) === "object" && data.schema !== version)
      return { faults: [{ field: "schema", reason: "version", expected: version }] }
    var faults = faultsOf(data, schema, schema)
    var unique = faults.filter(function (fault, index) {
      return index === faults.findIndex(function (other) { return other.field === fault.field })
    })
    if (!unique.length) unique = contradictions(data)
    return unique.length ? { faults: unique } : { data: data }
  }

  // ── comparing ─────────────────────────────────────────────────────────────────────────────────

  /* Cells as the page compares them, from a whole results file. */
  function yourCells(data, settings) {
    return data.cells.map(function (cell) {
      var timed = cell.status === "ok" && data.provenance === "measured"
      var sound = timed && "q1_seconds" in cell // a time without quartiles has no noise to compare it with
      return {
        id: cell.id,
        definition: cell.definition,
        times: sound && [cell.q1_seconds, cell.median_seconds, cell.q3_seconds],
        disturbed: (cell.foreign_cores || 0) > settings.foreign_cores_limit ||
          (cell.slowdown || 0) > settings.slowdown_limit,
        status: timed ? widgets.duration(cell.median_seconds) : cell.reason || data.provenance,
      }
    })
  }

  /* The same from a row of the page's own table: definition, quartiles, quiet or disturbed. */
  function ourCells(table, settings) {
    return Array.from(table.querySelectorAll("tr[data-cell]")).map(function (row) {
      var values = row.dataset.cell.split(" ")
      return {
        id: row.querySelector("th").textContent,
        definition: values[0],
        times: values.slice(1, 4).map(Number),
        disturbed: values[4] === "disturbed",
      }
    })
  }

  /* Our time divided by yours, and whether that is more than noise; null where the two cannot be compared. */
  function compare(yours, ours, noise) {
    var medians = ours.times[1] / yours.times[1]
    var apart = yours.times[2] < ours.times[0] || ours.times[2] < yours.times[0]
    var same = !apart || Math.abs(Math.log(medians)) <= Math.log1p(noise)
    return { speedup: medians, verdict: same ? "same" : medians > 1 ? "faster" : "slower" }
  }

  function whyNot(yours, ours) {
    if (!ours) return "only_yours"
    if (!yours.times) return "no_time"
    if (yours.definition !== ours.definition) return "stale"
    if (yours.disturbed || ours.disturbed) return "disturbed"
    return ""
  }

  // ── drawing ───────────────────────────────────────────────────────────────────────────────────

  function tick(value) {
    return String(Math.round(value)) // a power of ten in its unit: 1, 10 or 100
  }

  function drawing(pairs, words) {
    var shown = pairs.slice(0, ROWS)
    var all = [].concat.apply([], shown.map(function (pair) { return pair.yours.times.concat(pair.ours ? pair.ours.times : []) }))
    var low = Math.log10(Math.min.apply(null, all.filter(function (time) { return time > 0 }))) - 0.1
    var high = Math.log10(Math.max.apply(null, all)) + 0.1
    var width = 640, left = 16, row = 44, top = 34
    var height = top + row * shown.length + 8
    function x(seconds) {
      return left + ((Math.log10(Math.max(seconds, 1e-12)) - low) / (high - low)) * (width - 2 * left)
    }
    var parts = [make("title", {}, words.drawing)]
    for (var power = Math.ceil(low); power <= high; power++) {
      var place = x(Math.pow(10, power))
      parts.push(make("line", { class: "widget-grid", x1: place, x2: place, y1: top - 6, y2: height }))
      parts.push(make("text", { x: place, y: top - 12, "text-anchor": "middle" }, widgets.duration(Math.pow(10, power), tick)))
    }
    function mark(cell, y, who) {
      var at = x(cell.times[1])
      var hollow = cell.disturbed ? " widget-hollow" : ""
      parts.push(make("line", { class: "widget-" + who, x1: x(cell.times[0]), x2: x(cell.times[2]), y1: y, y2: y }))
      if (who === "ours") parts.push(make("circle", { class: "widget-ours" + hollow, cx: at, cy: y, r: 5 }))
      else parts.push(make("path", { class: "widget-yours" + hollow, d: "M" + at + " " + (y - 7) + "l7 7l-7 7l-7-7z" }))
    }
    shown.forEach(function (pair, index) {
      var y = top + row * index + 14
      parts.push(make("text", { class: "widget-name", x: left, y: y }, pair.yours.id))
      if (pair.ours) mark(pair.ours, y + 11, "ours")
      mark(pair.yours, y + (pair.ours ? 19 : 14), "yours")
    })
    return make("svg", { viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": words.drawing }, parts)
  }

  function show(place, data, ours, settings) {
    var words = settings.words
    var known = new Map(ours.map(function (cell) { return [cell.id, cell] }))
    var pairs = yourCells(data, settings).map(function (yours) {
      var mine = known.get(yours.id)
      var reason = whyNot(yours, mine)
      return { yours: yours, ours: mine, reason: reason, result: reason ? null : compare(yours, mine, settings.noise) }
    })
    var compared = pairs.filter(function (pair) { return pair.result })
    var counts = { faster: 0, slower: 0, same: 0 }
    compared.forEach(function (pair) { counts[pair.result.verdict] += 1 })
    var drawn = pairs.filter(function (pair) { return pair.yours.times })
    var missing = ours.length - pairs.filter(function (pair) { return pair.ours }).length
    var logs = compared.reduce(function (sum, pair) { return sum + Math.log(pair.result.speedup) }, 0)
    var values = Object.assign(counts, {
      n: compared.length,
      of: pairs.length,
      missing: missing,
      mean: widgets.rough(Math.exp(logs / Math.max(1, compared.length))),
      machine: data.machine.name,
    })

    function verdict(pair) {
      if (!pair.result) return words[pair.reason]
      if (pair.result.verdict === "same") return words.same
      var factor = Math.max(pair.result.speedup, 1 / pair.result.speedup)
      return widgets.fill(words[pair.result.verdict], { factor: widgets.rough(factor) })
    }
    var rows = pairs.map(function (pair) {
      return [
        pair.yours.id,
        pair.yours.status,
        pair.ours ? widgets.duration(pair.ours.times[1]) : "–",
        verdict(pair),
      ]
    })
    var legend = make("p", { class: "widget-legend" }, [
      make("span", { class: "widget-key-ours" }, "● " + words.ours),
      " · ",
      make("span", { class: "widget-key-yours" }, "◆ " + words.yours),
      " · ",
      words.hollow,
    ])
    place.replaceChildren(
      make("p", { class: "widget-finding" }, widgets.fill(compared.length ? words.finding : words.nothing, values)),
      legend
    )
    if (drawn.length) place.append(make("div", { class: "widget-drawing", tabindex: "0", role: "group", "aria-label": words.drawing }, drawing(drawn, words)))
    if (drawn.length > ROWS) place.append(make("p", {}, widgets.fill(words.more, { count: drawn.length - ROWS })))
    var table = widgets.table([words.case, words.yours, words.ours, words.verdict], rows, words.caption)
    place.append(make("div", { class: "widget-scroll", tabindex: "0", role: "group", "aria-label": words.caption }, table))
  }

  function showFaults(place, name, faults, words) {
    var lines = faults.slice(0, 12).map(function (fault) {
      var field = fault.field || words.the_file
      return make("li", {}, [make("code", {}, field), ": " + widgets.fill(words.faults[fault.reason], { expected: fault.expected })])
    })
    var rest = faults.length - lines.length
    place.replaceChildren(
      make("p", { class: "widget-refused" }, widgets.fill(words.refused, { name: name })),
      make("ul", {}, lines),
      make("p", {}, rest > 0 ? widgets.fill(words.more, { count: rest }) : "")
    )
  }

  // ── the form ──────────────────────────────────────────────────────────────────────────────────

  widgets.begin("results", function (element, settings) {
    var words = settings.words
    var tables = Array.from(element.querySelectorAll("[data-suite]"))
    var picker = make("input", { type: "file", accept: ".json,application/json", id: "widget-file" })
    var paste = make("textarea", { rows: 5, spellcheck: "false", "aria-label": words.paste })
    var button = make("button", { type: "button" }, words.draw)
    var result = make("div", { class: "widget-result", role: "status", "aria-live": "polite" })

    function take(text, name) {
      element.dataset.state = "busy"
      var found = read(text, settings.schema)
      if (found.faults) {
        showFaults(result, name, found.faults, words)
        element.dataset.state = "refused"
        return
      }
      var table = tables.find(function (entry) { return entry.dataset.suite === found.data.suite })
      show(result, found.data, table ? ourCells(table, settings) : [], settings)
      element.dataset.state = "shown"
    }

    function takeFile(file) {
      if (!file) return
      if (file.size > LARGEST_FILE) return showFaults(result, file.name, [{ field: "", reason: "large", expected: "" }], words)
      file.text().then(function (text) { take(text, file.name) })
    }

    var drop = make("div", { class: "widget-drop" }, [make("label", { for: "widget-file" }, words.choose), picker, make("p", {}, words.drop)])
    drop.addEventListener("dragover", function (event) {
      event.preventDefault()
      drop.classList.add("widget-over")
    })
    drop.addEventListener("dragleave", function () { drop.classList.remove("widget-over") })
    drop.addEventListener("drop", function (event) {
      event.preventDefault()
      drop.classList.remove("widget-over")
      takeFile(event.dataTransfer.files[0])
    })
    picker.addEventListener("change", function () { takeFile(picker.files[0]) })
    button.addEventListener("click", function () { take(paste.value, words.pasted) })
    var fold = make("details", {}, [make("summary", {}, words.paste), paste, button])
    element.prepend(make("div", { class: "widget-form" }, [drop, fold]), result)
  })
})()
