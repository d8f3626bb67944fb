/* Build your own TPU: the model of tutorials_lib.bench.systolic and .sandbox, recomputed as sliders move. */
;(function () {
  "use strict"
  var make = widgets.make
  var STEPS = 60 // of a slider; the number beside it takes any value

  // ── the model ─────────────────────────────────────────────────────────────────────────────────

  function cycles(rows, inner, columns, chip) {
    var tiles = Math.ceil(inner / chip.side) * Math.ceil(columns / chip.side)
    return tiles * Math.max(chip.sublanes * Math.ceil(rows / chip.sublanes), chip.side)
  }

  function product(chip, rows, inner, columns, reads) {
    var fewest = Math.min(cycles(rows, inner, columns, chip), cycles(columns, inner, rows, chip))
    var moved = chip.item_bytes * (reads + inner * columns + rows * columns)
    var matrix = fewest / (chip.arrays * chip.clock)
    var memory = moved / chip.bandwidth
    var longest = Math.max(matrix, memory)
    var limit = chip.launch_seconds > longest ? "launch" : matrix >= memory ? "matrix" : "memory"
    return { seconds: longest + chip.launch_seconds, limit: limit }
  }

  function peak(chip) {
    return 2 * chip.arrays * chip.side * chip.side * chip.clock
  }

  function run(chip, task) {
    var heldUp = { matrix: 0, memory: 0, launch: 0 }
    var flop = 0
    task.products.forEach(function (entry) {
      var time = product(chip, entry[0], entry[1], entry[2], entry[4])
      heldUp[time.limit] += entry[3] * time.seconds
      flop += entry[3] * 2 * entry[0] * entry[1] * entry[2]
    })
    var device = heldUp.matrix + heldUp.memory + heldUp.launch
    var seconds = Math.max(device, (task.numbers_in * chip.item_bytes) / chip.infeed)
    var limit = ["matrix", "memory", "launch"].reduce(function (most, name) {
      return heldUp[name] > heldUp[most] ? name : most
    })
    return { seconds: seconds, share: flop / (seconds * peak(chip)), limit: seconds > device ? "infeed" : limit }
  }

  // ── the page ──────────────────────────────────────────────────────────────────────────────────

  widgets.begin("tpu", function (element, settings) {
    var words = settings.words
    var inputs = {}

    /* Slider and number of one dimension; the slider moves by equal factors from the lowest to the highest. */
    function control(dimension) {
      var ratio = dimension.high / dimension.low
      var name = "widget-" + dimension.key
      var range = make("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": dimension.name })
      var exact = make("input", { type: "number", id: name, min: dimension.low, max: dimension.high, step: "any" })
      inputs[dimension.key] = {
        read: function () { return Number(exact.value) },
        write: function (value) {
          exact.value = value
          place()
        },
      }
      function place() {
        var step = (STEPS * Math.log(exact.value / dimension.low)) / Math.log(ratio)
        range.value = Math.round(step)
        range.setAttribute("aria-valuetext", exact.value + " " + dimension.unit)
      }
      range.addEventListener("input", function () {
        var value = dimension.low * Math.pow(ratio, range.value / STEPS)
        exact.value = dimension.whole ? Math.round(value) : Number(value.toPrecision(3))
        range.setAttribute("aria-valuetext", exact.value + " " + dimension.unit)
        own()
      })
      exact.addEventListener("input", function () {
        if (!(exact.validity.valid && Number(exact.value) > 0)) return
        place()
        own()
      })
      return make("div", { class: "widget-control" }, [
        make("label", { for: name }, dimension.name),
        range,
        exact,
        make("span", { class: "widget-unit" }, dimension.unit),
      ])
    }

    var presets = make("select", { id: "widget-preset" }, settings.presets.map(function (preset, index) {
      return make("option", { value: index }, preset.name)
    }))
    presets.append(make("option", { value: "" }, words.own))
    var bytes = make("select", { id: "widget-bytes" }, [1, 2, 4].map(function (count) {
      return make("option", { value: count }, words.formats[count])
    }))
    var summary = make("p", { class: "widget-finding", role: "status", "aria-live": "polite" })
    var result = make("div", { class: "widget-scroll", tabindex: "0", role: "group", "aria-label": words.caption })
    var form = make("div", { class: "widget-form" }, [
      make("div", { class: "widget-control" }, [make("label", { for: "widget-preset" }, words.preset), presets]),
      make("div", { class: "widget-control" }, [make("label", { for: "widget-bytes" }, words.format), bytes]),
    ].concat(settings.dimensions.map(control)))

    function chip() {
      return {
        side: inputs.side.read(),
        arrays: inputs.arrays.read(),
        clock: inputs.clock.read() * 1e9,
        bandwidth: inputs.bandwidth.read() * 1e9,
        infeed: inputs.infeed.read() * 1e9,
        item_bytes: Number(bytes.value),
        launch_seconds: settings.launch_seconds,
        sublanes: settings.sublanes,
      }
    }

    function bar(share) {
      var reach = [share / (1 + settings.band), share * (1 + settings.band)]
      function percent(value) { return Math.min(100, 100 * value).toFixed(1) + "%" }
      var whisker = "left:" + percent(reach[0]) + ";right:" + (100 - parseFloat(percent(reach[1]))).toFixed(1) + "%"
      return make("span", { class: "widget-bar", "aria-hidden": "true" }, [
        make("span", { style: "width:" + percent(share) }),
        make("i", { style: whisker }),
      ])
    }

    function update() {
      var mine = chip()
      var rows = settings.tasks.map(function (task) {
        var outcome = run(mine, task)
        return [task.name, widgets.estimate(outcome.seconds, settings.band), [bar(outcome.share), widgets.percent(outcome.share)], words.limits[outcome.limit]]
      })
      var knee = peak(mine) / mine.bandwidth
      summary.textContent = widgets.fill(words.summary, {
        peak: widgets.rough(peak(mine) / 1e12),
        knee: widgets.rough(knee),
      })
      result.replaceChildren(widgets.table(words.head, rows, words.caption))
      element.dataset.results = JSON.stringify(settings.tasks.map(function (task) { return run(mine, task) }))
    }

    /* A value changed by hand: no preset any more. */
    function own() {
      presets.value = ""
      update()
    }

    function choose() {
      if (presets.value === "") return
      var preset = settings.presets[presets.value]
      settings.dimensions.forEach(function (dimension) { inputs[dimension.key].write(preset[dimension.key]) })
      bytes.value = preset.item_bytes
      update()
    }

    presets.addEventListener("change", choose)
    bytes.addEventListener("change", own)
    presets.value = settings.start
    choose()
    element.replaceChildren(form, summary, result)
  })
})()
