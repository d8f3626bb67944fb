"""A drawing in steps: by keyboard, by touch, by screen reader, without scripts, on paper."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = ("tensor_mathematics/convolution.html", "tensor_mathematics/pooling.html")
WORDS = {"": ("Cuadro {} de 9", "Siguiente", "Anterior"), "en/": ("Step {} of 9", "Next", "Previous")}
PLACE = "[data-widget=steps] >> nth=0"


def ready(visited):
    visited.page.wait_for_selector("[data-widget=steps][data-ready]", timeout=15_000)
    return visited.page


def shown(page):
    """The numbers of the steps that can be seen, from 1."""
    items = page.locator(PLACE).locator(".tut-steps > li").all()
    return [number for number, item in enumerate(items, 1) if item.is_visible()]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("folder", WORDS)
def test_the_slider_moves_by_keyboard_and_says_where_it_is(visit, folder, path):
    page = ready(visit(folder + path))
    place, *_ = WORDS[folder]
    slider = page.locator(PLACE).locator("input[type=range]")
    slider.focus()
    for key, number in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", 9), ("Home", 1)):
        page.keyboard.press(key)
        assert shown(page) == [number]
        assert slider.get_attribute("aria-valuetext") == place.format(number)
        assert page.locator(PLACE).locator("output").inner_text() == place.format(number)


@pytest.mark.parametrize("folder", WORDS)
def test_the_buttons_move_one_step_stop_at_the_ends_and_keep_the_focus(visit, folder):
    page = ready(visit(folder + PAGES[0], width=390))
    _, on, back = WORDS[folder]
    forward = page.locator(PLACE).get_by_role("button", name=on)
    backward = page.locator(PLACE).get_by_role("button", name=back)
    assert backward.get_attribute("aria-disabled") == "true"
    forward.focus()
    for number in (2, 3, 4, 5, 6, 7, 8, 9, 9):
        page.keyboard.press("Enter")
        assert shown(page) == [number]
    assert forward.get_attribute("aria-disabled") == "true"
    assert page.evaluate("document.activeElement.textContent") == on
    backward.click()
    assert shown(page) == [8]
    assert forward.get_attribute("aria-disabled") == "false"


def test_fingers_find_what_they_press(visit):
    page = ready(visit(PAGES[0], width=390))
    for control in page.locator(".tut-steps-control :is(button, input)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24  # WCAG 2.2, 2.5.8


def test_each_figure_has_its_own_place(visit):
    page = ready(visit(PAGES[0]))
    figures = page.locator("[data-widget=steps]")
    assert figures.count() >= 2
    figures.nth(1).locator("button").nth(1).click()
    visible = [figures.nth(n).locator(".tut-steps > li:visible").count() for n in range(figures.count())]
    assert visible == [1] * figures.count()
    assert figures.nth(0).locator("input").input_value() == "1"
    assert figures.nth(1).locator("input").input_value() == "2"


def test_a_change_is_read_out_and_nothing_moves_by_itself(visit):
    page = ready(visit(PAGES[0]))
    assert page.locator(PLACE).locator(".tut-steps").get_attribute("aria-live") == "polite"
    page.locator(PLACE).locator("button").nth(1).click()
    assert page.evaluate("document.getAnimations().length") == 0
    page.wait_for_timeout(500)
    assert shown(page) == [2]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("folder", WORDS)
def test_without_scripts_all_steps_stand_there(browser, address, folder, path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + folder + path)
    assert shown(page) == list(range(1, 10))
    assert page.locator(PLACE).locator("input, button").count() == 0
    for drawing in page.locator(PLACE).locator("svg").all():
        assert len(drawing.get_attribute("aria-label")) > 20
    context.close()


def test_on_paper_all_steps_stand_there_without_controls(visit):
    page = ready(visit(PAGES[0]))
    page.emulate_media(media="print")
    assert shown(page) == list(range(1, 10))
    assert not page.locator(PLACE).locator(".tut-steps-control").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_steps_have_no_accessibility_violation_and_fit_a_phone(visit, path, scheme):
    visited = visit(path, scheme=scheme, width=390)
    page = ready(visited)
    response = Axe().run(page, context="[data-widget=steps]")
    assert response.violations_count == 0, response.generate_report()
    for place in range(page.locator("[data-widget=steps]").count()):
        figure = page.locator("[data-widget=steps]").nth(place)
        assert figure.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert visited.problems == []
