/* ONNX Runtime Web in parts: a page opened from the file system may load scripts and nothing else. */
widgets.runtime = (function () {
  "use strict"
  var folder = new URL("../../../vendor/onnxruntime-web/", document.currentScript.src)
  var PARTS = ["wasm-1", "wasm-2", "wasm-3", "wasm-4", "wasm-5"]
  var runtime

  /* A file that was compressed, cut and written as text: its address. */
  async function unpack(names, type, onPart) {
    var parts = []
    window.runtimePart = function (text) {
      parts.push(Uint8Array.from(atob(text), function (sign) { return sign.charCodeAt(0) }))
    }
    for (var name of names) {
      await widgets.script(new URL(name + ".js", folder))
      onPart()
    }
    var stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("gzip"))
    return URL.createObjectURL(await new Response(stream, { headers: { "Content-Type": type } }).blob())
  }

  /* Fetches it once for all models of a page and tells of each part. */
  function load(onPart) {
    runtime = runtime || (async function () {
      await widgets.script(new URL("ort.wasm.min.js", folder))
      var paths = { mjs: await unpack(["module"], "text/javascript", onPart), wasm: await unpack(PARTS, "application/wasm", onPart) }
      Object.assign(window.ort.env.wasm, { numThreads: 1, wasmPaths: paths })
    })()
    return runtime.catch(function (error) {
      runtime = undefined // the reader may try again
      throw error
    })
  }

  return { load: load, parts: PARTS.length + 1 }
})()
