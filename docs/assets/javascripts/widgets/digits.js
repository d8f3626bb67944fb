/* Draw a digit, and a model answers in this browser. What that takes is fetched only when the reader asks. */
;(function () {
  "use strict"
  var make = widgets.make
  var folder = new URL("digits/", document.currentScript.src)
  var GRID = 8

  // ── the sheet ─────────────────────────────────────────────────────────────────────────────────

  var SIDE = 256, PEN = 24, PLACES = 16 // pixels, and places of the keyboard's pen along each side
  var MOST = 1024 // pixels along the longer side of a picture that is read as it is
  var ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

  function canvas(width, height, attributes) {
    return make("canvas", Object.assign({ width: width, height: height }, attributes))
  }

  function pixels(surface) {
    return surface.getContext("2d").getImageData(0, 0, surface.width, surface.height)
  }

  /* `picture` on white, as large as told. */
  function onPaper(picture, width, height) {
    var surface = canvas(width, height)
    var pen = surface.getContext("2d", { willReadFrequently: true })
    pen.fillStyle = "#fff"
    pen.fillRect(0, 0, width, height)
    pen.drawImage(picture, 0, 0, width, height)
    return surface
  }

  /* Counts as a picture of 8×8 pixels, dark for many. */
  function pictureOf(counts, surface) {
    var image = new ImageData(GRID, GRID)
    Array.from(counts).forEach(function (value, place) {
      image.data.fill(255 - Math.floor((value * 255) / 16), 4 * place, 4 * place + 3)
      image.data[4 * place + 3] = 255
    })
    surface.getContext("2d").putImageData(image, 0, 0)
    return surface
  }

  /* What is drawn by mouse, finger or keys; `changed` hears of every new picture, an ImageData. */
  function sheet(words, changed) {
    var board = canvas(SIDE, SIDE, { class: "digits-sheet", tabindex: "0", role: "application", "aria-label": words.board })
    var cursor = make("span", { class: "digits-pen", "aria-hidden": "true" })
    var where = make("span", { class: "digits-said", role: "status" })
    var pen = board.getContext("2d", { willReadFrequently: true })
    var strokes = []
    var drawing = false
    var place = [PLACES / 2, 2] // of the keyboard's pen: column and row
    var down = false

    function redraw() {
      pen.fillStyle = "#fff"
      pen.fillRect(0, 0, SIDE, SIDE)
      Object.assign(pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#000" })
      strokes.forEach(function (stroke) {
        pen.beginPath()
        pen.moveTo(stroke[0][0], stroke[0][1])
        stroke.forEach(function (point) { pen.lineTo(point[0], point[1]) })
        pen.stroke()
      })
      changed(strokes.length ? pixels(board) : null)
    }

    function extend(point) {
      strokes[strokes.length - 1].push(point)
      redraw()
    }

    function begin(point) {
      strokes.push([point])
      redraw()
    }

    function forget(kept) {
      strokes = kept
      lift()
      redraw()
    }

    function lift() {
      drawing = down = false
      showPen()
    }

    function under(event) {
      var box = board.getBoundingClientRect()
      return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height]
    }

    function center() {
      return place.map(function (number) { return ((number + 0.5) * SIDE) / PLACES })
    }

    function showPen() {
      var at = center()
      cursor.style.left = (100 * at[0]) / SIDE + "%"
      cursor.style.top = (100 * at[1]) / SIDE + "%"
      cursor.classList.toggle("digits-down", down)
    }

    function press(key) {
      if (ARROWS[key]) {
        place = place.map(function (number, axis) { return Math.min(PLACES - 1, Math.max(0, number + ARROWS[key][axis])) })
        if (down) extend(center())
      } else {
        down = !down
        if (down) begin(center())
      }
      showPen()
      where.textContent = widgets.fill(words.place, { row: place[1] + 1, column: place[0] + 1, pen: down ? words.down : words.up })
    }

    board.addEventListener("pointerdown", function (event) {
      if (event.button) return
      lift()
      board.setPointerCapture(event.pointerId)
      drawing = true
      begin(under(event))
    })
    board.addEventListener("pointermove", function (event) {
      if (drawing) extend(under(event))
    })
    board.addEventListener("pointerup", lift)
    board.addEventListener("pointercancel", lift)
    board.addEventListener("keydown", function (event) {
      var command = event.ctrlKey || event.metaKey
      if (command && event.key === "z") forget(strokes.slice(0, -1))
      else if (!command && (event.key === "Delete" || event.key === "Backspace")) forget([])
      else if (!command && (ARROWS[event.key] || event.key === " ")) press(event.key)
      else return
      event.preventDefault()
    })
    redraw()
    showPen()

    return {
      element: make("div", { class: "digits-board" }, [make("div", { class: "digits-desk" }, [board, cursor]), where]),
      focus: function () { board.focus() },
      undo: function () { forget(strokes.slice(0, -1)) },
      clear: function () { forget([]) },
      /* A picture instead of strokes: read as it is where it is not too large, shown as it fits. */
      show: function (picture) {
        strokes = []
        lift()
        var least = Math.min(1, MOST / Math.max(picture.width, picture.height))
        var read = onPaper(picture, Math.max(1, Math.round(picture.width * least)), Math.max(1, Math.round(picture.height * least)))
        var scale = SIDE / Math.max(picture.width, picture.height)
        var width = picture.width * scale, height = picture.height * scale
        pen.fillStyle = "#fff"
        pen.fillRect(0, 0, SIDE, SIDE)
        pen.imageSmoothingEnabled = scale < 1
        pen.drawImage(read, (SIDE - width) / 2, (SIDE - height) / 2, width, height)
        changed(pixels(read))
      },
    }
  }

  // ── the answer ────────────────────────────────────────────────────────────────────────────────

  /* With one decimal; what would round to nothing or to certainty says which side of it it is on. */
  function tenths(share) {
    var text = share > 0.9995 ? "> 99.9" : share < 0.0005 ? "< 0.1" : (100 * share).toFixed(1)
    return /^es\b/.test(document.documentElement.lang) ? text.replace(".", ",") + "\u00a0%" : text + "%"
  }

  function answers(words) {
    var seen = canvas(GRID, GRID, { class: "digits-seen", role: "img", "aria-label": words.seen })
    var verdict = make("p", { class: "widget-finding", role: "status" }, words.nothing)
    var bars = Array.from({ length: 10 }, function () { return make("span") })
    var shares = Array.from({ length: 10 }, function () { return make("span", {}, "–") })
    var rows = bars.map(function (bar, digit) {
      return [String(digit), [make("span", { class: "digits-bar", "aria-hidden": "true" }, bar), shares[digit]]]
    })
    var telling

    /* Once the reader stops: a line of speech for each pixel of a stroke would be too many. */
    function tell(text) {
      clearTimeout(telling)
      telling = setTimeout(function () { verdict.textContent = text }, 300)
    }

    return {
      element: make("div", { class: "digits-answers" }, [verdict, widgets.table(words.head, rows, words.caption)]),
      seen: make("figure", { class: "digits-model" }, [seen, make("figcaption", {}, words.seen)]),
      tell: tell,
      show: function (counts, probabilities) {
        var best = probabilities ? probabilities.indexOf(Math.max.apply(null, probabilities)) : -1
        pictureOf(counts || new Int32Array(GRID * GRID), seen)
        bars.forEach(function (bar, digit) {
          var share = probabilities ? probabilities[digit] : 0
          bar.style.width = (100 * share).toFixed(1) + "%"
          shares[digit].textContent = probabilities ? tenths(share) : "–"
          bar.closest("tr").classList.toggle("digits-best", digit === best)
        })
        if (probabilities) tell(widgets.fill(words.answer, { digit: best, share: tenths(probabilities[best]) }))
      },
    }
  }

  // ── the page ──────────────────────────────────────────────────────────────────────────────────

  widgets.begin("digits", function (element, settings) {
    var words = settings.words
    var start = make("button", { type: "button" }, words.start)
    var before = make("div", { class: "widget-form" }, [start])
    element.prepend(before)

    function session() {
      var bytes = Uint8Array.from(atob(settings.model), function (sign) { return sign.charCodeAt(0) })
      return window.ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] })
    }

    start.addEventListener("click", function () {
      var progress = make("progress", { "aria-label": words.loading })
      function advance() {
        progress.max = widgets.runtime.parts
        progress.value += 1
      }
      before.replaceChildren(make("p", { role: "status" }, words.loading), progress)
      Promise.all(["handwriting.js", "runtime.js"].map(function (name) { return widgets.script(new URL(name, folder)) })).then(function () {
        return widgets.runtime.load(advance)
      }).then(session).then(run).catch(function (error) {
        var why = widgets.fill(words.failed, { why: error.message })
        before.replaceChildren(make("p", { class: "widget-refused", role: "alert" }, why), start)
      })
    })

    /* The model is awake: a sheet, its answers, and a button beside every sample. */
    function run(model) {
      var shown = answers(words)
      var latest = null // counts of what is drawn now: while the model is busy, older ones are skipped
      var busy = false

      async function answer() {
        busy = true
        for (var counts = null; latest && latest !== counts; ) {
          counts = latest
          var input = new window.ort.Tensor("float32", Float32Array.from(counts), [1, GRID, GRID])
          var probabilities = Array.from((await model.run({ counts: input })).probabilities.data)
          if (latest !== counts) continue
          shown.show(counts, probabilities)
          element.dataset.result = JSON.stringify({ counts: Array.from(counts), probabilities: probabilities })
        }
        busy = false
      }

      function changed(image) {
        latest = image && widgets.prepare(image)
        if (latest && !busy) answer()
        if (latest) return
        shown.show(null, null)
        shown.tell(image ? words.blank : words.nothing)
        delete element.dataset.result
      }

      function read(file) {
        createImageBitmap(file).then(paper.show, function () { shown.tell(words.refused) })
      }

      var paper = sheet(words, changed)
      var undo = make("button", { type: "button" }, words.undo)
      var clear = make("button", { type: "button" }, words.clear)
      var file = make("input", { type: "file", accept: "image/*" })
      undo.addEventListener("click", paper.undo)
      clear.addEventListener("click", paper.clear)
      file.addEventListener("change", function () {
        if (file.files.length) read(file.files[0])
        file.value = "" // the same file may be chosen again
      })
      document.addEventListener("paste", function (event) {
        var pasted = Array.from(event.clipboardData.files).find(function (found) { return /^image\//.test(found.type) })
        if (pasted) read(pasted)
      })
      before.replaceWith(make("div", { class: "digits" }, [
        make("p", { class: "digits-help" }, words.help),
        make("div", { class: "digits-columns" }, [
          make("div", {}, [
            paper.element,
            make("div", { class: "digits-below" }, [shown.seen, make("div", { class: "digits-buttons" }, [undo, clear])]),
            make("label", { class: "digits-file" }, [words.file + " ", file]),
          ]),
          shown.element,
        ]),
      ]))
      element.querySelectorAll("table:not(.digits *) tbody tr").forEach(function (row, index) {
        var name = words.try + ": " + row.querySelector("img").alt
        var button = make("button", { type: "button", "aria-label": name }, words.try)
        var counts = Array.from(settings.samples[index], function (sign) { return parseInt(sign, 17) })
        button.addEventListener("click", function () { paper.show(pictureOf(counts, canvas(GRID, GRID))) })
        row.cells[0].append(" ", button)
      })
      element.dataset.running = ""
      paper.focus()
    }
  })
})()
