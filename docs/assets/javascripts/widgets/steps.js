/* A drawing in steps, one at a time: a slider and two buttons. Without it all steps stand on the page. */
;(function () {
  "use strict"
  var make = widgets.make

  widgets.begin("steps", function (element, settings) {
    var words = settings.words
    var list = element.querySelector(".tut-steps")
    var steps = Array.from(list.children)
    var range = make("input", { type: "range", min: 1, max: steps.length, step: 1, "aria-label": words.step })
    var back = make("button", { type: "button" }, words.back)
    var on = make("button", { type: "button" }, words.on)
    var place = make("output", { "aria-hidden": "true" }) // the slider says it

    function show(number) {
      if (number < 1 || number > steps.length) return
      var text = widgets.fill(words.place, { n: number, count: steps.length })
      steps.forEach(function (step, index) { step.hidden = index !== number - 1 })
      range.value = number
      range.setAttribute("aria-valuetext", text)
      place.textContent = text
      // not `disabled`: that would throw the reader who pressed it out of the row
      back.setAttribute("aria-disabled", String(number === 1))
      on.setAttribute("aria-disabled", String(number === steps.length))
    }

    range.addEventListener("input", function () { show(Number(range.value)) })
    back.addEventListener("click", function () { show(Number(range.value) - 1) })
    on.addEventListener("click", function () { show(Number(range.value) + 1) })
    element.prepend(make("div", { class: "tut-steps-control" }, [back, range, on, place]))
    list.classList.add("tut-steps-one")
    show(1)
    list.setAttribute("aria-live", "polite") // after the first: a page does not read out what nobody moved
  })
})()
