"""What a reader does: opens, switches language, searches, copies, answers; in both schemes."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

LESSON = "fundamentals/tensors_and_rank.html"
MATHEMATICS = "tensor_mathematics/dot_products.html"
BENCHMARK = "benchmarks/matrix_product.html"
SECTION = "fundamentals/index.html"
LANGUAGES = {"": "es", "en/": "en"}
KEY_PAGES = ("index.html", LESSON, SECTION, "gallery.html", BENCHMARK)


def every_page(site) -> list[str]:
    return [str(path.relative_to(site)) for path in sorted(site.rglob("*.html")) if path.name != "404.html"]


@pytest.mark.timeout(1800)  # two seconds for each of some hundreds of pages, more on a busy machine
@pytest.mark.parametrize("folder", LANGUAGES)
def test_no_page_fails_or_asks_another_site(site, visit, folder):
    problems = {}
    others = tuple(filter(None, LANGUAGES))
    paths = [
        path
        for path in every_page(site)
        if (path.startswith(folder) if folder else not path.startswith(others))
    ]
    first = visit(f"{folder}index.html")
    for start in range(0, len(paths), 4):  # four at a time: a page waits more than it works
        visits = {path: visit(path, wait_until="commit", beside=first) for path in paths[start : start + 4]}
        for path, visited in visits.items():
            visited.page.wait_for_load_state("networkidle")
            if visited.problems:
                problems[path] = visited.problems
            visited.page.close()
    assert problems == {}


@pytest.mark.parametrize("folder", LANGUAGES)
def test_pages_open_from_the_file_system(site, visit, folder):
    for path in ("index.html", LESSON, "gallery.html"):
        visited = visit((site / folder / path).as_uri())
        visited.page.wait_for_timeout(300)
        assert visited.problems == []
        assert visited.page.locator("h1").first.is_visible()
        assert visited.page.evaluate("document.documentElement.lang") == LANGUAGES[folder]


def test_the_typeface_is_the_vendored_one(visit):
    page = visit("index.html").page
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"Atkinson Hyperlegible Next\"')")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)")
    assert any("Atkinson Hyperlegible Next" in family for family in loaded)


def test_switching_language_keeps_the_page_and_the_heading(visit):
    page = visit(LESSON).page
    heading = page.locator(".md-content h2[id]").nth(2)
    identifier = heading.get_attribute("id")
    page.evaluate("id => document.getElementById(id).scrollIntoView()", identifier)
    page.wait_for_timeout(500)
    page.click("a[data-tut-language]")
    page.wait_for_url(re.compile(rf"/en/{re.escape(LESSON)}#"))
    assert page.evaluate("decodeURIComponent(location.hash)") == f"#{identifier}"
    assert page.evaluate("document.documentElement.lang") == "en"
    top = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", identifier)
    assert 0 <= top < 450
    page.click("a[data-tut-language]")
    page.wait_for_url(re.compile(rf"(?<!/en)/{re.escape(LESSON)}#"))
    assert page.evaluate("decodeURIComponent(location.hash)") == f"#{identifier}"


def test_every_page_has_the_same_headings_in_every_language(site):
    for path in every_page(site):
        if path.startswith(("en/", "reference/", "exercises/", "glossary")):
            continue  # exercises: see the test of their anchors
        spanish, english = (
            re.findall(r"<h[2-6][^>]* id=\"([^\"]+)\"", (site / folder / path).read_text())
            for folder in LANGUAGES
        )
        assert spanish == english, path


@pytest.mark.parametrize(
    ("folder", "query", "expected"),
    [
        ("", "funcion", "html"),
        ("", "numero", LESSON),
        ("", "número", LESSON),
        ("", "dimension", LESSON),
        ("", "broadcasting", "fundamentals/broadcasting.html"),
        ("", "perdida", "linear_regression"),
        ("en/", "loss", "linear_regression"),
        ("en/", "rank", LESSON),
    ],
)
@pytest.mark.parametrize("origin", ["http", "file"])
def test_search_finds_a_lesson_also_without_accents(site, visit, folder, query, expected, origin):
    start = f"{folder}index.html" if origin == "http" else (site / folder / "index.html").as_uri()
    visited = visit(start)
    visited.page.locator(".md-search__input").click()
    visited.page.locator(".md-search__input").press_sequentially(query)
    results = visited.page.locator(".md-search-result__item a.md-search-result__link")
    results.first.wait_for(timeout=15_000)
    links = [link.get_attribute("href") for link in results.all()]
    assert any(expected in link for link in links), links
    assert visited.problems == []


def luminance(color: str) -> float:
    """Relative luminance of a computed `rgb(…)` colour; WCAG 2.2, definition of relative luminance."""
    channels = [float(value) / 255 for value in re.findall(r"[\d.]+", color)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [LESSON, BENCHMARK])
def test_text_in_figures_is_legible_in_both_schemes(visit, path, scheme):
    page = visit(path, scheme=scheme).page
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(paper) > 0.5) == (scheme == "light")
    colors = page.evaluate(
        """() => [...document.querySelectorAll(".tut-figure svg text")]
                  .map(text => [getComputedStyle(text).fill, text.textContent.trim()])"""
    )
    assert colors
    axis_texts = [color for color, text in colors if text]
    legible = sum(contrast(color, paper) >= 4.5 for color in axis_texts)
    assert legible >= 0.9 * len(axis_texts)  # words drawn on a coloured cell keep the cell's own contrast


@pytest.mark.parametrize("folder", LANGUAGES)
def test_formulas_are_typeset(visit, folder):
    page = visit(folder + MATHEMATICS).page
    page.wait_for_selector("html[data-math=ready]", timeout=15_000)
    assert page.locator(".katex").count() > 3
    assert page.locator(".katex-error").count() == 0
    left = page.evaluate(
        """() => [...document.querySelectorAll(".arithmatex")]
                  .filter(formula => !formula.querySelector(".katex")).map(formula => formula.textContent)"""
    )
    assert left == []
    raw = page.evaluate(
        """() => { const copy = document.querySelector(".md-content").cloneNode(true);
                   copy.querySelectorAll("pre, code, .arithmatex, script, svg").forEach(e => e.remove());
                   return copy.textContent }"""
    )
    assert not re.search(r"\\\(|\\\[|\$\$|\\frac|\\sum", raw)


@pytest.mark.parametrize(("folder", "other"), [("", "en"), ("en/", "es")])
def test_the_copy_button_gives_code_in_the_language_of_the_page(visit, folder, other):
    page = visit(folder + LESSON).page
    buttons = page.locator(".md-content button[data-md-type=copy]").all()
    assert buttons
    for button in buttons[:8]:
        button.click(force=True)
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.strip()
        assert "tr(" not in copied
        assert f"# {other}:" not in copied
        compile(copied.replace("%matplotlib inline", ""), "copied", "exec")


def test_a_quiz_answers(visit, site):
    pages = [path for path in every_page(site) if "tut-quiz" in (site / path).read_text()]
    assert pages, "no lesson has a quiz"
    page = visit(pages[0]).page
    quiz = page.locator(".tut-quiz").first
    quiz.scroll_into_view_if_needed()
    choice = quiz.locator("summary, input[type=radio], button").first
    before = quiz.inner_text()
    choice.click(force=True)
    page.wait_for_timeout(200)
    assert quiz.inner_text() != before


def test_changing_the_language_of_exercises_keeps_the_heading(visit):
    page = visit(f"exercises/{LESSON}").page
    anchor = page.locator(".md-content h2 > a[id]").nth(1)
    identifier = anchor.get_attribute("id")
    page.evaluate("id => document.getElementById(id).parentElement.scrollIntoView()", identifier)
    page.wait_for_timeout(500)
    page.click("a[data-tut-language]")
    page.wait_for_url(re.compile(rf"/en/exercises/{re.escape(LESSON)}#"))
    assert page.evaluate("decodeURIComponent(location.hash)") == f"#{identifier}"
    assert page.locator(f"h2 > a[id={identifier}]").count() == 1


@pytest.mark.parametrize("folder", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_path_of_a_section_leads_to_its_lessons_and_its_lines_meet_its_stops(visit, folder, width):
    visited = visit(folder + SECTION, width=width)
    page = visited.page
    entries = page.locator(".tut-path > li").all()
    assert len(entries) >= 2
    for entry in entries:
        stop = entry.locator(".tut-stop").bounding_box()
        center = stop["x"] + stop["width"] / 2
        ends = entry.locator(".tut-rail path").evaluate_all(
            """paths => paths.map(path => {
                 const leaves = / 1V2$/.test(path.getAttribute("d"))
                 const end = path.getPointAtLength(leaves ? 0 : path.getTotalLength())
                 return end.matrixTransform(path.getScreenCTM()).x
               })"""
        )
        assert not ends or any(abs(end - center) < 1.5 for end in ends)
    entries[-1].locator("a.tut-path-title").click()
    page.wait_for_load_state("load")
    assert page.locator("[data-lesson]").count() == 1
    assert visited.problems == []


def test_a_self_test_counts_first_answers_and_remembers_them_in_both_languages(visit):
    page = visit(SECTION).page
    quizzes = page.locator(".tut-self-test .tut-quiz")
    total = quizzes.count()
    assert total >= 5
    score = page.locator(".tut-score")
    assert score.is_hidden()
    for number in range(total):
        kind = "wrong" if number == 0 else "right"
        quizzes.nth(number).locator(f".tut-{kind} summary").first.click()
    missed = quizzes.first.locator("a").last.get_attribute("href")
    expect(score.locator("a")).to_have_count(1)  # the browser tells of an opened answer a moment later
    assert f"{total - 1} de {total}" in score.inner_text()
    assert [link.get_attribute("href") for link in score.locator("a").all()] == [missed]
    quizzes.first.locator(".tut-right summary").first.click()  # a second answer changes nothing
    assert f"{total - 1} de {total}" in score.inner_text()
    page.click("a[data-tut-language]")
    page.wait_for_url(re.compile(rf"/en/{re.escape(SECTION)}"))
    assert f"{total - 1} of {total}" in page.locator(".tut-score").inner_text()
    assert page.locator(".tut-missed").count() == 1
    page.locator(".tut-score button").click()
    assert page.locator(".tut-score").is_hidden()
    page.reload()
    assert page.locator(".tut-score").is_hidden()


def test_every_statement_leads_to_a_heading_in_every_language(site):
    for folder in LANGUAGES:
        page = (site / folder / "statements.html").read_text()
        links = re.findall(r"→ <a [^>]*?href=\"?([\w./-]+\.html)#([\w-]+)", page)
        assert len(links) >= 60
        for address, anchor in links:
            target = (site / folder / address).read_text()
            assert re.search(rf"<h[2-6][^>]* id=\"?{re.escape(anchor)}[\" >]", target), (address, anchor)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*KEY_PAGES, "en/index.html", "how_to_read.html"])
def test_no_serious_barrier(visit, path, scheme):
    page = visit(path, scheme=scheme).page
    page.wait_for_timeout(400)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response
    serious = [
        (item["id"], [node["html"][:160] for node in item["nodes"]][:4])
        for item in found["violations"]
        if item["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("path", KEY_PAGES)
def test_nothing_is_cut_off_on_a_phone(visit, path):
    page = visit(path, width=390, height=800).page
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_scheme_can_be_chosen_by_keyboard_and_is_remembered(visit):
    page = visit("index.html", scheme="light").page
    body = page.locator("body")
    for _ in range(3):
        if body.get_attribute("data-md-color-scheme") == "slate":
            break
        page.locator("form[data-md-component=palette] label:not([hidden])").click()
    assert body.get_attribute("data-md-color-scheme") == "slate"
    page.reload()
    assert body.get_attribute("data-md-color-scheme") == "slate"
