"""A solution appears while it is written, and nothing that happens to the connection loses or doubles any of it."""

import re

import pytest
from playwright.sync_api import expect

from tutor.supervisor import wait_until
from tutor.tests.browser.site import PLAIN_HTTP, STARTED, STOPPED, code, done, failed, output, typing

AT_END = "innerHeight + scrollY >= document.documentElement.scrollHeight - 5"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def steps(page):
    return page.locator("[data-part=steps]").last


def status(page):
    return page.locator("[data-part=status]").last


def phase(page, name):
    expect(page.locator("[data-turn]").last).to_have_attribute("data-phase", name)


def eventually(page, expression):
    """Playwright's own wait_for_function evaluates text as script, which the page's policy refuses."""
    wait_until(lambda: page.evaluate(expression), expression)


def test_a_question_waits_then_streams_then_is_done(site, asked):
    page, turn = asked
    expect(status(page)).to_have_text(re.compile("Waiting"))
    site.tell(turn, STARTED)
    expect(status(page)).to_have_text("Thinking")
    site.tell(turn, "Both ", "roots ")
    expect(steps(page)).to_have_text("Both roots")
    site.tell(turn, "count.", done("\\pm 2"))
    phase(page, "done")
    expect(steps(page)).to_have_text("Both roots count.")
    expect(page.locator("[data-part=answer-text] .katex")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def test_a_waiting_question_says_its_place(site, visit):
    first, second = visit(), visit()
    site.do("conversation", name=first.name, questions=["1 + 1"])
    made = site.do("conversation", name=second.name, questions=["2 + 2"])
    page = second.open(f"/c/{made['conversation']}/")
    expect(status(page)).to_have_text(re.compile(r"Waiting: number \d+ in the queue"))
    site.do("clear", name=first.name)
    site.do("clear", name=second.name)


def test_formulas_are_right_at_every_moment(site, asked):
    page, turn = asked
    site.tell(turn, STARTED)
    text = "So \\(x = \\frac{1}{2}\\) and $y_1^2$.\n\n\\[\n\\int_0^1 x^2\\,dx\n\\]\n\n"
    text += "It costs $5 and takes $3 \\text{ h}$.\n\n`$code$` and **bold $z$ words**."
    for start in range(0, len(text), 6):
        site.tell(turn, text[start : start + 6])
        page.wait_for_timeout(20)
        shown = steps(page).evaluate(
            "e => { const c = e.cloneNode(true); c.querySelectorAll('.katex, code').forEach(k => k.remove()); return c.textContent }"
        )
        assert not re.search(r"\\|\*|\$(?!5)|frac|int_", shown), shown
    site.tell(turn, done())
    phase(page, "done")
    expect(steps(page).locator(".katex")).to_have_count(5)
    expect(steps(page).locator(".katex-display")).to_have_count(1)
    expect(steps(page).locator("code")).to_have_text("$code$")
    expect(steps(page)).to_contain_text("costs $5 and takes")
    expect(steps(page).locator("strong")).to_have_text(re.compile("bold.*words"))


def test_finished_blocks_are_drawn_once(site, asked):
    page, turn = asked
    site.tell(turn, STARTED, "First $a$ block.\n\nSecond")
    expect(steps(page)).to_contain_text("Second")
    page.evaluate("document.querySelector('[data-part=steps] p').marked = true")
    site.tell(turn, " block.\n\nThird", " block.", done())
    phase(page, "done")
    assert page.evaluate("document.querySelector('[data-part=steps] p').marked") is True
    expect(steps(page).locator("p")).to_have_count(3)


def test_python_its_output_plot_and_the_badge(site, asked):
    page, turn = asked
    plot = site.do("plot", turn=turn, png=PIXEL)["plot"]
    site.tell(turn, STARTED, "Let us compute.\n\n", typing("from sympy import *\nprint("))
    expect(page.locator(".cell .hljs-keyword").first).to_have_text("from")
    expect(status(page)).to_have_text("Writing Python")
    site.tell(turn, typing("2)"), code("from sympy import *\nprint(2)"))
    expect(status(page)).to_have_text("Running Python")
    site.tell(turn, output("2\n", plots=[plot]))
    expect(page.locator(".cell [data-part=text]")).to_have_text("2\n")
    expect(page.locator(".cell img")).to_have_js_property("naturalWidth", 1)
    site.tell(turn, "So it is 2.", done("2", checked=True))
    expect(page.get_by_text("Checked by Python").last).to_be_visible()
    expect(page.get_by_text("result differ")).to_be_hidden()


def test_a_different_result_is_said_and_code_that_failed_shows_why(site, asked):
    page, turn = asked
    site.tell(turn, STARTED, typing("1/0"), code("1/0"), output("", error="line 1: 1/0\nZeroDivisionError: division by zero"))
    expect(page.locator(".cell-error")).to_contain_text("ZeroDivisionError")
    site.tell(turn, done("3", differs=True, refuted=True, finish="length"))
    expect(page.get_by_text("This answer does not fit the problem").first).to_be_visible()
    expect(page.get_by_text("The answer and Python's result differ").last).to_be_visible()
    expect(page.get_by_text("reached its length limit")).to_be_visible()


def test_another_try_stands_in_the_place_of_a_refuted_one(site, asked):
    page, turn = asked
    note = page.get_by_text("The first answer did not fit the problem. This is another try.")
    site.tell(turn, STARTED, "It is 4096.", typing("2"), code("2"), output("4096"))
    expect(steps(page)).to_contain_text("4096")
    expect(note).to_be_hidden()
    site.tell(turn, (STARTED[0], STARTED[1] | {"given_up": "refuted"}), "It is ", typing("3"))
    for _ in ("live", "loaded again"):
        expect(note).to_be_visible()
        expect(steps(page)).to_contain_text("It is")
        expect(steps(page)).not_to_contain_text("4096")
        expect(page.locator(".cell [data-part=code]")).to_have_text("3")
        page.reload()
    site.tell(turn, code("3"), output("64"), done("64", checked=True))
    phase(page, "done")
    expect(note).to_be_visible()


def test_a_refresh_and_a_second_tab_show_the_same(site, student, asked):
    page, turn = asked
    site.tell(turn, STARTED, "one ", "two ")
    expect(steps(page)).to_have_text("one two")
    page.reload()
    expect(steps(page)).to_have_text("one two")
    second = student.open(page.url)
    site.tell(turn, "three ", typing("print(1)"), code("print(1)"))
    for tab in (page, second):
        expect(steps(tab)).to_contain_text("one two three")
        expect(tab.locator(".cell [data-part=code]")).to_have_text("print(1)")
    site.tell(turn, output("1\n"), "four", done())
    for tab in (page, second):
        phase(tab, "done")
        assert re.findall("one|two|three|four", steps(tab).inner_text()) == ["one", "two", "three", "four"]


def test_a_killed_web_process_costs_nothing(site, asked):
    page, turn = asked
    site.tell(turn, STARTED, "one ")
    expect(steps(page)).to_have_text("one")
    site.web.kill()
    expect(status(page)).to_have_text("Connection lost. Reconnecting…")
    site.tell(turn, "two ")
    site.start_web()
    expect(steps(page)).to_have_text("one two")
    site.tell(turn, "three", done())
    expect(steps(page)).to_have_text("one two three")


def test_a_page_that_slept_until_the_log_was_joined_loads_itself_anew(site, asked):
    page, turn = asked
    for piece in (STARTED, "one ", "two "):
        site.tell(turn, piece)
    expect(steps(page)).to_have_text("one two")
    site.do("oversleep", turn=turn, events=[["token", {"candidate": 0, "text": "three", "part": "text"}], done()])
    expect(steps(page)).to_have_text("one two three")
    phase(page, "done")


def test_who_is_logged_out_meanwhile_is_told_so(site, student, asked):
    page, turn = asked
    site.tell(turn, STARTED, "one\n\n" * 60)
    expect(steps(page)).to_contain_text("one")
    student.context.clear_cookies(name="sessionid")
    site.web.kill()
    site.start_web()
    refused = page.get_by_role("alert").filter(has_text="You are logged out.")
    expect(refused).to_be_in_viewport()
    expect(refused.get_by_role("link", name="Log in to go on")).to_be_visible()
    expect(status(page)).not_to_contain_text("Reconnecting")
    page.locator("#question").fill("My draft")
    page.keyboard.press("Enter")
    expect(page.locator("#composer-error")).to_contain_text("You are logged out")
    expect(page.locator("#question")).to_have_value("My draft")
    student.troubles.clear()  # the 401


def test_a_conversation_that_is_deleted_meanwhile_is_said_to_be_gone(site, student, asked):
    page, turn = asked
    site.tell(turn, STARTED, "one")
    expect(steps(page)).to_have_text("one")
    second = student.open(page.url)
    second.locator("details.menu.at-end summary").click()
    second.get_by_role("button", name="Delete").click()
    second.get_by_role("dialog").get_by_role("button", name="Delete").click()
    second.wait_for_url(f"{site.url}/")
    expect(page.get_by_role("alert").filter(has_text="The page does not exist, or it belongs to somebody else.")).to_be_in_viewport()
    expect(page.get_by_text("You are logged out.")).to_be_hidden()
    expect(status(page)).not_to_contain_text("Reconnecting")


def test_a_lost_worker_starts_the_turn_anew(site, asked):
    page, turn = asked
    site.tell(turn, STARTED, "wrong track ")
    expect(steps(page)).to_have_text("wrong track")
    site.tell(turn, ("queued", {"again": True}), STARTED, "right track")
    expect(steps(page)).to_have_text("right track")
    expect(page.get_by_text("It starts again from the beginning")).to_be_visible()
    site.tell(turn, done())
    phase(page, "done")


def test_stop_by_button_and_by_key(site, student, asked):
    page, turn = asked
    site.tell(turn, STARTED, "partial text")
    expect(steps(page)).to_have_text("partial text")
    with page.expect_response("**/stop/"):
        page.get_by_role("button", name="Stop").click()
    assert site.do("newest", name=student.name)["stop_requested"]
    site.tell(turn, STOPPED)
    phase(page, "stopped")
    expect(steps(page)).to_have_text("partial text")
    again = site.do("conversation", name=student.name, questions=["Once more"])
    page.goto(f"/c/{again['conversation']}/")
    page.keyboard.press("Escape")
    phase(page, "stopped")  # it still waited, so it ends at once
    assert site.do("newest", name=student.name)["state"] == "stopped"


def open_pencil(page):
    page.get_by_role("button", name="Edit the question").click()
    return page.locator(".edit")


def open_menu(page):
    page.locator("details.menu.at-end summary").click()
    return page.locator("details.menu.at-end .menu-body")


def open_person(page):
    page.locator("details.person summary").click()
    return page.locator("details.person .menu-body")


def open_drawer(page):
    page.get_by_role("button", name="History and menu").click()
    return page.locator("#sidebar")


@pytest.mark.parametrize("opening", [open_pencil, open_menu, open_person, open_drawer])
def test_escape_that_closes_something_stops_nothing(site, student, asked, opening):
    page, turn = asked
    site.tell(turn, STARTED, "partial text")
    expect(steps(page)).to_have_text("partial text")
    if opening is open_drawer:
        page.set_viewport_size({"width": 390, "height": 844})
    opened = opening(page)
    expect(opened).to_be_visible()
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    page.wait_for_timeout(200)
    assert not site.do("newest", name=student.name)["stop_requested"]
    with page.expect_response("**/stop/"):
        page.keyboard.press("Escape")
    assert site.do("newest", name=student.name)["stop_requested"]
    site.do("clear", name=student.name)


def test_escape_that_empties_the_search_stops_nothing(site, student, asked):
    page, turn = asked
    site.tell(turn, STARTED, "partial text")
    search = page.get_by_role("searchbox")
    search.fill("circle")
    page.keyboard.press("Escape")
    expect(search).to_have_value("")
    page.wait_for_timeout(200)
    assert not site.do("newest", name=student.name)["stop_requested"]
    with page.expect_response("**/stop/"):
        page.keyboard.press("Escape")
    site.do("clear", name=student.name)


def test_escape_is_the_browser_s_where_nothing_runs(student):
    page = student.open()
    search = page.get_by_role("searchbox")
    search.fill("circle")
    page.evaluate("addEventListener('keydown', (event) => setTimeout(() => (window.taken = event.defaultPrevented)))")
    page.keyboard.press("Escape")
    expect(search).to_have_value("")
    page.keyboard.press("Escape")
    page.wait_for_function("window.taken !== undefined")
    assert page.evaluate("window.taken") is False


def test_a_failure_keeps_the_text_and_offers_another_try(site, student, asked):
    page, turn = asked
    site.tell(turn, STARTED, "partial text", failed("engine_unavailable"))
    expect(page.get_by_text("The model could not be reached").last).to_be_visible()
    expect(steps(page)).to_have_text("partial text")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**leaf=*")
    expect(page.locator(".siblings")).to_contain_text("2/2")
    site.do("clear", name=student.name)


def test_solving_again_makes_a_sibling(site, student, asked):
    page, turn = asked
    site.tell(turn, STARTED, "first solution", done())
    page.get_by_role("button", name="Solve again").click()
    page.wait_for_url("**leaf=*")
    site.tell(site.do("newest", name=student.name)["turn"], STARTED, "second solution", done())
    expect(steps(page)).to_have_text("second solution")
    page.get_by_role("link", name="Version before this").click()
    expect(steps(page)).to_have_text("first solution")
    expect(page.locator(".siblings")).to_contain_text("1/2")


def test_an_edited_question_branches(site, student):
    made = site.do("conversation", name=student.name, questions=["First", "Second"])
    for turn in made["turns"]:
        site.tell(turn, STARTED, "answer", done())
    page = student.open(f"/c/{made['conversation']}/")
    page.get_by_role("button", name="Edit the question").first.click()
    field = page.get_by_role("textbox", name="Edit the question")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Edit the question").first).to_be_focused()
    page.keyboard.press("Enter")
    field.fill("Another first")
    page.get_by_role("button", name="Ask this instead").click()
    page.wait_for_url("**leaf=*")
    expect(page.locator("[data-turn]")).to_have_count(1)
    expect(page.locator("[data-part=question]")).to_have_text("Another first")
    page.get_by_role("link", name="Version before this").click()
    expect(page.locator("[data-turn]")).to_have_count(2)
    site.do("clear", name=student.name)


def test_scrolling_follows_at_the_end_and_lets_go(site, asked):
    page, turn = asked
    paragraph = "Some words of a long solution.\n\n" * 40
    site.tell(turn, STARTED, paragraph)
    expect(steps(page)).to_contain_text("Some words")
    eventually(page, AT_END)
    page.mouse.wheel(0, -900)
    eventually(page, f"!({AT_END})")
    where = page.evaluate("scrollY")
    site.tell(turn, paragraph, "The end.")
    expect(steps(page)).to_contain_text("The end.")
    assert abs(page.evaluate("scrollY") - where) < 2
    page.get_by_role("button", name="Jump to latest").click()
    eventually(page, AT_END)
    site.tell(turn, "\n\n" + paragraph, done())
    phase(page, "done")
    eventually(page, AT_END)


def test_screen_readers_hear_states_and_finished_steps_but_no_tokens(site, asked):
    page, turn = asked
    heard = page.locator("#announcer")
    site.tell(turn, STARTED)
    expect(heard).to_contain_text("Thinking")
    site.tell(turn, "The first ", "step uses $a$.\n\nThe second")
    expect(heard).to_contain_text("The first step uses a.")
    assert "The second" not in heard.inner_text()
    site.tell(turn, " step.", done("a", checked=True))
    for words in ("The second step.", "The answer is a", "Checked by Python"):
        expect(heard).to_contain_text(words)
    assert heard.inner_text().count("The first step") == 1


def test_what_is_copied_of_an_output_stays_in_its_fence(site, student, asked):
    page, turn = asked
    student.context.grant_permissions(["clipboard-read", "clipboard-write"])
    site.tell(turn, STARTED, typing("show()"), code("show()"), output("```\n# A heading\n````\n"), done("2"))
    page.get_by_role("button", name="Copy with LaTeX").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "```python\nshow()\n```\n\n`````output\n```\n# A heading\n````\n`````"


def test_copying(site, student, asked):
    page, turn = asked
    student.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text = "So **$x = 2$**.\n\n3. One\n4. Two\n\n| a | b |\n|---|---|\n| 1 | $c$ |"
    site.tell(turn, STARTED, text, typing("print(2)"), code("print(2)"), output("2\n"), done("2"))
    page.get_by_role("button", name="Copy with LaTeX").click()
    assert page.evaluate("navigator.clipboard.readText()") == text + "\n\n```python\nprint(2)\n```\n\n```output\n2\n```"
    as_text, icon = page.get_by_role("button", name="Copy as text"), page.locator("[data-copy=text] use")
    expect(icon).to_have_attribute("href", "#i-copy")
    as_text.click()
    expect(icon).to_have_attribute("href", "#i-check")
    expect(page.locator("#announcer", has_text="Copied").get_by_text("Copied")).to_have_count(2)
    copied = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert [line for line in copied if line] == ["So x = 2.", "3. One", "4. Two", "a\tb", "1\tc", "print(2)", "2"]
    page.evaluate(PLAIN_HTTP)
    as_text.click()
    expect(page.locator("#announcer").get_by_text("Copied")).to_have_count(3)
    expect(as_text).to_be_focused()
