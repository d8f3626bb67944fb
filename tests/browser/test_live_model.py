"""The model in the page answers as Python does, whichever way a digit gets there."""

import base64
import gzip
import hashlib
import io
import json
import re
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tutorials_lib.data import digits
from tutorials_lib.handwriting import picture_of, png, prepare

PAGE = "workflow/deployment.html"
LANGUAGES = {"": "es", "en/": "en"}
WORDS = {
    "": {"start": "Encender", "clear": "Borrar la hoja", "undo": "Deshacer un trazo", "try": "Probar"},
    "en/": {"start": "Start", "clear": "Clear the sheet", "undo": "Undo a stroke", "try": "Try"},
}
SAID = {
    "": {"answer": "Respuesta: {}", "nothing": "La hoja está en blanco.", "blank": "No se distingue nada"},
    "en/": {"answer": "Answer: {}", "nothing": "The sheet is blank.", "blank": "Nothing stands out"},
}
TOLERANCE = 1e-4
VENDOR = Path(__file__).parents[2] / "docs/assets/vendor"
RUNTIME = VENDOR / "onnxruntime-web"

each_language = pytest.mark.parametrize("folder", LANGUAGES)


class Demo:
    """A page with its model running, and the same model in Python."""

    def __init__(self, visited, folder=""):
        self.page, self.visited, self.folder = visited.page, visited, folder
        self.page.wait_for_selector("[data-widget=digits][data-ready]", timeout=15_000)
        self.widget = self.page.locator("[data-widget=digits]")
        self.settings = json.loads(self.widget.get_attribute("data-settings"))
        self.session = onnxruntime.InferenceSession(
            base64.b64decode(self.settings["model"]), providers=["CPUExecutionProvider"]
        )

    def button(self, name):
        return self.widget.get_by_role("button", name=WORDS[self.folder][name], exact=name != "start")

    def start(self):
        self.button("start").click()
        self.wait_for_start()
        return self

    def wait_for_start(self):
        self.page.wait_for_selector("[data-widget=digits][data-running]", timeout=60_000)

    @property
    def sheet(self):
        return self.widget.locator(".digits-sheet")

    def expected(self, counts):
        """Python's probabilities for one digit of 8×8 counts."""
        return self.session.run(None, {"counts": np.float32([counts]).reshape(1, 8, 8)})[0][0]

    def result(self):
        """What the page shows now; checks that it is what Python answers to the same counts."""
        result = json.loads(self.widget.get_attribute("data-result"))
        assert np.abs(np.array(result["probabilities"]) - self.expected(result["counts"])).max() < TOLERANCE
        return np.array(result["counts"]).reshape(8, 8)

    def upload(self, content, name="digit.png", kind="image/png"):
        self.widget.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": kind, "buffer": content}
        )

    def upload_picture(self, picture):
        """Uploads it and waits until the page has answered to it."""
        counts = json.dumps(prepare(picture).flatten().tolist(), separators=(",", ":"))
        self.upload(png(picture))
        try:
            self.page.wait_for_function(
                "c => document.querySelector('[data-widget=digits]').dataset.result?.includes(c)",
                arg=f'"counts":{counts}',
                timeout=5_000,
            )
        except Exception:
            pytest.fail(f"the page received {self.result().tolist()}, not {counts}")

    def said(self):
        self.page.wait_for_timeout(400)  # it waits until the reader stops
        return self.widget.locator(".widget-finding").inner_text()

    def on_sheet(self):
        """The pixels of the sheet."""
        address = self.sheet.evaluate("canvas => canvas.toDataURL('image/png')")
        return np.array(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))).convert("RGB"))

    def places(self, *points):
        """Shares of the sheet's width and height as places of the window."""
        self.sheet.scroll_into_view_if_needed()
        box = self.sheet.bounding_box()
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


@pytest.fixture
def demo(visit):
    """Opens the page of a language and starts its model."""

    def start(folder="", path=PAGE, **options):
        return Demo(visit(folder + path, **options), folder).start()

    return start


