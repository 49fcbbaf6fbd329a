"""Every page of the classes: accessible by measurement, light and dark, wide and narrow, in both languages; harmless with hostile work."""

import re

import pytest
from playwright.sync_api import expect

from grading.tests.browser.site import RIGHT, WRONG
from tutor.tests.browser.site import PLAIN_HTTP
from tutor.tests.browser.test_pages import PHONE, findings

SIDEWAYS = """() => [...document.querySelectorAll(".wide:has(> .table:not(.pinned))")].some((box) => box.scrollWidth > box.clientWidth)"""
SUM = " + ".join(["1"] * 99)
SCRIPT = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"
HOSTILE = [
    SCRIPT,
    r"$\href{javascript:window.pwned=1}{x}$ \def\a{\a\a}\a",
    r"\rule{99999em}{99999em}",
    "x" * 3000,
    "a\u202eb\ufeff 😀",
    r"\(" * 500 + "$" * 501,
    r"\frac{1}{" * 60,
]


@pytest.fixture
def full(site, school):
    """A class with something on every page; the first student has a released mark, and asks about it."""
    people = [f"{school['name']}-{name}" for name in ("Anna", "Ben", "Chen", "Dora")]
    works = (WRONG, RIGHT, WRONG, "我觉得应该先把常数项移到等号右边，但是不知道符号要不要变")
    work = site.do("work", problem=school["problem"], works=dict(zip(people, works, strict=True)))
    site.do("samples", problem=school["problem"], answers=["2", "2", "3"])
    site.do("check")
    more = site.do("mark_and_ask", submission=work[people[0]], comment="Look at step $2$ again.", first_error=1, text="It is right!")
    site.do("colleague", classroom=school["classroom"], username="chan", first_name="Ms Chan")
    upload = site.do("upload", problem=school["problem"], files={f"{people[2]}.txt": "x = 2", "nobody.txt": "x = 3"})
    return school | more | upload | {"student": people[0], "work": work, "submission": work[people[1]]}


def teachers_pages(full):
    classroom, assignment, problem = full["classroom"], full["assignment"], full["problem"]
    return [
        "/classes/",
        f"/classes/{classroom}/",
        f"/classes/{classroom}/settings/",
        f"/classes/{classroom}/students/",
        f"/enrolments/{full['enrolment']}/",
        f"/classes/{classroom}/assignments/new/",
        "/bank/",
        "/bank/new/",
        "/bank/import/",
        f"/problems/{full['bank'][0]}/",
        f"/problems/{problem}/",
        f"/problems/{problem}/rubric/",
        f"/assignments/{assignment}/",
        f"/assignments/{assignment}/settings/",
        f"/assignments/{assignment}/problems/",
        f"/assignments/{assignment}/errors/",
        f"/assignments/{assignment}/confidence/",
        f"/problems/{problem}/queue/?show=all&at={full['work'][full['student']]}",
        f"/problems/{problem}/queue/?show=blind",
        f"/problems/{full['problems'][2]}/queue/",
        f"/problems/{problem}/queue/?show=failed",
        f"/submissions/{full['work'][full['student']]}/",
        f"/problems/{problem}/groups/",
        f"/groups/{full['group']}/",
        f"/problems/{problem}/upload/",
        f"/uploads/{full['upload']}/",
    ]


def students_pages(full):
    pages = ["/classes/", f"/classes/{full['classroom']}/", f"/assignments/{full['assignment']}/", "/progress/"]
    return [*pages, f"/work/{full['problem']}/", f"/work/{full['problems'][2]}/", f"/help/{full['problem']}/"]


def look(visitor, paths):
    """What is wrong with these pages: findings, and pages that scroll sideways."""
    wrong = []
    for path in paths:
        page = visitor.open(path)
        for history in page.locator("details.audit summary").all():
            history.click()
        wrong += [(path, finding) for finding in findings(page)]
        if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:  # a phone's innerWidth would grow along
            wrong.append((path, "scrolls sideways"))
        if page.evaluate(SIDEWAYS):
            wrong.append((path, "a table scrolls sideways"))
        page.close()
    return wrong


LOOKS = [("light", {}), ("dark", PHONE | {"locale": "zh-CN"})]


@pytest.mark.parametrize(("scheme", "options"), LOOKS, ids=["light and wide", "dark, narrow and Chinese"])
def test_the_teacher_s_pages(site, full, visit, scheme, options):
    site.do("person", name=full["teacher"], role="teacher")
    assert look(visit(full["teacher"], color_scheme=scheme, reduced_motion="reduce", **options), teachers_pages(full)) == []


@pytest.mark.parametrize(("scheme", "options"), LOOKS, ids=["light and wide", "dark, narrow and Chinese"])
def test_the_student_s_pages(site, full, visit, scheme, options):
    assert look(visit(full["student"], color_scheme=scheme, reduced_motion="reduce", **options), students_pages(full)) == []


