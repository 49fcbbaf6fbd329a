"""Practice in a real browser: by keyboard alone, in both languages, and accessible by measurement."""

import pytest
from playwright.sync_api import expect

from tutor.tests.browser.test_pages import PHONE, findings

WORDS = {
    "en-GB": ("Percent", "Right.", "Next problem", "We read this as", "It does not count"),
    "zh-CN": ("百分数", "正确。", "下一题", "识别为", "这次不计入"),
}


@pytest.mark.parametrize("locale", WORDS)
def test_practice_by_keyboard_alone(site, visit, locale):
    skill, right, following, read_as, no_cost = WORDS[locale]
    visitor = visit(locale=locale)
    page = visitor.open("/practice/")
    for _time in range(40):  # from the "Start" button through the levels to the skill
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "percent":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(skill)
    expect(page.locator("#answer")).to_be_focused()
    page.keyboard.type("3 +")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(no_cost, timeout=60_000)  # the first formula starts the processes that read it
    expect(page.locator("#answer")).to_have_value("3 +")
    visitor.troubles.clear()  # the browser itself reports the 422
    page.keyboard.press("Control+A")
    page.keyboard.type(site.do("key", name=visitor.name))
    expect(page.locator("#reading")).to_contain_text(read_as, timeout=60_000)
    page.keyboard.press("Enter")
    expect(page.locator(".notice-success")).to_contain_text(right)
    expect(page.get_by_role("button", name=following)).to_be_focused()
    assert site.do("known", name=visitor.name, skill="percent") == pytest.approx(0.6)
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()


def test_a_percentage_that_is_shown_as_the_answer_has_its_sign(site, visit):
    student = visit()
    page = student.open(f"/practice/items/{site.do('percentage', name=student.name)}/")
    page.locator("#answer").fill("1234567")
    page.locator("#answer").press("Enter")
    page.get_by_role("button", name="Show the answer").click()
    expect(page.locator("[data-maths] .katex-html")).to_have_text(site.do("key", name=student.name))


def test_an_answer_that_is_begun_stays_when_the_first_step_is_shown(visit):
    page = visit().open("/practice/")
    page.locator("button[value=quadratic]").click()
    page.locator("#answer").fill("12345")
    page.get_by_role("button", name="Show me the first step").click()
    expect(page.locator("#hint")).to_be_visible()
    expect(page.locator("#answer")).to_have_value("12345")
    page.locator("#answer").press("Enter")
    expect(page.locator(".notice-bad")).to_be_visible()
    expect(page.locator("#answer")).to_have_value("")


def students_pages(made):
    return ["/practice/", "/practice/mastery/", f"/practice/items/{made['item']}/", f"/practice/writings/{made['writing']}/"]


def teachers_pages(made):
    return [f"/practice/classes/{made['classroom']}/", f"/practice/enrolments/{made['enrolment']}/"]


def admins_pages(_made):
    return ["/practice/reports/"]


@pytest.mark.parametrize(("scheme", "options"), [("light", {}), ("dark", PHONE)], ids=["light and wide", "dark and narrow"])
def test_no_serious_accessibility_findings(site, visit, scheme, options):
    options = options | {"color_scheme": scheme, "reduced_motion": "reduce"}
    student, teacher, admin = visit(**options), visit(role="teacher", **options), visit(role="admin", **options)
    page = student.open("/practice/")
    page.locator("button[value=quadratic]").click()
    expect(page.locator("#answer")).to_be_visible()
    for given in ("7, 8, 9", site.do("key", name=student.name)):
        page.locator("#answer").fill(given)
        page.locator("#answer").press("Enter")
        expect(page.locator(".notice strong.mono").last).to_have_text(given)
        assert findings(page) == []
    made = site.do("full", teacher=teacher.name, student=student.name)
    lists = {student: students_pages, teacher: teachers_pages, admin: admins_pages}
    assert [(path, found) for visitor, pages in lists.items() for path in pages(made) if (found := findings(visitor.open(path)))] == []


@pytest.mark.parametrize("locale", WORDS)
def test_the_matrix_of_a_class_fits_on_a_page_of_paper(site, visit, locale):
    """A browser makes the whole page smaller until it does."""
    paper = {"width": 718, "height": 1000}  # A4 between a browser's margins
    teacher, student = visit(role="teacher", locale=locale, viewport=paper), visit()
    made = site.do("full", teacher=teacher.name, student=student.name)
    page = teacher.open(f"/practice/classes/{made['classroom']}/")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    expect(page.locator(".pinned thead th")).to_have_count(12)
