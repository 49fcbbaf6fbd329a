"""Every page: accessible by measurement and by keyboard, in both languages, light and dark, on a phone."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import expect

from tutor.tests.browser.site import PASSWORD, STARTED, code, done, failed, output

AXE = Path(__file__).resolve().parents[3] / "node_modules/axe-core/axe.min.js"
SERIOUS = """axe.run({resultTypes: ['violations']}).then(({violations}) => violations
  .filter(({impact}) => ['serious', 'critical'].includes(impact))
  .map(({id, nodes}) => id + ': ' + nodes.map(({target}) => target).join(' ')))"""
# How far each box stands from where its formula would stand without one.
ORPHANED = """text => {
  const base = [...text.querySelectorAll(".katex-base")].at(-1);
  const stop = document.createRange();
  stop.selectNodeContents(base.closest(".formula").nextSibling);
  const widths = [];
  for (let width = 60; width < 340; width += 4) {
    text.style.width = `${width}px`;
    if (stop.getBoundingClientRect().left < base.getBoundingClientRect().right - 1) widths.push(width);
  }
  text.style.width = "";
  return widths;
}"""  # the widths at which the full stop stands on a line of its own
RAISED = """boxes => boxes.map((box) => {
  const [formula, text] = [box.querySelector(".mord"), box.closest("p")];
  const at = () => Math.round(formula.getBoundingClientRect().bottom - text.getBoundingClientRect().top);
  const before = at();
  box.classList.remove("long");
  const raised = at() - before;
  box.classList.add("long");
  return raised;
})"""
WRONG = [("GET", "/c/00000000-0000-0000-0000-000000000000/", 404), ("GET", "/ask/", 405), ("POST", "/ask/", 403)]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def full_conversation(site, name):
    """One turn with everything in it, one that failed, one that runs."""
    made = site.do("conversation", name=name, questions=["Solve $x^2 = 4$.", "Again", "And now?"])
    first, second, third = made["turns"]
    cell = [code("print(2)"), output("2\n")]
    site.tell(
        first,
        STARTED,
        "Text with $x^2$ and a [link](https://example.org), in a sentence that is longer than any phone is wide.\n\n$$x = "
        + "1 + " * 60
        + "1$$\n\n",
        *cell,
        done("2", checked=True),
    )
    site.tell(second, STARTED, "Text", failed("engine_unavailable"))
    site.tell(third, STARTED, "| a | b |\n|---|---|\n| 1 | 2 |\n", *cell)
    return f"/c/{made['conversation']}/"


def outsiders_pages(made):
    return ["/accounts/login/", "/accounts/signup/", "/admin/login/", made["first"]]


def students_pages(made):
    return ["/", made["conversation"], "/history/?q=Solve", "/accounts/password/", "/accounts/keys/"]


def teachers_pages(made):
    return ["/shared/", f"/shared{made['conversation'].removeprefix('/c')}"]


def admins_pages(made):
    person = f"/admin/accounts/user/{made['person']}/"
    people = ["/admin/", "/admin/accounts/user/", "/admin/accounts/user/add/", f"{person}change/", f"{person}delete/", f"{person}history/"]
    passwords = [f"{person}password/", "/admin/password_change/", "/admin/password_change/done/"]
    return ["/reports/", f"/reports/{made['report']}/", *people, *passwords]


LOOKS = [("light", {}), ("dark", PHONE | {"locale": "zh-CN"})]


@pytest.mark.parametrize(("scheme", "options"), LOOKS, ids=["light and wide", "dark, narrow and Chinese"])
def test_no_serious_accessibility_findings(site, visit, scheme, options):
    options = options | {"color_scheme": scheme, "reduced_motion": "reduce"}
    outsider, student = visit(None, **options), visit(**options)
    teacher, admin = visit(role="teacher", **options), visit(role="admin", **options)
    conversation = full_conversation(site, student.name)
    turn = site.do("newest", name=student.name)["turn"]
    made = {"conversation": conversation} | site.do("share_and_report", turn=turn, teacher=teacher.name)
    lists = {outsider: outsiders_pages, student: students_pages, teacher: teachers_pages, admin: admins_pages}
    assert [(path, found) for visitor, pages in lists.items() for path in pages(made) if (found := findings(visitor.open(path)))] == []
    site.do("clear", name=student.name)


def open_answer(page, path, text):
    """What the server said to a request that no link makes, as a page of it."""
    page.route(f"**{path}", lambda route: route.fulfill(body=text, content_type="text/html"))
    page.goto(path)


def test_no_serious_findings_where_something_went_wrong(visit):
    page = visit(locale="zh-CN", reduced_motion="reduce", **PHONE).open("/")
    answers = [page.request.fetch(path, method=method) for method, path, _status in WRONG]
    assert [answer.status for answer in answers] == [status for *_asked, status in WRONG]
    pages = {answer.status: answer.text() for answer in answers} | {413: render_to_string("413.html"), 503: render_to_string("503.html")}
    for number, (status, text) in enumerate(pages.items()):
        page.emulate_media(color_scheme=("light", "dark")[number % 2])
        open_answer(page, f"/{status}/", text)
        assert findings(page) == [], status
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_no_serious_findings_in_dialogs_and_menus(visit):
    page = visit(locale="zh-CN", reduced_motion="reduce").open("/")
    page.locator("details.person summary").click()
    assert findings(page) == []
    page.locator(".person [data-open=shortcuts]").click()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("details.person summary")).to_be_focused()
    page.locator("[data-equation]").click()
    expect(page.locator("math-field")).to_be_visible()
    assert [finding for finding in findings(page) if "math-field" not in finding] == []  # inside of it is MathLive's


def findings(page):
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text())
    return page.evaluate(SERIOUS)


def test_wide_maths_scrolls_in_its_own_box(site, visit):
    visitor = visit(**PHONE)
    long = "1 + " * 40 + "1"
    question = f"Is $\\frac{{{long}}}{{2}}$ more than $\\frac{{1}}{{2}}$?"
    made = site.do("conversation", name=visitor.name, questions=[question])
    boxed = r"So \boxed{\text{The train needs } 4\frac{1}{6}\text{ hours for all of the 300 km}}, and $x_1 = y^2$."
    lines = {"first_error": None, "lines": [{"text": f"$y = \\frac{{{long}}}{{2}}$", "status": "checked", "reason": ""}]}
    site.tell(made["turns"][0], STARTED, ("reviewed", lines), f"{boxed}\n\n$$x = {long}$$\n\n```\n{'print(1) ' * 30}\n```\n", done())
    page = visitor.open(f"/c/{made['conversation']}/")
    expect(page.locator(".prose .katex")).to_have_count(3)
    expect(page.locator(".review-line .katex")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".question .long").evaluate("box => (box.scrollLeft = 50, box.scrollLeft)") == 50
    assert page.locator(":is(.question, .review-line, .prose) .long").evaluate_all(RAISED) == [0, 0, 0]
    assert page.locator(".prose p").first.evaluate(ORPHANED) == []
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(30, 36, 34)"  # dark ink, for paper is white
    assert page.locator(".prose :is(pre, .formula-display)").evaluate_all("all => all.map(e => e.scrollWidth - e.clientWidth)") == [0, 0]
    assert page.locator(".prose .long").evaluate("box => getComputedStyle(box).overflow") == "visible"


def test_a_short_conversation_is_printed_on_one_sheet_without_buttons(site, visit):
    visitor = visit()
    made = site.do("conversation", name=visitor.name, questions=["2 + 2"])
    site.tell(made["turns"][0], STARTED, "It is", code("print(4)"), output("4\n"), failed("engine_unavailable"))
    page = visitor.open(f"/c/{made['conversation']}/")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("It is", exact=True)).to_be_visible()
    assert [button.inner_text() for button in page.get_by_role("button").all() if button.is_visible()] == []
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1


def test_the_page_says_what_is_missing(site, visit):
    page = visit().open("/")
    expect(page.locator("#state")).to_be_empty()
    cases = [
        ({"gone": True}, "Nothing is solving questions"),
        ({"engine_loading": True}, "The model is being loaded"),
        ({"engine_error": "no such file"}, "The model cannot be used"),
        ({"sandbox_error": "no user namespaces"}, "Python cannot be run safely"),
    ]
    for worker, words in cases:
        site.do("worker", **worker)
        page.reload()
        expect(page.locator("#state")).to_contain_text(words)
    site.do("worker")


def test_signing_up_out_and_in(visit):
    page = visit(None).open("/")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Username").fill("newcomer")
    page.get_by_label("Password", exact=True).fill("12345")
    page.get_by_label("Password confirmation").fill("12345")
    page.get_by_role("button", name="Make an account").click()
    expect(page.locator(".field-error").first).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("newcomer")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("heading", name="What would you like to work out?")).to_be_visible()
    expect(page.locator(".role")).to_have_text("Student")
    page.locator("details.person summary").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Username").fill("newcomer")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    expect(page.locator(".person-name")).to_have_text("newcomer")


def test_the_whole_way_by_keyboard(site, student):
    page = student.open("/history/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.goto("/")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("2 + 2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/**")
    turn = site.do("newest", name=student.name)["turn"]
    site.tell(turn, STARTED, "It is 4.", done("4"))
    expect(page.locator("[data-turn]")).to_have_attribute("data-phase", "done")
    again = page.get_by_role("button", name="Solve again")
    for _ in range(60):
        page.keyboard.press("Tab")
        if again.evaluate("e => e === document.activeElement"):
            break
    expect(again).to_be_focused()
    outline = again.evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**leaf=*")
    expect(page.locator(".siblings")).to_contain_text("2/2")
    site.do("clear", name=student.name)


def test_history_is_searched_renamed_and_deleted(site, student):
    for question in ("Area of a circle", "Sum of odd numbers"):
        made = site.do("conversation", name=student.name, questions=[question])
        site.tell(made["turns"][0], STARTED, "text", done())
    page = student.open(f"/c/{made['conversation']}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("circle")
    expect(page.locator("#history a")).to_have_count(1)
    expect(page.locator("#announcer")).to_contain_text("1 question found")
    expect(page.locator("#history a")).to_have_text("Area of a circle")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.locator("#history a")).to_have_count(2)
    page.locator("details.menu.at-end summary").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Title").fill(r"Solve $$\begin{cases}x \\ y\end{cases}$$ for \[\frac12\] now")
    page.keyboard.press("Enter")
    expect(page.locator(".top-title .katex")).to_have_count(2)
    assert page.locator(".top").bounding_box()["height"] < 80, "a title is one line"
    page.locator("details.menu.at-end summary").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog", name="Delete this conversation?")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url(f"{site.url}/")
    expect(page.locator("#history a")).to_have_count(1)


def test_chinese_by_the_browser_and_by_the_switch(visit):
    page = visit(locale="zh-CN").open("/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("h1")).to_have_text("今天想解哪道题？")
    page.locator("details.person summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("What would you like to work out?")
    outsider = visit(None, locale="en-GB").open("/accounts/login/")
    outsider.get_by_role("button", name="中文").click()
    expect(outsider.locator("h1")).to_have_text("登录")


def test_the_theme_switch_is_kept(visit):
    page = visit(color_scheme="light").open("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("details.person summary").click()
    page.get_by_text("Dark", exact=True).click()
    dark = page.evaluate(ground)
    page.reload()
    assert page.evaluate(ground) == dark != light


def test_a_phone_has_a_drawer_and_no_sideways_scrolling(site, visit):
    person = visit(**PHONE)
    path = full_conversation(site, person.name)
    page = person.open(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#sidebar")).to_be_hidden()
    page.get_by_role("button", name="History and menu").tap()
    expect(page.locator("#history a")).to_be_visible()
    page.get_by_role("button", name="Close").tap()
    expect(page.locator("#sidebar")).to_be_hidden()
    site.do("clear", name=person.name)


def test_what_is_opened_below_a_solution_fits_a_phone(site, visit):
    person = visit(**PHONE)
    page = person.open(full_conversation(site, person.name))
    for summary in ("Feedback", "About one step"):
        page.locator(".turn-actions summary:visible", has_text=summary).first.tap()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"], "the page became wider"
    expect(page.locator(".report[open]").get_by_role("button", name="Send")).to_be_visible()
    expect(page.locator(".about[open]").get_by_role("button", name="Ask about this step")).to_be_visible()
    site.do("clear", name=person.name)


def test_what_is_opened_at_the_end_of_a_page_comes_out_from_under_the_composer(site, visit):
    person = visit(**PHONE)
    made = site.do("conversation", name=person.name, questions=["Solve $x^2 = 4$."])
    site.tell(made["turns"][0], STARTED, "One line.\n\n" * 30, done("2", checked=True))
    page = person.open(f"/c/{made['conversation']}/")
    page.locator(".turn-actions summary", has_text="Feedback").tap()
    send = page.locator(".report[open]").get_by_role("button", name="Send")
    in_front = "button => button.getBoundingClientRect().bottom <= document.querySelector('.dock').getBoundingClientRect().top"
    page.wait_for_function(in_front, arg=send.element_handle())
    site.do("clear", name=person.name)


def test_a_page_that_is_only_read_has_a_way_to_its_end(site, visit):
    person = visit()
    made = site.do("conversation", name=person.name, questions=["Solve $x^2 = 4$."])
    site.tell(made["turns"][0], STARTED, "One line.\n\n" * 90, done("2"))
    page = person.open(f"/c/{made['conversation']}/")
    page.locator(".report summary").click()
    page.get_by_label("The answer is wrong").check()
    page.get_by_role("button", name="Send", exact=True).first.click()
    expect(page.locator(".report-said")).to_have_text("Thank you. This is noted.")
    page = visit(role="admin").open("/reports/")
    page.get_by_role("link", name="Solve").first.click()
    expect(page.locator(".turn .prose")).to_be_visible()
    page.keyboard.press("Home")
    page.wait_for_function("() => scrollY === 0")  # the browser glides there
    expect(page.get_by_role("button", name="Jump to latest")).to_be_in_viewport()
    page.get_by_role("button", name="Jump to latest").click()
    expect(page.locator(".turn-actions")).to_be_in_viewport()


def test_administrators_find_the_administration(site, visit):
    site.do("person", name="head", role="admin")
    page = visit("head").open("/")
    page.locator("details.person summary").click()
    page.get_by_role("link", name="Administration").click()
    expect(page).to_have_url(f"{site.url}/admin/")
    ordinary = visit().open("/")
    expect(ordinary.get_by_role("link", name="Administration")).to_have_count(0)
