"""A student's work in a real browser: seen as it will be read, handed in once, kept when something goes wrong, and marked on its steps."""

from playwright.sync_api import expect

from tutor.tests.browser.site import PASSWORD


def open_work(visitor, school):
    return visitor.open(f"/work/{school['problem']}/")


def student(school, visit, name="Anna"):
    return visit(f"{school['name']}-{name}")


def test_steps_and_answer_are_shown_as_they_will_be_read(site, school, visit):
    page = open_work(student(school, visit), school)
    page.locator("#work").fill("2x + 3 = 7\n\n$2x = 4$\n\\frac{4}{2} = 2")
    steps = page.locator("#work-reading .work-step")
    expect(steps).to_have_count(3)
    expect(steps.nth(1).locator(".katex")).to_have_count(1)
    expect(steps.nth(2).locator(".katex")).to_have_count(1)
    page.locator("#answer").fill("4/2")
    expect(page.locator("#work-reading .final .katex")).to_have_count(1)
    page.locator("#work").fill("\\frac{1}{2")
    expect(page.locator("#work-reading")).to_contain_text("Line 1: An opening brace { is never closed.")
    assert site.do("submissions", problem=school["problem"]) == 0


def test_no_phone_makes_a_capital_of_a_letter_that_begins_a_line(site, school, visit):
    """X = 4 is not the x of the line before."""
    visitor = student(school, visit)
    assert open_work(visitor, school).locator("#work").evaluate("field => field.autocapitalize") in ("off", "none")
    assert visitor.open("/").locator("#attempt").evaluate("field => field.autocapitalize") in ("off", "none")


def test_a_syntax_error_is_mended_or_handed_in_as_it_is(site, school, visit):
    visitor = student(school, visit)
    page = open_work(visitor, school)
    page.locator("#work").fill("\\frac{1}{2")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("alert")).to_contain_text("Mend it, or hand it in as it is.")
    expect(page.locator("#work")).to_have_value("\\frac{1}{2")
    expect(page.get_by_text("3 attempts left")).to_be_visible()
    page.get_by_label("Hand it in as it is").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in.")).to_be_visible()
    expect(page.get_by_text("2 attempts left")).to_be_visible()
    visitor.troubles.clear()  # the browser itself reports the 422


def test_a_double_click_hands_in_once(site, school, visit):
    page = open_work(student(school, visit), school)
    page.locator("#work").fill("x = 2")
    page.get_by_role("button", name="Hand in").dblclick()
    expect(page.get_by_text("Handed in, not marked yet")).to_be_visible()
    assert site.do("submissions", problem=school["problem"]) == 1


def test_what_is_written_survives_a_reload_until_it_is_handed_in(school, visit):
    visitor = student(school, visit)
    page = open_work(visitor, school)
    page.locator("#work").fill("half a thought")
    page.locator("#answer").fill("25/6")
    page.reload()
    expect(page.locator("#work")).to_have_value("half a thought")
    expect(page.locator("#answer")).to_have_value("25/6")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in.")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => /^(work|draft):/.test(key))") == []


def test_a_refused_file_is_what_the_page_goes_on_with(site, school, visit):
    visitor = student(school, visit)
    page = open_work(visitor, school)
    page.locator("#work").fill("an old draft")
    page.get_by_label("or a text file").set_input_files({"name": "work.txt", "mimeType": "text/plain", "buffer": b"x = \\frac{1}{2"})
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("alert")).to_contain_text("Mend it, or hand it in as it is.")
    expect(page.locator("#work")).to_have_value("x = \\frac{1}{2")
    page.get_by_label("Hand it in as it is").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in.")).to_be_visible()
    expect(page.locator("#work")).to_have_value("x = \\frac{1}{2")
    visitor.troubles.clear()  # the browser itself reports the 422


def test_a_draft_ends_with_its_hand_in_though_the_server_takes_blanks_off(school, visit):
    page = open_work(student(school, visit), school)
    page.locator("#work").fill("\nx = 2\n")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in.")).to_be_visible()
    expect(page.locator("#work")).to_have_value("x = 2")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('work:'))") == []