def test_a_question_about_a_problem_that_is_begun_survives_a_reload(full, visit):
    page = visit(full["student"]).open(f"/help/{full['problem']}/")
    question = page.locator("#question")
    given = question.input_value()
    question.fill(f"{given} I do not know how to begin.")
    page.reload()
    expect(question).to_have_value(f"{given} I do not know how to begin.")
    question.fill(given)
    page.reload()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []


def test_dialogs_and_previews(site, full, teacher):
    page = teacher.open(f"/assignments/{full['assignment']}/settings/")
    page.get_by_role("button", name="Delete the assignment").click()
    assert findings(page) == []
    page = teacher.open("/bank/import/")
    page.get_by_label("Paste the problems").fill(f'{{"problem": "What is ${SUM}$?", "answer": "99"}}\n{{nonsense')
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("This line is not JSON.")).to_be_visible()
    expect(page.get_by_text("What is").locator(".katex")).to_be_visible()
    assert findings(page) == []
    page = teacher.open(f"/classes/{full['classroom']}/students/")
    page.get_by_label("Paste the table").fill("username,name\nnew.one,New One\nchan,Ms Chan")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Gets an account and joins the class")).to_be_visible()
    expect(page.get_by_text("This is a teacher's username.")).to_be_visible()
    page.set_viewport_size(PHONE["viewport"])
    assert not page.evaluate(SIDEWAYS)
    assert findings(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("button", name="Take these students").click()
    expect(page.get_by_text("The class list was taken")).to_be_visible()
    page.evaluate(PLAIN_HTTP)
    page.get_by_role("link", name="Copy the link for a password").click()
    expect(page.get_by_role("link", name="Copied")).to_be_visible()
    page.get_by_label("Paste the table").press("Control+v")
    expect(page.get_by_label("Paste the table")).to_have_value(re.compile("/accounts/first/"))
    page.get_by_role("button", name="Remove New One").click()
    expect(page.get_by_role("dialog")).to_contain_text("Remove New One from the class?")
    assert findings(page) == []
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("New One is no longer in the class.")).to_be_visible()
    page = teacher.open(f"/problems/{full['problem']}/")
    reading = page.locator("#reading annotation")
    expect(reading).to_be_attached()  # what is typed, or leaving the page, would break off the reading before it
    page.get_by_label("Expected answer").fill("x = 5")
    expect(reading).to_have_text("x = 5")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="What the new key changes")).to_be_visible()
    assert findings(page) == []


def test_the_sidebar_leads_to_the_classes(full, teacher, visit):
    page = teacher.open("/")
    page.get_by_role("link", name="Classes").click()
    expect(page.get_by_role("heading", name="Classes")).to_be_visible()
    page.locator(".sidebar").get_by_role("link", name=full["name"], exact=True).click()
    expect(page.locator("h1")).to_have_text(full["name"])
    page.get_by_role("link", name="Problem bank").click()
    expect(page.get_by_role("heading", name="Problem bank")).to_be_visible()
    page = visit(full["student"]).open("/")
    page.get_by_role("link", name="My classes").click()
    expect(page.get_by_role("heading", name="My classes")).to_be_visible()
    expect(page.get_by_role("link", name="Problem bank")).to_have_count(0)


def test_hostile_work_is_shown_as_it_is_and_does_nothing(site, school, teacher, visit):
    people = [f"{school['name']}-{name}" for name in ("Anna", "Ben")]
    work = site.do("work", problem=school["problem"], works={people[0]: "\n".join(HOSTILE), people[1]: SCRIPT})
    site.do("mark_and_ask", submission=work[people[0]], comment=SCRIPT, first_error=0, text=SCRIPT)
    pages = [
        (teacher, f"/problems/{school['problem']}/queue/?show=all&at={work[people[0]]}"),
        (teacher, f"/problems/{school['problem']}/groups/"),
    ]
    pages += [(teacher, f"/assignments/{school['assignment']}/errors/"), (visit(people[0]), f"/work/{school['problem']}/")]
    for visitor, path in pages:
        page = visitor.open(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.pwned") is None
        forbidden = "main script:not([type='application/json']), main iframe, main img, main [onerror], main a[href^=javascript]"
        assert page.locator(forbidden).count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_what_is_chosen_has_an_edge_where_colours_are_the_reader_s(site, school, visit):
    """Contrast themes take all grounds away."""
    site.do("person", name=school["teacher"], role="teacher")
    page = visit(school["teacher"], forced_colors="active").open(f"/problems/{school['problem']}/queue/?show=all")
    assert page.locator(".tab[aria-current]").evaluate("tab => getComputedStyle(tab).outlineStyle") == "solid"
    assert page.locator(".tab:not([aria-current])").first.evaluate("tab => getComputedStyle(tab).outlineStyle") == "none"


def test_at_twice_the_size_no_button_of_an_assignment_is_out_of_sight(site, school, visit):
    site.do("person", name=school["teacher"], role="teacher")
    page = visit(school["teacher"], viewport={"width": 640, "height": 400}).open(f"/assignments/{school['assignment']}/")
    assert page.locator(".wide").first.evaluate("wide => wide.scrollWidth - wide.clientWidth") <= 0
