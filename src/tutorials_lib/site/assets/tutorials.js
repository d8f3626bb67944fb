/* Filter of the gallery, and which questions the reader has answered. Without it every page is complete. */
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
        button.setAttribute("aria-pressed", String(button.dataset.tag === tag))
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

  /* Progress stays in this browser: one entry a lesson, the ids of the questions answered right. */
  var store = {
    read: function () {
      try {
        return JSON.parse(localStorage.getItem("tutorials-progress")) || {}
      } catch (error) {
        return {}
      }
    },
    write: function (progress) {
      try {
        localStorage.setItem("tutorials-progress", JSON.stringify(progress))
      } catch (error) {
        /* private windows may refuse */
      }
    },
  }

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

  function markCards() {
    var progress = store.read()
    document.querySelectorAll(".tut-card[data-slug]").forEach(function (card) {
      var lesson = progress[card.dataset.slug]
      if (lesson && lesson.answered.length >= lesson.of) card.classList.add("tut-done")
    })
  }

  filterCards()
  rememberAnswers()
  markCards()
})()
