"""Asking: the field, its keys and choices, the equation editor, and that no text is ever lost."""

import re

import pytest
from playwright.sync_api import expect

from tutor.tests.browser.site import STARTED, done


def field(page):
    return page.locator("#question")


def test_enter_sends_what_was_chosen(site, student):
    page = student.open()
    expect(field(page)).to_be_focused()
    page.get_by_label("Method").select_option("Use Python")
    page.get_by_label("Answer in").select_option("中文")
    page.keyboard.type("What is")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("7 * 8?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/**")
    asked = site.do("newest", name=student.name)
    assert (asked["question"], asked["mode"], asked["language"]) == ("What is\n7 * 8?", "tir", "zh")
    expect(page.locator("[data-part=question]")).to_have_text(re.compile(r"What is\s*7 \* 8\?"))
    expect(field(page)).to_have_value("")
    site.do("clear", name=student.name)


def test_enter_pressed_twice_sends_once(student):
    page = student.open()
    sent = []
    page.route("**/ask/", lambda route: sent.append(route))  # not the method itself: Playwright marks what it is given
    field(page).fill("What is 7 * 8?")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    sent[0].fulfill(status=422, body="Not now.")
    expect(page.get_by_role("alert")).to_have_text("Not now.")
    page.wait_for_timeout(200)
    assert len(sent) == 1
    student.troubles.clear()  # the browser itself reports the 422


def test_enter_that_is_held_sends_once(student):
    page = student.open()
    sent = []
    page.route("**/ask/", lambda route: [sent.append(route), route.fulfill(status=422, body="Not now.")])
    field(page).fill("What is 7 * 8?")
    page.keyboard.down("Enter")
    expect(page.get_by_role("alert")).to_have_text("Not now.")
    page.keyboard.down("Enter")  # it repeats
    page.wait_for_timeout(200)
    assert len(sent) == 1
    expect(field(page)).to_have_value("What is 7 * 8?")
    student.troubles.clear()  # the browser itself reports the 422


def test_enter_sends_nothing_more_while_the_next_page_is_on_its_way(student):
    page = student.open()
    sent, left = [], []
    page.route("**/ask/", lambda route: [sent.append(route), route.fulfill(headers={"HX-Redirect": "/practice/"})])
    page.route("**/practice/", lambda route: left.append(route))
    field(page).fill("What is 7 * 8?")
    with page.expect_request("**/practice/"):
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert len(sent) == 1
    left[0].continue_()
    page.wait_for_url("**/practice/")


def test_after_back_a_question_can_be_sent_again(student):
    page = student.open()
    send = page.get_by_role("button", name="Send")
    refused = page.get_by_role("alert")
    # A browser that is driven keeps no page that was left: this one only seems to be left, and to come back.
    page.route("**/ask/", lambda route: route.fulfill(headers={"HX-Redirect": "#sent"}))
    field(page).fill("What is 7 * 8?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/#sent")
    expect(send).to_be_disabled()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(send).to_be_enabled()
    page.unroute("**/ask/")
    page.route("**/ask/", lambda route: route.fulfill(status=422, body="Not now."))
    for _ in range(2):
        send.click()
        expect(refused).to_have_text("Not now.")
        expect(send).to_be_enabled()
    student.troubles.clear()  # the browser itself reports the 422


