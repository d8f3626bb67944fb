/* From a picture to 8×8 counts: tutorials_lib.handwriting again, in the same steps and the same integers. */
widgets.prepare = (function () {
  "use strict"
  var BITMAP = 32, GRID = 8, BLOCK = 4, WIDEST = 24, LEAST_INK = 0.25, SAMPLES = 4, CONTRAST = 25500

  /* `image` is an ImageData; nothing comes back from a blank one. */
  function prepare(image) {
    var light = lightness(image.data)
    if (image.width === GRID && image.height === GRID) {
      return light.map(function (value) { return Math.floor(((255000 - value) * 16 + 127500) / 255000) })
    }
    var ink = findInk(light, image.width, image.height)
    return ink && count(thicken(fit(ink, image.width, crop(ink, image.width, image.height))))
  }

  function lightness(data) {
    var light = new Int32Array(data.length / 4)
    for (var i = 0; i < light.length; i++) light[i] = 299 * data[4 * i] + 587 * data[4 * i + 1] + 114 * data[4 * i + 2]
    return light
  }

  function findInk(light, width, height) {
    var border = light.filter(function (_, place) {
      var row = Math.floor(place / width), column = place % width
      return row === 0 || row === height - 1 || column === 0 || column === width - 1
    }).sort()
    var paper = border[(border.length - 1) >> 1]
    var farthest = light.reduce(function (most, value) { return Math.max(most, Math.abs(value - paper)) }, 0)
    return farthest < CONTRAST ? null : light.map(function (value) { return 2 * Math.abs(value - paper) > farthest })
  }

  function crop(ink, width, height) {
    var box = { top: height, bottom: 0, left: width, right: 0 }
    ink.forEach(function (isInk, place) {
      if (!isInk) return
      var row = Math.floor(place / width), column = place % width
      box.top = Math.min(box.top, row)
      box.bottom = Math.max(box.bottom, row + 1)
      box.left = Math.min(box.left, column)
      box.right = Math.max(box.right, column + 1)
    })
    return box
  }

  function fit(ink, stride, box) {
    var height = box.bottom - box.top, width = box.right - box.left
    var columns = Math.min(WIDEST, Math.max(1, Math.floor((2 * BITMAP * width + height) / (2 * height))))
    var left = (BITMAP - columns) >> 1
    function place(index, length, pixels) { return Math.floor(((2 * index + 1) * length) / (2 * pixels * SAMPLES)) }
    return bitmap(function (row, column) {
      if (column < left || column >= left + columns) return false
      var seen = 0
      for (var i = 0; i < SAMPLES * SAMPLES; i++) {
        var down = place(SAMPLES * row + (i >> 2), height, BITMAP)
        var across = place(SAMPLES * (column - left) + (i & 3), width, columns)
        seen += ink[(box.top + down) * stride + box.left + across]
      }
      return 2 * seen >= SAMPLES * SAMPLES
    })
  }

  function thicken(drawn) {
    var total = drawn.reduce(function (sum, value) { return sum + value }, 0)
    if (!total || total >= LEAST_INK * BITMAP * BITMAP) return drawn
    function at(row, column) {
      return row >= 0 && row < BITMAP && column >= 0 && column < BITMAP && drawn[row * BITMAP + column]
    }
    return thicken(bitmap(function (row, column) {
      return at(row, column) || at(row, column - 1) || at(row, column + 1) || at(row - 1, column) || at(row + 1, column)
    }))
  }

  function bitmap(isInk) {
    return Uint8Array.from({ length: BITMAP * BITMAP }, function (_, place) {
      return isInk(Math.floor(place / BITMAP), place % BITMAP) ? 1 : 0
    })
  }

  function count(drawn) {
    var counts = new Int32Array(GRID * GRID)
    drawn.forEach(function (value, place) {
      counts[Math.floor(place / BITMAP / BLOCK) * GRID + Math.floor((place % BITMAP) / BLOCK)] += value
    })
    return counts
  }

  return prepare
})()
