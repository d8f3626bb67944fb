/* What assistive technology needs and the theme leaves out. */
;(function () {
  "use strict"
  var BOXES = ".md-typeset pre > code, .md-typeset__scrollwrap, .tut-output, .tut-figure, .jp-OutputArea-output, div.arithmatex"

  // What scrolls sideways must be reachable by keyboard; what fits must not be one more stop.
  function reach() {
    document.querySelectorAll(BOXES).forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
      else box.removeAttribute("tabindex")
    })
  }

  addEventListener("load", reach)
  addEventListener("resize", reach)
})()