def held_out(count):
    data = digits()
    return (data.test_images[:count, 0] * 16).int().numpy(), data.test_labels[:count].tolist()


SEVEN = ((0.25, 0.2), (0.75, 0.2), (0.45, 0.85))


# ── Python's answers ─────────────────────────────────────────────────────────────────────────────


@each_language
def test_held_out_digits_get_the_answers_of_python(demo, folder):
    live = demo(folder)
    counts, labels = held_out(20)
    right = 0
    for digit, label in zip(counts, labels, strict=True):
        live.upload_picture(picture_of(digit))
        assert (live.result() == digit).all()
        right += live.expected(digit).argmax() == label
    assert right > 15
    assert live.said().startswith(SAID[folder]["answer"].format(live.expected(counts[-1]).argmax()))
    assert live.visited.problems == []


def sheets():
    """Pictures unlike the data: place, size, shape, shades and thickness at random."""
    random = np.random.default_rng(0)
    for digit in held_out(12)[0]:
        height, width = random.integers(30, 200, size=2)
        large = np.array(Image.fromarray((digit * 15).astype(np.uint8)).resize((width, height)))
        ink = large > random.integers(60, 200)
        picture = np.full((height + 60, width + 90, 3), random.integers(0, 256, size=3), dtype=np.uint8)
        top, left = random.integers(1, 59), random.integers(1, 89)
        away = (picture[0, 0].astype(int) + random.integers(100, 156, size=3)) % 256
        picture[top : top + height, left : left + width][ink] = away
        yield picture
    yield random.integers(0, 256, size=(70, 50, 3), dtype=np.uint8)  # of no two shades: every weight tells


def test_pictures_are_prepared_as_in_python(demo):
    live = demo()
    for picture in sheets():
        live.upload_picture(picture)
        live.result()
    assert live.visited.problems == []


def test_transparent_pictures_lie_on_white_paper(demo):
    live = demo()
    picture = picture_of(held_out(1)[0][0]).repeat(10, axis=0).repeat(10, axis=1)
    ink = 255 - picture[..., 0]
    transparent = np.dstack([np.zeros_like(picture), np.where(ink > 127, 255, 0).astype(np.uint8)])
    flat = np.where(ink[..., None] > 127, 0, 255).repeat(3, axis=2).astype(np.uint8)
    live.upload(png(transparent))
    live.page.wait_for_selector("[data-result]")
    assert (live.result() == prepare(flat)).all()


def test_samples_are_tried_where_they_stand(demo):
    live = demo()
    buttons = live.widget.get_by_role("button", name=WORDS[""]["try"])
    samples = [[int(sign, 17) for sign in sample] for sample in live.settings["samples"]]
    assert buttons.count() == len(samples) == 12
    buttons.nth(11).click()
    live.page.wait_for_selector("[data-result]")
    assert live.result().flatten().tolist() == samples[11]


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────


def test_strokes_of_a_mouse_are_prepared_as_the_picture_they_make(demo):
    live = demo("en/")
    said = SAID["en/"]
    first, *others = live.places(*SEVEN)
    live.page.mouse.move(*first)
    live.page.mouse.down()
    for place in others:
        live.page.mouse.move(*place, steps=8)
    live.page.mouse.up()
    assert live.said().startswith(said["answer"].format(7))
    counts = live.result()
    assert (counts == prepare(live.on_sheet())).all()
    live.page.mouse.move(*live.places((0.5, 0.5))[0])  # the button is up: nothing is drawn
    assert (live.result() == counts).all()
    live.button("clear").click()
    assert live.said() == said["nothing"]
    assert (live.on_sheet() == 255).all()
    assert live.widget.get_attribute("data-result") is None
    assert live.visited.problems == []


