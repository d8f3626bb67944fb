"""What a reader tries on the benchmark pages: a chip of their own, a file of their own, guesses."""

import json
import math
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from tutorials_lib.bench import compare, results, sandbox, specs, suite
from tutorials_lib.bench.provenance import two_digits
from tutorials_lib.bench.systolic import Machine

TPU, RESULTS, GUESS = (
    f"benchmarks/{name}.html" for name in ("build_your_tpu", "your_results", "guess_first")
)
PAGES = (TPU, RESULTS, GUESS, "benchmarks/how_not_to_benchmark.html")
LANGUAGES = {"": "es", "en/": "en"}
OURS = suite.load("matmul").here


@pytest.fixture
def language(monkeypatch):
    """Makes the library speak as the page does."""

    def speak(folder):
        monkeypatch.delenv("TUTORIALS_BUILD", raising=False)
        monkeypatch.setenv("TUTORIALS_LANGUAGE", LANGUAGES[folder])

    return speak


def ready(visited):
    visited.page.wait_for_selector("[data-widget][data-ready]", timeout=15_000)
    return visited.page


def settings_of(page):
    return json.loads(page.locator("[data-widget]").get_attribute("data-settings"))


def rows_of(page, place="[data-widget]"):
    cells = f"{place} tbody tr"
    return [
        [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
        for row in page.locator(cells).all()
    ]


def without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    return page


# ── build your own TPU ──────────────────────────────────────────────────────────────────────────────────────


def tasks_of(settings):
    return [
        sandbox.Task(
            name=task["name"],
            numbers_in=task["numbers_in"],
            products=tuple(sandbox.Product(tuple(p[:3]), count=p[3], reads=p[4]) for p in task["products"]),
        )
        for task in settings["tasks"]
    ]


def chip_of(values):
    machine = Machine(
        arrays=values["arrays"],
        side=values["side"],
        clock_hz=values["clock"] * 1e9,
        bytes_per_second=values["bandwidth"] * 1e9,
    )
    return sandbox.Chip(
        machine=machine, item_bytes=values["item_bytes"], infeed_bytes_per_second=values["infeed"] * 1e9
    )


def assert_same_numbers(page, values):
    settings = settings_of(page)
    shown = json.loads(page.locator("[data-widget]").get_attribute("data-results"))
    for task, got, row in zip(tasks_of(settings), shown, rows_of(page), strict=True):
        expected = sandbox.run(chip_of(values), task)
        assert got["seconds"] == pytest.approx(expected.seconds, rel=1e-9), (values, task.name)
        assert got["share"] == pytest.approx(expected.share, rel=1e-9), (values, task.name)
        assert got["limit"] == expected.limit, (values, task.name)
        text = sandbox.estimate(expected.seconds, settings["band"], "model").text
        share = two_digits(100 * expected.share)
        assert row[:2] == [task.name, text], values
        assert row[2].replace("\N{NO-BREAK SPACE}", "").removesuffix("%") == share
        assert row[3] == settings["words"]["limits"][expected.limit]


@pytest.mark.parametrize("folder", LANGUAGES)
def test_the_page_computes_what_the_model_computes_for_every_published_chip(visit, language, folder):
    language(folder)
    page = ready(visit(folder + TPU))
    presets = settings_of(page)["presets"]
    assert [preset["name"].split()[0] for preset in presets] == ["v1", *specs.CHIPS]
    for place, preset in enumerate(presets):
        page.locator("#widget-preset").select_option(str(place))
        assert_same_numbers(page, preset)


def test_the_page_computes_what_the_model_computes_for_a_chip_of_ones_own(visit, language):
    language("")
    page = ready(visit(TPU))
    for values in (
        {"side": 8, "arrays": 1, "clock": 0.1, "bandwidth": 10, "infeed": 0.05, "item_bytes": 4},
        {"side": 200, "arrays": 7, "clock": 3.33, "bandwidth": 1234.5, "infeed": 17.5, "item_bytes": 2},
        {"side": 1024, "arrays": 64, "clock": 10, "bandwidth": 20000, "infeed": 100, "item_bytes": 1},
    ):
        page.locator("#widget-bytes").select_option(str(values["item_bytes"]))
        for name in ("side", "arrays", "clock", "bandwidth", "infeed"):
            page.locator(f"#widget-{name}").fill(str(values[name]))
        assert page.locator("#widget-preset").input_value() == ""
        assert_same_numbers(page, values)


def test_sliders_move_by_keyboard_and_say_their_value(visit):
    page = ready(visit(TPU))
    slider, number = page.locator("input[type=range]").nth(2), page.locator("#widget-clock")
    assert slider.get_attribute("aria-label") == page.locator("label[for=widget-clock]").inner_text()
    before, seconds = float(number.input_value()), rows_of(page)[0][1]
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert float(number.input_value()) > 1.2 * before
    assert slider.get_attribute("aria-valuetext") == f"{number.input_value()} GHz"
    assert rows_of(page)[0][1] != seconds
    assert page.locator("#widget-preset").input_value() == ""


def test_a_number_that_is_none_changes_nothing(visit):
    page = ready(visit(TPU))
    before = rows_of(page)
    for text in ("", "-3", "0", "1e9"):
        page.locator("#widget-bandwidth").fill(text)
        assert rows_of(page) == before


@pytest.mark.parametrize("folder", LANGUAGES)
def test_without_scripts_the_table_of_a_chip_remains(visit, browser, address, folder):
    page = ready(visit(folder + TPU))
    plain = without_scripts(browser, address + folder + TPU)
    assert rows_of(plain) == rows_of(page)
    assert plain.locator("input[type=range]").count() == 0
    plain.context.close()


# ── the reader's own results ────────────────────────────────────────────────────────────────────────────────


def give(page, text, name="mine.json"):
    content = text if isinstance(text, str) else json.dumps(text)
    page.locator("#widget-file").set_input_files(
        {"name": name, "mimeType": "application/json", "buffer": content.encode()}
    )
    page.wait_for_selector("[data-widget][data-state=shown], [data-widget][data-state=refused]")


def spoil(*path, value=None, remove=False):
    """Our file with one field changed or removed."""
    data = json.loads(json.dumps(results.to_dict(OURS)))
    *way, last = path
    place = data
    for part in way:
        place = place[part]
    if remove:
        del place[last]
    else:
        place[last] = value
    return data


SPOILT = {
    "negative": spoil("cells", 3, "median_seconds", value=-1),
    "missing field": spoil("cells", 0, "flop", remove=True),
    "missing time": spoil("cells", 0, "median_seconds", remove=True),
    "unknown field": spoil("cells", 0, "speed", value=3),
    "text for a number": spoil("cells", 1, "rounds", value="many"),
    "fraction of a round": spoil("cells", 1, "rounds", value=2.5),
    "estimate in a measurement": spoil("cells", 2, "estimate_seconds", value=0.1),
    "modelled without origin": spoil("provenance", value="modelled"),
    "reason without need": spoil("cells", 0, "reason", value="none"),
    "date": spoil("date", value="yesterday"),
    "machine": spoil("machine", "cores", value=0),
    "accelerator": spoil("machine", "accelerator", value={"name": "x"}),
    "no settings": spoil("settings", remove=True),
    "cells": spoil("cells", value={}),
    "same id": spoil("cells", 1, "id", value=OURS.cells[0].id),
    "quartiles": spoil("cells", 0, "q1_seconds", value=9.0),
    "old schema": spoil("schema", value=0),
    "no schema": spoil("schema", remove=True),
    "list": [],
}


def python_fields(data):
    with pytest.raises(results.ResultsError) as caught:
        results.validate(data, "mine.json")
    lines = str(caught.value).splitlines()
    return {line.removeprefix("mine.json: ").split(": ")[0] for line in lines}


def test_a_file_is_refused_for_the_same_fields_as_in_python(visit):
    page = ready(visit("en/" + RESULTS))
    the_file = settings_of(page)["words"]["the_file"]
    for name, data in SPOILT.items():
        give(page, data)
        assert page.locator("[data-widget]").get_attribute("data-state") == "refused", name
        fields = set(page.locator(".widget-result li code").all_inner_texts())
        expected = {the_file if field == "the file" else field for field in python_fields(data)}
        assert fields <= expected, name
        assert len(fields) == min(len(expected), 12), name  # the page says how many more there are
        assert all(": " in reason for reason in page.locator(".widget-result li").all_inner_texts())


@pytest.mark.parametrize(
    "text", ["", "{", '{"schema": 1, "cells": [NaN]}', "<html>", json.dumps(results.to_dict(OURS))[:-9]]
)
def test_what_is_no_json_is_refused(visit, text):
    page = ready(visit(RESULTS))
    give(page, text)
    assert page.locator("[data-widget]").get_attribute("data-state") == "refused"
    assert "JSON" in page.locator(".widget-result li").inner_text()


def expected_verdict(yours, ours):
    """Python's own comparison, told to look at seconds: between machines, units say nothing."""
    in_seconds = [
        replace(
            cell,
            min_seconds=cell.median_seconds,
            min_calibration_seconds=1.0,
            q1_units=cell.q1_seconds,
            q3_units=cell.q3_seconds,
        )
        for cell in (yours, ours)
    ]
    return compare.compare(*in_seconds)


@pytest.mark.parametrize("folder", LANGUAGES)
def test_rows_are_compared_as_python_compares_them(visit, language, folder):
    language(folder)
    page = ready(visit(folder + RESULTS))
    words = settings_of(page)["words"]
    quiet = [replace(cell, foreign_cores=0.0, slowdown=0.0) for cell in OURS.cells]
    page.evaluate(
        """() => document.querySelectorAll("tr[data-cell]").forEach(row => {
             row.dataset.cell = row.dataset.cell.replace(/ [^ ]+$/, " quiet") })"""
    )
    factors = (0.1, 0.5, 0.7, 0.9, 1.0, 1.1, 1.3, 2.0, 10.0)
    names = ("min_seconds", "q1_seconds", "median_seconds", "q3_seconds", "max_seconds")
    mine = []
    for place, cell in enumerate(quiet):
        factor = factors[place % len(factors)]
        times = {name: getattr(cell, name) for name in names if getattr(cell, name) is not None}
        mine.append(replace(cell, **{name: factor * seconds for name, seconds in times.items()}))
    mine[0] = replace(mine[0], definition="f" * 16)
    mine[1] = replace(mine[1], foreign_cores=1.5)
    mine[2] = replace(mine[2], id="a case of my own")
    give(page, results.to_dict(replace(OURS, cells=tuple(mine))))

    rows = rows_of(page, ".widget-result")
    assert [row[0] for row in rows] == [cell.id for cell in mine]
    assert [rows[place][3] for place in (0, 1, 2)] == [
        words["stale"],
        words["disturbed"],
        words["only_yours"],
    ]
    verdicts = [expected_verdict(*pair) for pair in zip(mine[3:], quiet[3:], strict=True)]
    assert {verdict.verdict for verdict in verdicts} == {"faster", "slower", "no difference"}
    for row, (speedup, verdict) in zip(rows[3:], verdicts, strict=True):
        factor = two_digits(max(speedup, 1 / speedup))
        name = {"no difference": "same"}.get(verdict, verdict)
        assert row[3] == words[name].format(factor=factor)
    mean = two_digits(math.exp(sum(math.log(speedup) for speedup, _ in verdicts) / len(verdicts)))
    counts = {
        key: sum(verdict == name for _, verdict in verdicts)
        for key, name in (("faster", "faster"), ("slower", "slower"), ("same", "no difference"))
    }
    finding = words["finding"].format(machine=OURS.machine["name"], n=len(verdicts), mean=mean, **counts)
    assert page.locator(".widget-finding").inner_text() == finding
    assert page.locator(".widget-drawing path.widget-yours").count() == len(mine)
    assert page.locator(".widget-drawing circle.widget-ours").count() == len(mine) - 1
    assert page.locator(".widget-drawing path.widget-hollow").count() == 1


def test_a_modelled_file_is_never_compared_as_measured(visit):
    page = ready(visit("en/" + RESULTS))
    cell = OURS.cells[0]
    kept = {
        name: getattr(cell, name)
        for name in ["id", "operation", "parameters", "dtype", "backend", "definition", "flop", "bytes"]
    }
    data = results.to_dict(replace(OURS, cells=()))
    data |= {"provenance": "modelled", "origin": "a model"}
    data["cells"] = [{**kept, "status": "ok", "estimate_seconds": 1e-4}]
    results.validate(data, "mine.json")
    give(page, data)
    assert rows_of(page, ".widget-result")[0][3] == settings_of(page)["words"]["no_time"]
    assert page.locator(".widget-drawing").count() == 0


def test_a_time_without_quartiles_is_shown_and_not_compared(visit):
    page = ready(visit("en/" + RESULTS))
    cell = OURS.cells[0]
    kept = {
        "id": cell.id,
        "operation": cell.operation,
        "parameters": dict(cell.parameters),
        "dtype": cell.dtype,
        "backend": cell.backend,
        "definition": cell.definition,
        "status": "ok",
        "flop": 1,
        "bytes": 1,
        "rounds": 1,
        "median_seconds": 2.5,
        "checked": "by eye",
    }
    data = results.to_dict(replace(OURS, cells=())) | {"cells": [kept]}
    results.validate(data, "mine.json")
    give(page, data)
    (row,) = rows_of(page, ".widget-result")
    assert row[1].replace("\N{NO-BREAK SPACE}", " ") == "2.50 s"
    assert row[3] == settings_of(page)["words"]["no_time"]


def test_a_file_can_be_dropped_or_pasted(visit):
    page = ready(visit(RESULTS))
    text = json.dumps(results.to_dict(OURS))
    page.evaluate(
        """text => { const data = new DataTransfer(); data.items.add(new File([text], "mine.json"))
             document.querySelector(".widget-drop").dispatchEvent(
               new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })) }""",
        text,
    )
    page.wait_for_selector("[data-state=shown]")
    assert len(rows_of(page, ".widget-result")) == len(OURS.cells)
    page.locator(".widget-form summary").press("Enter")
    page.locator("textarea").fill("[]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-state=refused]")


def test_what_the_file_says_is_text_and_goes_nowhere(site, visit):
    visited = visit((site / RESULTS).as_uri())
    page = ready(visited)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    evil = "<img src=x onerror=\"document.title='owned'\">"
    machine = {**OURS.machine, "processor": evil}
    cells = (replace(OURS.cells[0], id=evil), *OURS.cells[1:])
    give(page, results.to_dict(replace(OURS, machine=machine, cells=cells)), name=evil)
    page.wait_for_timeout(300)
    assert rows_of(page, ".widget-result")[0][0] == evil
    assert page.locator(".widget-result img").count() == 0
    assert page.title() != "owned"
    assert asked == []
    assert visited.problems == []


def test_without_scripts_our_results_and_the_command_remain(browser, address):
    page = without_scripts(browser, address + RESULTS)
    assert page.locator("tr[data-cell]").count() >= len(OURS.cells)
    assert "--record benchmarks/results" in page.locator(".md-content").inner_text()
    page.context.close()


# ── guess first ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("folder", LANGUAGES)
def test_a_guess_reveals_the_answer_and_is_judged(visit, language, folder):
    language(folder)
    page = ready(visit(folder + GUESS))
    words = settings_of(page)["words"]
    questions = page.locator(".widget-question").all()
    assert len(questions) >= 8
    assert page.locator(".widget-question details[open]").count() == 0
    for question, factor in zip(questions, (1.5, 5.0, 0.2), strict=False):
        value = float(question.get_attribute("data-value"))
        question.locator("input[type=number]").fill(f"{factor * value:.6g}")
        question.locator("input[type=number]").press("Enter")
        assert question.locator("details").get_attribute("open") is not None
        assert question.locator("button").is_disabled()
        verdict = question.locator(".widget-verdict").inner_text()
        kind = "right" if factor == 1.5 else "above" if factor > 1 else "below"
        assert verdict == words[kind].format(factor=two_digits(5.0))
        assert two_digits(value) in question.locator("details").inner_text()
    score = words["score"].format(right=1, count=3, above=1, below=1)
    assert page.locator(".widget-finding").inner_text() == score


def test_nothing_is_revealed_without_a_guess(visit):
    page = ready(visit(GUESS))
    question = page.locator(".widget-question").first
    question.locator("button").click()
    assert question.locator("details").get_attribute("open") is None
    slider = question.locator("input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert float(question.locator("input[type=number]").input_value()) > 0
    question.locator("button").press("Enter")
    assert question.locator("details").get_attribute("open") is not None


def test_without_scripts_every_answer_unfolds(browser, address):
    page = without_scripts(browser, address + GUESS)
    for question in page.locator(".widget-question").all():
        question.locator("summary").click()
        assert "×" in question.locator("details").inner_text()
    page.context.close()


# ── all of them ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", PAGES)
def test_pages_with_widgets_work_from_the_file_system(site, visit, path):
    visited = visit((site / path).as_uri())
    visited.page.wait_for_timeout(400)
    assert visited.page.locator("[data-widget]:not([data-ready])").count() == 0
    assert visited.problems == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_on_a_phone(visit, path):
    page = visit(path, width=390, height=800).page
    page.wait_for_timeout(400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".widget :is(input, select, button, textarea)")]
                  .filter(control => control.getBoundingClientRect().right > 390).length"""
    )
    assert outside == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_no_serious_barrier(visit, path, scheme):
    page = visit(path, scheme=scheme).page
    page.wait_for_timeout(400)
    if path == RESULTS:
        give(page, results.to_dict(OURS))
    if path == GUESS:
        page.locator(".widget-question input[type=number]").first.fill("3")
        page.locator(".widget-question button").first.click()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response
    serious = [
        (item["id"], [node["html"][:160] for node in item["nodes"]][:4])
        for item in found["violations"]
        if item["impact"] in ("serious", "critical")
    ]
    assert serious == []