def test_an_input_method_s_enter_does_not_send(student):
    page = student.open()
    field(page).focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "jie", "selectionStart": 3, "selectionEnd": 3})
    for kind in ("rawKeyDown", "keyUp"):
        keyboard.send("Input.dispatchKeyEvent", {"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229})
    keyboard.send("Input.insertText", {"text": "解方程"})
    page.wait_for_timeout(200)
    assert page.url.endswith("/")
    expect(field(page)).to_have_value("解方程")


def test_an_empty_question_is_not_sent(student):
    page = student.open()
    page.keyboard.type("   ")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert page.url.endswith("/")


def test_a_draft_survives_a_reload(student):
    page = student.open()
    page.keyboard.type("Half a question")
    page.reload()
    expect(field(page)).to_have_value("Half a question")


def test_a_question_that_was_sent_is_no_draft(site, asked, student):
    page, turn = asked
    site.tell(turn, STARTED, "It is 2 or -2.", done("2, -2"))
    expect(page.get_by_role("button", name="Solve again")).to_be_visible()
    field(page).fill("And then?")
    page.keyboard.press("Enter")
    page.wait_for_url("**leaf=*")
    expect(page.locator("[data-turn]")).to_have_count(2)
    expect(field(page)).to_have_value("")
    site.do("clear", name=student.name)


def test_a_refused_question_says_why_and_stays(site, student):
    page = student.open()
    field(page).fill("x" * 8001)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The question is too long. Shorten it.")
    expect(field(page)).to_have_value("x" * 8001)
    page.goto("/history/")
    page.goto("/")
    expect(field(page)).to_have_value("x" * 8001)
    student.troubles.clear()  # the browser itself reports the 422


def test_a_follow_up_waits_for_the_answer_before_it(site, asked, student):
    page, turn = asked
    site.tell(turn, STARTED, "working")
    field(page).fill("And then?")
    page.keyboard.press("Enter")
    expect(page.locator("#composer-error")).to_contain_text("still being written")
    expect(field(page)).to_have_value("And then?")
    site.tell(turn, done())
    expect(page.get_by_role("button", name="Solve again")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**leaf=*")
    expect(page.locator("[data-turn]")).to_have_count(2)
    site.do("clear", name=student.name)
    student.troubles.clear()


def test_a_server_that_is_away_loses_nothing(site, student):
    page = student.open()
    field(page).fill("Is anybody there?")
    site.web.kill()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    site.start_web()
    expect(field(page)).to_have_value("Is anybody there?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/**")
    site.do("clear", name=student.name)
    student.troubles.clear()


@pytest.mark.parametrize(
    ("status", "said"), [(None, "could not be reached"), (401, "logged out"), (404, "was deleted"), (500, "could not take this")]
)
def test_a_doubt_that_is_not_taken_says_why(site, asked, student, status, said):
    page, turn = asked
    site.tell(turn, STARTED, "Both 2 and -2 have the square 4.", done("2, -2"))
    about = page.locator(".about")
    about.locator("summary").click()
    page.route("**/go-on/", lambda route: route.fulfill(status=status) if status else route.abort())
    about.get_by_role("button", name="I doubt this step").click()
    expect(about.get_by_role("alert")).to_contain_text(said)
    page.unroute("**/go-on/")
    about.get_by_role("button", name="I doubt this step").click()
    page.wait_for_url("**leaf=*")
    site.do("clear", name=student.name)
    student.troubles.clear()  # the browser itself reports the errors


def test_what_is_typed_elsewhere_survives_an_expired_login(site, asked, student):
    page, turn = asked
    site.tell(turn, STARTED, "Both 2 and -2 have the square 4.", done("2, -2"))
    page.locator("[data-own-work]").click()
    page.get_by_label("My own work").fill("x = 2")
    page.locator(".report summary").click()
    page.locator(".report textarea").fill("One is missing")
    page.get_by_role("button", name="Edit the question").click()
    page.locator(".edit textarea").fill("Solve $x^2 = 9$.")
    page.locator(".about summary").click()
    page.get_by_label("Your question about it").fill("Why two?")
    page.route("**/ask/", lambda route: route.fulfill(status=401))
    page.get_by_role("button", name="Ask about this step").click()
    expect(page.locator(".about").get_by_role("alert")).to_contain_text("Your text is kept")
    page.unroute("**/ask/")
    page.reload()
    expect(page.get_by_label("My own work")).to_be_visible()
    expect(page.get_by_label("My own work")).to_have_value("x = 2")
    expect(page.locator(".report textarea")).to_have_value("One is missing")
    expect(page.locator(".edit textarea")).to_have_value("Solve $x^2 = 9$.")
    page.locator(".about summary").click()
    expect(page.get_by_label("Your question about it")).to_have_value("Why two?")
    page.get_by_role("button", name="Ask about this step").click()
    page.wait_for_url("**leaf=*")
    kept = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('draft:')).map(([, text]) => text).sort()")
    assert kept == ["One is missing", "Solve $x^2 = 9$.", "x = 2"]
    site.do("clear", name=student.name)
    student.troubles.clear()  # the browser itself reports the 401


def test_an_example_fills_the_field(student):
    page = student.open()
    page.get_by_role("button", name=re.compile("A train covers")).click()
    expect(field(page)).to_have_value(re.compile("^A train covers"))
    expect(field(page)).to_be_focused()


def test_the_equation_editor_inserts_latex(student):
    page = student.open()
    page.keyboard.type("Solve ")
    page.get_by_role("button", name="Equation").click()
    expect(page.locator("math-field")).to_be_visible()
    page.keyboard.type("x^2")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("=4")
    source = page.get_by_label("The same as LaTeX")
    expect(source).to_have_value("x^2=4")
    source.fill(r"x^2=\sqrt{3}")
    expect(page.locator("math-field")).to_have_js_property("value", r"x^2=\sqrt{3}")
    page.get_by_role("button", name="Insert", exact=True).click()
    expect(field(page)).to_have_value(r"Solve $x^2=\sqrt{3}$")
    expect(page.locator("#preview .katex")).to_be_visible()
    expect(field(page)).to_be_focused()


@pytest.mark.parametrize(
    ("written", "inserted"),
    [
        (r"\int x\differentialD x", r"\int x dx"),
        (r"\frac{\differentialD}{\differentialD\placeholder{}}", r"\frac{d}{d\square{}}"),
        (r"\exponentialE^{\imaginaryI}+\imaginaryJ", "e^{i}+j"),
        (r"f^{\doubleprime}=\alpha\differentialD x", r"f''=\alpha dx"),
    ],
)
def test_what_the_equation_editor_inserts_is_plain_latex(student, written, inserted):
    page = student.open()
    page.get_by_role("button", name="Equation").click()
    page.locator("math-field").evaluate("(field, latex) => field.insert(latex)", written)
    page.get_by_role("button", name="Insert", exact=True).click()
    expect(field(page)).to_have_value(f"${inserted}$")
    expect(page.locator("#preview .katex")).to_be_visible()


def test_latex_that_is_inserted_before_the_editor_has_come(student):
    page = student.open()
    held = []
    page.route("**/mathlive*.mjs", lambda route: held.append(route))
    page.get_by_role("button", name="Equation").click()
    page.get_by_label("The same as LaTeX").fill("x^2")
    page.get_by_role("button", name="Insert", exact=True).click()
    expect(field(page)).to_have_value("$x^2$")
    expect(page.get_by_role("dialog", name="Insert an equation")).to_be_hidden()
    held[0].continue_()
    page.get_by_role("button", name="Equation").click()
    expect(page.locator("math-field")).to_have_count(1)
    expect(page.locator("math-field")).to_be_focused()


def test_the_equation_keyboard_on_a_phone(visit):
    page = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).open()
    page.get_by_role("button", name="Equation").tap()
    page.locator("math-field").tap()
    key = page.locator(".MLK__layer.is-visible [data-keycap-value='7'], .MLK__layer.is-visible [aria-label='7']").first
    key.tap()
    expect(page.get_by_label("The same as LaTeX")).to_have_value("7")
    page.get_by_role("button", name="Insert", exact=True).tap()
    expect(field(page)).to_have_value("$7$")


def test_shortcuts_and_switching_them_off(student):
    page = student.open()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    expect(dialog).to_be_hidden()