def test_the_mark_stands_on_the_steps_once_it_is_released(site, school, visit):
    name = f"{school['name']}-Anna"
    visitor = student(school, visit)
    [submission] = site.do("work", problem=school["problem"], works={name: "2x + 3 = 7\n2x = 10\nx = 5"}).values()
    site.do("mark_and_ask", submission=submission, comment="Take $3$ away.\n\nThen divide.", first_error=1, text="")
    page = open_work(visitor, school)
    expect(page.locator(".work-step.label-wrong")).to_contain_text("2x = 10")
    expect(page.locator(".work-step.label-right")).to_contain_text("2x + 3 = 7")
    expect(page.locator(".comment .katex")).to_be_visible()
    assert page.locator(".comment [data-maths]").inner_text().endswith("away.\n\nThen divide.")
    page.get_by_text("Ask to look at the mark again").click()
    page.get_by_label("What should be looked at again").fill("Is $10$ not $7 + 3$?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".attempt .notice")).to_contain_text("Your teacher will look at it again.")
    expect(page.locator(".attempt .notice .katex")).to_have_count(2)
    expect(page.get_by_text("Ask to look at the mark again")).to_have_count(0)


def test_an_answer_in_words_is_not_run_together(school, visit):
    page = open_work(student(school, visit), school)
    for answer, drawn in (("24 chickens and 10 rabbits", 0), ("x=2", 1)):
        page.locator("#work").fill(answer)
        page.locator("#answer").fill(answer)
        page.get_by_role("button", name="Hand in").click()
        expect(page.locator(".attempt .final").first.locator(".katex")).to_have_count(drawn)
        expect(page.locator(".attempt .final").first).to_contain_text(answer)


def test_joining_a_class_by_its_code(site, school, visit):
    visitor = visit()
    page = visitor.open("/classes/")
    page.get_by_label("Class code").fill("WRONG")
    page.get_by_role("button", name="Join the class").click()
    expect(page.get_by_text("No class has this code.")).to_be_visible()
    page.get_by_label("Class code").fill(school["code"].lower())
    page.get_by_role("button", name="Join the class").click()
    expect(page.locator("h1")).to_have_text(school["name"])
    page.get_by_role("link", name="Equations").click()
    expect(page.locator(".problem-link")).to_have_count(3)


def held_back(page, words):
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    assert (page.locator("#work").input_value(), page.locator("#answer").input_value()) == ("2x = 4\nx = 2", "2")


def test_what_cannot_be_sent_stays_on_its_page_until_it_can(site, school, visit):
    """Without a network, and logged out: the browser's page or a log-in stood in its place, and the final answer was lost."""
    visitor = student(school, visit)
    page = open_work(visitor, school)
    page.locator("#work").fill("2x = 4\nx = 2")
    page.locator("#answer").fill("2")
    visitor.context.set_offline(True)
    held_back(page, "The server could not be reached.")
    visitor.context.set_offline(False)
    visitor.context.clear_cookies()
    held_back(page, "You are logged out.")
    page.reload()  # to the log-in, from where one comes back
    log_in(page, visitor.name)
    assert (page.locator("#work").input_value(), page.locator("#answer").input_value()) == ("2x = 4\nx = 2", "2")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in.")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => /^(work|draft):/.test(key))") == []
    visitor.troubles.clear()  # the browser itself reports the 401


def log_in(page, name):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/work/**")


def test_a_log_in_in_another_tab_is_enough_for_ones_own_work_and_sends_nobody_elses(site, school, visit):
    student(school, visit, "Ben")
    visitor = student(school, visit)
    page, other = open_work(visitor, school), open_work(visitor, school)
    page.locator("#work").fill("2x = 4\nx = 2")
    page.locator("#answer").fill("2")
    for name in ("Ben", "Anna"):
        visitor.context.clear_cookies()
        other.reload()
        log_in(other, f"{school['name']}-{name}")
        if name == "Ben":
            held_back(page, "Somebody else has logged in")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in.")).to_be_visible()
    assert site.do("submissions", problem=school["problem"]) == 1
    visitor.troubles.clear()  # the browser itself reports the 401
