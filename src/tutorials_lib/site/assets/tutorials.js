/* Filter of the gallery, and what the reader has answered. Without it every page is complete. */
;(function () {
  "use strict"

  function filterCards() {
    var filter = document.querySelector(".tut-filter")
    if (!filter) return
    var buttons = Array.from(filter.querySelectorAll("button"))
    var cards = Array.from(document.querySelectorAll(".tut-card"))
    var count = document.querySelector(".tut-count")

    function show(tag) {
      if (!buttons.some(function (button) { return button.dataset.tag === tag })) tag = ""
      var shown = cards.filter(function (card) {
        card.hidden = tag !== "" && card.dataset.tags.split(",").indexOf(tag) < 0
        return !card.hidden
      }).length
      buttons.forEach(function (button) {
        var pressed = button.dataset.tag === tag
        var folded = button.closest("details")
        button.setAttribute("aria-pressed", String(pressed))
        if (pressed && folded) folded.open = true
      })
      document.querySelectorAll(".tut-cards").forEach(function (list) {
        var empty = !list.querySelector(".tut-card:not([hidden])")
        var heading = list.previousElementSibling
        list.hidden = empty
        if (heading && /^H[2-6]$/.test(heading.tagName)) heading.hidden = empty
      })
      if (count) count.textContent = shown === 1 ? count.dataset.one : count.dataset.many.replace("{count}", shown)
    }

    function fromAddress() {
      var found = /[?&]tag=([^&]*)/.exec(location.search)
      return found ? decodeURIComponent(found[1].replace(/\+/g, " ")) : ""
    }

    filter.addEventListener("click", function (event) {
      var button = event.target.closest("button")
      if (!button) return
      var tag = button.dataset.tag
      try {
        history.replaceState(null, "", tag ? "?tag=" + encodeURIComponent(tag) : location.pathname)
      } catch (error) {
        /* a file opened from disk may not change its address */
      }
      show(tag)
    })
    filter.hidden = false
    show(fromAddress())
  }

  /* What is remembered stays in this browser. */
  function remembered(key) {
    return {
      read: function () {
        try {
          return JSON.parse(localStorage.getItem(key)) || {}
        } catch (error) {
          return {}
        }
      },
      write: function (value) {
        try {
          localStorage.setItem(key, JSON.stringify(value))
        } catch (error) {
          /* private windows may refuse */
        }
      },
    }
  }

  var store = remembered("tutorials-progress") // one entry a lesson: the ids of the questions answered right
  var tests = remembered("tutorials-self-tests") // one entry a section: for each question, whether the first answer was right

  function rememberAnswers() {
    var page = document.querySelector("[data-lesson]")
    var quizzes = Array.from(document.querySelectorAll(".tut-quiz"))
    if (!page || !quizzes.length) return
    var lesson = page.dataset.lesson
    var answered = (store.read()[lesson] || {}).answered || []

    quizzes.forEach(function (quiz) {
      quiz.classList.toggle("tut-answered", answered.indexOf(quiz.id) >= 0)
      quiz.querySelectorAll(".tut-right").forEach(function (option) {
        option.addEventListener("toggle", function () {
          if (!option.open) return
          quiz.classList.add("tut-answered")
          if (answered.indexOf(quiz.id) < 0) answered.push(quiz.id)
          var progress = store.read()
          progress[lesson] = { answered: answered, of: quizzes.length }
          store.write(progress)
        })
      })
    })
  }

  /* Cards, and stops of a section's path. */
  function markLessons() {
    var progress = store.read()
    document.querySelectorAll("li[data-slug]").forEach(function (entry) {
      var lesson = progress[entry.dataset.slug]
      if (lesson && lesson.answered.length >= lesson.of) entry.classList.add("tut-done")
    })
  }

  /* The first answer to each question counts; the score says what to read again. */
  function selfTest() {
    var test = document.querySelector(".tut-self-test")
    if (!test) return
    var section = test.dataset.selfTest
    var quizzes = Array.from(test.querySelectorAll(".tut-quiz"))
    var score = test.querySelector(".tut-score")
    var told = score.querySelector("p")

    function answers() {
      return tests.read()[section] || {}
    }

    function remember(given) {
      var all = tests.read()
      all[section] = given
      tests.write(all)
    }

    function toRead(missed) {
      var seen = {}
      missed.forEach(function (quiz) {
        quiz.querySelectorAll("a[href]").forEach(function (link) {
          seen[link.href] = link.cloneNode(true)
        })
      })
      return Object.keys(seen).map(function (address) { return seen[address] })
    }

    function show(given) {
      var right = quizzes.filter(function (quiz) { return given[quiz.id] === true })
      var missed = quizzes.filter(function (quiz) { return given[quiz.id] === false })
      quizzes.forEach(function (quiz) {
        quiz.classList.toggle("tut-answered", given[quiz.id] === true)
        quiz.classList.toggle("tut-missed", given[quiz.id] === false)
      })
      var answered = right.length + missed.length
      var text = answered < quizzes.length ? score.dataset.progress : score.dataset.result
      told.textContent = text
        .replace("{answered}", answered)
        .replace("{right}", right.length)
        .replace("{total}", quizzes.length)
      if (answered === quizzes.length && missed.length) {
        told.append(". " + score.dataset.review)
        toRead(missed).forEach(function (link, place) { told.append(place ? ", " : " ", link) })
      }
      score.hidden = answered === 0
    }

    var given = answers()
    test.addEventListener(
      "toggle", // does not bubble
      function (event) {
        var option = event.target
        var quiz = option.closest(".tut-quiz")
        if (!option.open || !quiz || quiz.id in given) return
        given[quiz.id] = option.classList.contains("tut-right")
        remember(given)
        show(given)
      },
      true
    )
    score.querySelector("button").addEventListener("click", function () {
      test.querySelectorAll("details[open]").forEach(function (option) { option.open = false })
      given = {}
      remember(given)
      show(given)
      quizzes[0].querySelector("summary").focus()
    })
    show(given)
  }

  filterCards()
  rememberAnswers()
  markLessons()
  selfTest()
})()
