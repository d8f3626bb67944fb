/* Changing the language keeps the reader's place: headings have the same ids in every language. */
;(function () {
  "use strict"

  /* The last heading above the middle of the window, or "" near the top of the page. */
  function headingInView() {
    var passed = Array.from(document.querySelectorAll(".md-content :is(h2, h3, h4, h5, h6)[id]")).filter(function (heading) {
      return heading.getBoundingClientRect().top < window.innerHeight / 2
    })
    return passed.length && window.scrollY > 0 ? "#" + passed.pop().id : ""
  }

  document.querySelectorAll("a[data-tut-language]").forEach(function (link) {
    var page = link.href
    function keepPlace() {
      link.href = page + (location.hash || headingInView())
    }
    link.addEventListener("pointerdown", keepPlace)
    link.addEventListener("click", keepPlace)
  })
})()
