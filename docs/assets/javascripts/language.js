/* Changing the language keeps the reader's place: headings have the same ids in every language. */
;(function () {
  "use strict"

  /* The id of a heading in every language: its own, but in a notebook that of the anchor inside it. */
  function shared(place) {
    var anchor = /^H[1-6]$/.test(place.tagName) && place.querySelector("a[id]")
    return "#" + (anchor || place).id
  }

  /* The last heading above the middle of the window, or "" near the top of the page. */
  function headingInView() {
    var passed = Array.from(document.querySelectorAll(".md-content :is(h2, h3, h4, h5, h6)[id]")).filter(function (heading) {
      return heading.getBoundingClientRect().top < window.innerHeight / 2
    })
    return passed.length && window.scrollY > 0 ? shared(passed.pop()) : ""
  }

  document.querySelectorAll("a[data-tut-language]").forEach(function (link) {
    var page = link.href
    function keepPlace() {
      var named = document.getElementById(decodeURIComponent(location.hash.slice(1)))
      link.href = page + (named ? shared(named) : headingInView())
    }
    link.addEventListener("pointerdown", keepPlace)
    link.addEventListener("click", keepPlace)
  })
})()