def test_strokes_of_a_finger_draw_and_do_not_scroll(demo):
    live = demo(width=390)
    places = live.places(*SEVEN)
    scrolled = live.page.evaluate("scrollY")
    touch = live.page.context.new_cdp_session(live.page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    kinds = ["touchStart", *["touchMove"] * (len(places) - 1)]
    for kind, (x, y) in zip(kinds, places, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert live.said().startswith(SAID[""]["answer"].format(7))
    assert (live.result() == prepare(live.on_sheet())).all()
    assert live.page.evaluate("scrollY") == scrolled


@each_language
def test_the_keyboard_alone_starts_draws_undoes_and_clears(visit, folder):
    live = Demo(visit(folder + PAGE), folder)
    keyboard = live.page.keyboard
    live.button("start").focus()
    keyboard.press("Enter")
    live.wait_for_start()
    assert live.page.evaluate("document.activeElement.matches('.digits-sheet')")
    for key in (
        *["ArrowLeft"] * 4,
        " ",
        *["ArrowRight"] * 7,
        *["ArrowDown", "ArrowLeft", "ArrowDown"] * 4,
        " ",
    ):
        keyboard.press(key)
    keyboard.press("ArrowRight")  # the pen is lifted: nothing is drawn
    drawn = live.on_sheet()
    assert live.said().startswith(SAID[folder]["answer"].format(7))
    assert (live.result() == prepare(drawn)).all()
    where = live.widget.locator(".digits-said")
    assert re.fullmatch(r"\w+ 11, \w+ 9, [\wá ]+", where.inner_text())
    for key in (" ", "ArrowRight", "ArrowRight", " ", "Control+z"):
        keyboard.press(key)
    assert (live.on_sheet() == drawn).all()
    keyboard.press("Delete")
    assert live.said() == SAID[folder]["nothing"]
    keyboard.press("Tab")
    assert live.page.evaluate("document.activeElement.textContent") == WORDS[folder]["undo"]
    assert live.visited.problems == []


def test_the_pen_shows_where_the_keyboard_draws(demo):
    live = demo()
    pen = live.widget.locator(".digits-pen")
    live.page.keyboard.press("ArrowDown")
    assert pen.is_visible()
    before = pen.bounding_box()
    live.page.keyboard.press("ArrowDown")
    assert pen.bounding_box()["y"] > before["y"]
    live.button("clear").focus()
    assert not pen.is_visible()


# ── other ways in ────────────────────────────────────────────────────────────────────────────────


def test_a_picture_can_be_pasted(demo):
    live = demo()
    picture = next(sheets())
    live.page.evaluate(
        """async text => {
            const bytes = Uint8Array.from(atob(text), sign => sign.charCodeAt(0))
            const file = new Blob([bytes], { type: "image/png" })
            await navigator.clipboard.write([new ClipboardItem({ "image/png": file })])
        }""",
        base64.b64encode(png(picture)).decode(),
    )
    live.page.keyboard.press("Control+v")
    live.page.wait_for_selector("[data-result]")
    assert (live.result() == prepare(picture)).all()


def test_a_blank_picture_and_a_file_that_is_none_are_told_apart(demo):
    live = demo("en/")
    said = SAID["en/"]
    live.upload(png(np.full((40, 40, 3), 200, dtype=np.uint8)))
    assert live.said().startswith(said["blank"])
    live.upload(b"no picture", "digit.png")
    assert not live.said().startswith(said["blank"])
    assert live.said() != said["nothing"]
    assert live.widget.get_attribute("data-result") is None


def test_it_runs_from_the_file_system(demo, site):
    live = demo(path=(site / PAGE).as_uri())
    (digit,) = held_out(1)[0]
    live.upload_picture(picture_of(digit))
    assert (live.result() == digit).all()
    assert live.visited.problems == []


# ── what it costs, and when it fails ─────────────────────────────────────────────────────────────


def test_nothing_is_fetched_before_the_reader_asks(visit):
    visited = visit("")
    asked = []
    visited.page.on("request", lambda request: asked.append(request.url))
    visited.page.goto(visited.page.url.rstrip("/") + "/" + PAGE)
    live = Demo(visited)
    assert not [url for url in asked if "onnxruntime" in url]
    live.start()
    fetched = [url for url in asked if "onnxruntime" in url]
    assert len(fetched) == len(set(fetched)) == len(list(RUNTIME.glob("*.js")))
    megabytes = sum(file.stat().st_size for file in RUNTIME.glob("*.js")) / 1e6
    assert f"{megabytes:.0f} MB" in live.settings["words"]["start"]
    asked.clear()
    live.upload_picture(next(sheets()))
    assert asked == []
    assert live.visited.problems == []


def test_a_failed_download_is_said_and_can_be_tried_again(visit):
    live = Demo(visit("en/" + PAGE), "en/")
    live.page.route("**/wasm-3.js", lambda route: route.abort())
    live.button("start").click()
    refused = live.widget.get_by_role("alert")
    refused.wait_for(timeout=30_000)
    assert "wasm-3.js" in refused.inner_text()
    live.page.unroute("**/wasm-3.js")
    live.start()
    assert refused.count() == 0


@each_language
def test_without_scripts_the_table_holds_the_answers_of_python(browser, address, folder):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + folder + PAGE)
    widget = page.locator("[data-widget=digits]")
    settings = json.loads(widget.get_attribute("data-settings"))
    session = onnxruntime.InferenceSession(base64.b64decode(settings["model"]))
    samples = np.float32([[int(sign, 17) for sign in sample] for sample in settings["samples"]])
    answers = session.run(None, {"counts": samples.reshape(-1, 8, 8)})[0]
    rows = [row.locator("td").all_inner_texts() for row in widget.locator("tbody tr").all()]
    assert len(rows) == len(answers) == 12
    for cells, answer in zip(rows, answers, strict=True):
        first, second = answer.argsort()[:-3:-1]
        assert [cell.split(" ")[0] for cell in cells[2:]] == [str(first), str(second)]
        shown = float(re.search(r"[\d.,]+(?=\s*%)", cells[2])[0].replace(",", "."))
        assert shown == pytest.approx(100 * answer[first], abs=0.11)
    assert [int(cells[1]) for cells in rows[:10]] == list(range(10))
    assert widget.locator("button, input, canvas").count() == 0
    context.close()


def test_the_vendored_runtime_is_what_was_published():
    """The parts, put together and unpacked, have the digests of the npm package's files."""
    stated = dict(re.findall(r"`([\w.-]+)` \| `([0-9a-f]{64})`", (VENDOR / "VERSIONS.txt").read_text()))

    def content(*names):
        text = "".join(
            re.fullmatch(r'runtimePart\("(.*)"\)', (RUNTIME / f"{name}.js").read_text().strip())[1]
            for name in names
        )
        return gzip.decompress(base64.b64decode(text))

    parts = sorted(path.stem for path in RUNTIME.glob("wasm-*.js"))
    found = {
        "ort.wasm.min.js": (RUNTIME / "ort.wasm.min.js").read_bytes(),
        "ort-wasm-simd-threaded.mjs": content("module"),
        "ort-wasm-simd-threaded.wasm": content(*parts),
    }
    assert {name: hashlib.sha256(data).hexdigest() for name, data in found.items()} == stated


# ── for every reader ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("folder", "scheme"), [("", "light"), ("en/", "dark")])
def test_it_has_no_accessibility_violation_and_fits_a_phone(visit, folder, scheme):
    live = Demo(visit(folder + PAGE, scheme=scheme, width=390), folder)
    for prepare_page in (lambda: None, live.start, lambda: live.upload(png(next(sheets())))):
        prepare_page()
        live.page.wait_for_timeout(400)
        response = Axe().run(live.page, context="[data-widget=digits]")
        assert response.violations_count == 0, response.generate_report()
    assert live.widget.locator(".digits").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert live.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in live.widget.locator("button").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24  # WCAG 2.2, 2.5.8
    assert live.visited.problems == []


def test_on_paper_the_table_stands_without_controls(demo):
    live = demo()
    live.page.emulate_media(media="print")
    assert not live.widget.locator(".digits").is_visible()
    assert not live.widget.get_by_role("button").first.is_visible()
    assert live.widget.locator("table").last.is_visible()
