/* Guess first, then reveal: a slider before each folded answer, the guess beside it, and a score. */
;(function () {
  "use strict"
  var make = widgets.make
  var STEPS = 120
  var CLOSE = 2 // a guess within this factor counts as right

  widgets.begin("guess", function (element, settings) {
    var words = settings.words
    var ratio = settings.high / settings.low
    var tally = { right: 0, above: 0, below: 0, count: 0 }
    var score = make("p", { class: "widget-finding", role: "status", "aria-live": "polite" })

    /* Where a value stands on the scale, in per cent of its width. */
    function place(value) {
      return Math.min(100, Math.max(0, (100 * Math.log(value / settings.low)) / Math.log(ratio)))
    }

    function scale(guess, answer) {
      var low = place(answer.low)
      var band = "left:" + low.toFixed(2) + "%;width:" + (place(answer.high) - low).toFixed(2) + "%"
      function label(text, at, kind) {
        var side = Math.min(82, Math.max(18, at)) // a label near the edge stays inside
        return make("span", { class: kind, style: "left:" + side.toFixed(2) + "%" }, text)
      }
      return make("div", { class: "widget-scale" }, [
        make("span", { class: "widget-band", style: band }),
        make("i", { class: "widget-pin", style: "left:" + place(guess).toFixed(2) + "%" }),
        label("◆ " + widgets.fill(words.yours, { guess: widgets.rough(guess) }), place(guess), "widget-key-yours"),
        label("■ " + widgets.fill(words.ours, { value: widgets.rough(answer.value) }), place(answer.value), "widget-key-ours"),
      ])
    }

    function judge(guess, answer) {
      var factor = Math.max(guess / answer.value, answer.value / guess)
      if (factor <= CLOSE) return { kind: "right", text: words.right }
      var kind = guess > answer.value ? "above" : "below"
      return { kind: kind, text: widgets.fill(words[kind], { factor: widgets.rough(factor) }) }
    }

    element.querySelectorAll(".widget-question").forEach(function (question, index) {
      var answer = {
        value: Number(question.dataset.value),
        low: Number(question.dataset.low),
        high: Number(question.dataset.high),
      }
      var fold = question.querySelector("details")
      var name = "widget-guess-" + index
      var range = make("input", { type: "range", min: 0, max: STEPS, value: STEPS / 6, "aria-label": words.guess })
      var exact = make("input", { type: "number", id: name, min: settings.low, max: settings.high, step: "any", required: true })
      var button = make("button", { type: "submit" }, words.reveal)
      var form = make("form", { class: "widget-guess" }, [make("label", { for: name }, words.guess), range, exact, button])
      range.setAttribute("aria-valuetext", "–")
      range.addEventListener("input", function () {
        exact.value = Number((settings.low * Math.pow(ratio, range.value / STEPS)).toPrecision(2))
        range.setAttribute("aria-valuetext", exact.value)
      })
      exact.addEventListener("input", function () {
        if (!exact.validity.valid) return
        range.value = (place(exact.value) * STEPS) / 100
        range.setAttribute("aria-valuetext", exact.value)
      })
      form.addEventListener("submit", function (event) {
        event.preventDefault()
        var guess = Number(exact.value)
        var verdict = judge(guess, answer)
        ;[range, exact, button].forEach(function (control) { control.disabled = true })
        form.after(scale(guess, answer), make("p", { class: "widget-verdict", role: "status", tabindex: "-1" }, verdict.text))
        question.querySelector(".widget-verdict").focus()
        fold.open = true
        tally[verdict.kind] += 1
        tally.count += 1
        score.textContent = widgets.fill(words.score, tally)
      })
      fold.before(form)
    })
    element.append(score)
  })
})()
