"""Grading in a real browser: by keyboard, two at once, and nothing lost."""

import re

import pytest
from playwright.sync_api import expect

from grading.tests.browser.site import RIGHT, WRONG
from tutor.tests.browser.site import PASSWORD

SUBMISSIONS = 200


def open_queue(visitor, problem, **query):
    return visitor.open(f"/problems/{problem}/queue/?" + "&".join(f"{key}={value}" for key, value in query.items()))


def who(page):
    """The name on the panel, once it has come in whole."""
    return page.locator("#panel:not([aria-busy]) #who")


def total(page):
    return page.locator("[data-total]")


@pytest.fixture
def handed_in(site, school):
    """Two right, two wrong, by username."""
    works = dict(zip(("Anna", "Ben", "Chen", "Dora"), (RIGHT, WRONG, RIGHT, WRONG), strict=True))
    return site.do("work", problem=school["problem"], works={f"{school['name']}-{name}": work for name, work in works.items()})


def mark(site, school, student):
    return site.do("marks", problem=school["problem"])[f"{school['name']}-{student}"]


def test_two_hundred_submissions_by_keyboard_without_a_page_load(site, visit):
    made = site.do("crowd", name="crowd", count=SUBMISSIONS)
    site.do("person", name="crowd-teacher", role="teacher")
    page = open_queue(visit("crowd-teacher"), made["problem"])
    loads = []
    page.on("request", lambda request: request.resource_type == "document" and loads.append(request.url))
    expected = {}
    for number in range(SUBMISSIONS):
        name = f"crowd-{number:03}"
        expect(who(page)).to_have_text(name)
        # Every other answer is right: all three lines, or the first two by themselves; each tenth goes by its proposal.
        if number % 10 == 0:
            page.keyboard.press("n")
            expect(who(page)).not_to_have_text(name)
            page.keyboard.press("p")
            expect(who(page)).to_have_text(name)
        keys = "123" if number % 2 == 0 else "2"
        for key in keys:
            box = page.locator(f"[data-key='{key}']")
            if not box.is_checked():
                page.keyboard.press(key)
        for key in set("123") - set(keys):
            if page.locator(f"[data-key='{key}']").is_checked():
                page.keyboard.press(key)
        expected[name] = 4 if number % 2 == 0 else 1
        page.keyboard.press("r")
    expect(who(page)).to_have_text("Nothing is left here")
    assert loads == []
    assert {name: mark["points"] for name, mark in site.do("marks", problem=made["problem"]).items()} == expected
    assert {mark["state"] for mark in site.do("marks", problem=made["problem"]).values()} == {"reviewed"}
    expect(page.locator("#counts [data-count=reviewed]")).to_have_text(str(SUBMISSIONS))


def test_keys(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"])
    expect(who(page)).to_have_text("Anna")
    page.keyboard.press("1")
    before = total(page).inner_text()
    page.keyboard.press("2")
    expect(total(page)).not_to_have_text(before)
    page.keyboard.press("c")
    page.keyboard.type("1 for effort")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("n")  # belongs to the dialog
    page.keyboard.press("Escape")
    expect(page.locator("#comment")).to_have_value("1 for effort")
    page.keyboard.press("n")
    expect(who(page)).to_have_text("Ben")
    saved = mark(site, school, "Anna")
    assert (saved["state"], saved["comment"]) == ("draft", "1 for effort")
    page.keyboard.press("p")
    expect(who(page)).to_have_text("Anna")
    expect(page.locator("#comment")).to_have_value("1 for effort")
    page.keyboard.press("r")
    expect(who(page)).to_have_text("Ben")
    assert mark(site, school, "Anna")["state"] == "reviewed"


def test_accepting_a_proposal(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"])
    expect(who(page)).to_have_text("Anna")
    page.keyboard.press("a")
    expect(who(page)).to_have_text("Ben")
    page.keyboard.press("a")
    expect(who(page)).to_have_text("Chen")
    anna, ben = mark(site, school, "Anna"), mark(site, school, "Ben")
    assert (anna["points"], anna["state"], anna["first_error"]) == (4, "reviewed", -1)
    assert ben["state"] == "reviewed"
    assert ben["comment"].startswith("Look at step 2 again. It looks like this: A term changed sides and kept its sign.")


def test_marking_the_first_wrong_step(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=handed_in[f"{school['name']}-Ben"])
    page.get_by_role("radio", name="Step 2 is the first wrong one").check(force=True)
    page.keyboard.press("r")
    expect(who(page)).to_have_text("Chen")
    assert mark(site, school, "Ben")["first_error"] == 1


def test_the_shortcuts_can_be_switched_off(school, handed_in, teacher):
    page = open_queue(teacher, school["problem"])
    page.keyboard.press("?")
    page.get_by_label("Use shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    expect(who(page)).to_have_text("Anna")


def test_with_the_mouse(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"])
    page.locator(".item").first.click()
    page.get_by_role("button", name="Reviewed").click()
    expect(who(page)).to_have_text("Ben")
    page.get_by_role("link", name="Next submission").click()
    expect(who(page)).to_have_text("Chen")
    page.go_back()
    expect(who(page)).to_have_text("Ben")
    page.locator(".audit summary").click()
    expect(page.locator(".audit-body")).to_contain_text("Nobody has changed it yet.")


def test_what_was_entered_goes_along_with_the_arrows(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=handed_in[f"{school['name']}-Ben"])
    ticked = page.locator("[name=ticked]").first
    ticked.set_checked(not ticked.is_checked())
    page.locator("#comment").fill("Not to be lost")
    entered = ticked.is_checked()
    page.get_by_role("link", name="Next submission").click()
    expect(who(page)).to_have_text("Chen")
    saved = mark(site, school, "Ben")
    assert (saved["state"], saved["comment"], saved["version"]) == ("draft", "Not to be lost", 1)
    page.get_by_role("link", name="Submission before this").click()
    expect(who(page)).to_have_text("Ben")
    expect(page.locator("#comment")).to_have_value("Not to be lost")
    expect(ticked).to_be_checked(checked=entered)
    page.locator("#comment").fill("Nor this")
    page.get_by_role("link", name="Submission before this").click()
    expect(who(page)).to_have_text("Anna")
    assert mark(site, school, "Ben")["comment"] == "Nor this"


def test_reviewed_is_reviewed_after_a_draft_that_the_browser_refused(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=handed_in[f"{school['name']}-Ben"])
    page.get_by_label("Adjust by").fill("0.001")
    page.get_by_role("link", name="Submission before this").click()
    page.get_by_label("Adjust by").fill("0.25")
    page.get_by_role("button", name="Reviewed").click()
    expect(who(page)).to_have_text("Chen")
    assert mark(site, school, "Ben")["state"] == "reviewed"


@pytest.fixture
def asked(site, school, handed_in):
    """Ben's released mark, and his request to look again."""
    submission = handed_in[f"{school['name']}-Ben"]
    site.do("mark_and_ask", submission=submission, comment="Look at step 2.", first_error=1, text="Is it not right?")
    return submission


def test_a_reply_waits_for_the_mark_that_was_changed_on_screen(site, school, asked, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=asked)
    before = mark(site, school, "Ben")
    page.locator("[name=ticked]:not(:checked)").first.check()
    page.get_by_placeholder("Reply").fill("You are right.")
    page.get_by_role("button", name="Send the reply").click()
    expect(page.locator("#trouble")).to_contain_text("You have changed the mark and not saved it.")
    expect(page.get_by_placeholder("Reply")).to_have_value("You are right.")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("alert").filter(has_text="Say why it changes.")).to_be_visible()  # refused, and the reply is still there
    page.get_by_label("Why it changes").fill("A second look")
    expect(page.get_by_placeholder("Reply")).to_have_value("You are right.")
    page.get_by_role("button", name="Change").click()
    expect(page.locator("#why")).to_have_value("")
    expect(who(page)).to_have_text("Ben")  # whose reply is still to be sent
    assert mark(site, school, "Ben")["points"] > before["points"]
    expect(page.get_by_placeholder("Reply")).to_have_value("You are right.")
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_text("The mark was changed: You are right.")).to_be_visible()
    expect(page.locator("#trouble")).to_be_hidden()
    teacher.troubles.clear()  # the browser itself reports the 422


def test_a_reply_that_was_not_sent_is_not_left_behind(school, asked, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=asked)
    page.get_by_placeholder("Reply").fill("It is not.")
    page.get_by_role("link", name="Next submission").click()
    expect(page.locator("#trouble")).to_contain_text("Your reply is not sent yet.")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(who(page)).to_have_text("Ben")
    expect(page.get_by_placeholder("Reply")).to_have_value("It is not.")
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_text("The mark was kept: It is not.")).to_be_visible()
    page.get_by_role("link", name="Next submission").click()
    expect(who(page)).to_have_text("Chen")


def test_what_was_entered_goes_along_to_a_newer_attempt(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=handed_in[f"{school['name']}-Ben"])
    site.do("work", problem=school["problem"], works={f"{school['name']}-Ben": RIGHT})
    page.reload()
    page.locator("#comment").fill("Not to be lost")
    page.get_by_role("link", name="Attempt 2").click()
    expect(page.locator(".grade-top")).to_contain_text("attempt 2")
    page.go_back()
    expect(page.get_by_role("link", name="Attempt 2")).to_be_visible()
    expect(page.locator("#comment")).to_have_value("Not to be lost")
    expect(page.locator(".grade-top .state-draft")).to_be_visible()


def test_a_refused_save_does_not_lead_to_a_newer_attempt(site, school, asked, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=asked)
    site.do("work", problem=school["problem"], works={f"{school['name']}-Ben": RIGHT})
    page.reload()
    page.locator("#comment").fill("Not to be lost")
    page.get_by_role("link", name="Attempt 2").click()
    expect(page.get_by_role("alert").filter(has_text="Say why it changes.")).to_be_visible()
    page.get_by_label("Why it changes").fill("A second look")
    expect(page.locator("#comment")).to_have_value("Not to be lost")
    page.get_by_role("link", name="Attempt 2").click()
    expect(page.locator(".grade-top")).to_contain_text("attempt 2")
    teacher.troubles.clear()  # the browser itself reports the 422


def test_a_reply_is_not_left_behind_for_a_newer_attempt(site, school, asked, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=asked)
    site.do("work", problem=school["problem"], works={f"{school['name']}-Ben": RIGHT})
    page.reload()
    page.get_by_placeholder("Reply").fill("It is not.")
    page.get_by_role("link", name="Attempt 2").click()
    expect(page.locator("#trouble")).to_contain_text("Your reply is not sent yet.")
    expect(page.get_by_placeholder("Reply")).to_have_value("It is not.")


def test_two_graders_see_each_other_and_overwrite_nothing(site, school, handed_in, teacher, visit):
    site.do("colleague", classroom=school["classroom"], username=f"{school['name']}-chan", first_name="Ms Chan")
    site.do("person", name=f"{school['name']}-chan", role="teacher")
    mine = open_queue(teacher, school["problem"])
    theirs = open_queue(visit(f"{school['name']}-chan"), school["problem"])
    expect(mine.locator("[data-live]")).to_have_text("Ms Chan is looking at this as well")
    expect(mine.locator("#live")).to_contain_text("Ms Chan")
    mine.locator("#comment").fill("Mine")
    theirs.locator("#comment").fill("Theirs")
    theirs.keyboard.press("Escape")
    theirs.keyboard.press("r")
    expect(who(theirs)).to_have_text("Ben")
    expect(mine.locator("[data-live]")).to_contain_text("Ms Chan has changed this mark")
    mine.keyboard.press("Escape")
    mine.keyboard.press("r")
    conflict = mine.locator(".conflict")
    expect(conflict).to_contain_text("Ms Chan has changed this mark since you opened it.")
    expect(conflict).to_contain_text("Theirs")
    expect(mine.locator("#comment")).to_have_value("Mine")
    assert mark(site, school, "Anna")["comment"] == "Theirs"
    mine.get_by_role("link", name="Keep theirs").click()
    expect(mine.locator("#comment")).to_have_value("Theirs")
    expect(who(mine)).to_have_text("Anna")  # in whole: until then its keys are not heard
    mine.locator("#comment").fill("Agreed")
    mine.keyboard.press("Escape")
    mine.keyboard.press("r")
    expect(who(mine)).to_have_text("Ben")
    kept = mark(site, school, "Anna")
    assert (kept["comment"], kept["version"], kept["changes"]) == ("Agreed", 2, 2)
    teacher.troubles.clear()  # the browser itself reports the 409


def test_a_server_that_is_away_loses_no_entry(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"])
    page.locator("#comment").fill("Not to be lost")
    page.keyboard.press("Escape")
    site.web.kill()
    page.keyboard.press("r")
    expect(page.locator("#trouble")).to_contain_text("could not be reached")
    expect(page.locator("#comment")).to_have_value("Not to be lost")
    site.start_web()
    page.keyboard.press("r")
    expect(who(page)).to_have_text("Ben")
    assert mark(site, school, "Anna")["comment"] == "Not to be lost"
    teacher.troubles.clear()


def test_what_is_checked_meanwhile_comes_in_by_itself(site, school, teacher):
    site.do("work", problem=school["problem"], works={f"{school['name']}-Anna": RIGHT}, checked=False)
    page = open_queue(teacher, school["problem"])
    expect(page.locator(".grade-top")).to_contain_text("being checked")
    expect(page.locator("#live")).to_contain_text("Checked 0 of 1")
    site.do("check")
    expect(page.locator(".final .badge")).to_have_text("Right")
    expect(page.locator("#live")).to_be_empty()


def test_an_open_proposal_goes_when_the_work_is_checked_again(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"])
    expect(page.locator("[data-accept]")).to_be_visible()
    site.do("check_again", problem=school["problem"])
    expect(page.locator(".grade-top")).to_contain_text("being checked")
    expect(page.locator("[data-accept]")).to_have_count(0)
    site.do("check")
    expect(page.locator("[data-accept]")).to_be_visible()


def test_the_counts_of_the_assignment_move_by_themselves(site, school, teacher):
    page = teacher.open(f"/assignments/{school['assignment']}/")
    row = page.locator(f"[data-problem='{school['problem']}']")
    expect(row.locator("[data-count=submissions]")).to_have_text("0")
    site.do("work", problem=school["problem"], works={f"{school['name']}-Anna": RIGHT})
    expect(row.locator("[data-count=submissions]")).to_have_text("1")


def test_a_group_is_marked_at_once(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"], show="all", at=handed_in[f"{school['name']}-Ben"])
    page.get_by_role("link", name="1 other has this answer").click()
    page.locator(".item").nth(1).click()
    page.get_by_label("Comment for the students").fill("Take 3 away.")
    page.get_by_role("button", name="Look at what changes").click()
    expect(page.locator(".panel-box tbody tr")).to_have_count(2)
    assert mark(site, school, "Ben")["points"] is None
    page.get_by_role("button", name="Mark 2 submissions").click()
    expect(page.get_by_text("2 submissions were marked.")).to_be_visible()
    assert [mark(site, school, name)["points"] for name in ("Ben", "Dora")] == [1, 1]
    assert mark(site, school, "Anna")["points"] is None


def test_the_rubric_is_edited_and_marks_follow(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"])
    page.keyboard.press("a")
    expect(who(page)).to_have_text("Ben")
    page = teacher.open(f"/problems/{school['problem']}/")
    page.get_by_role("button", name="Add a line").click()
    lines = page.locator("[data-lines]")
    lines.get_by_label("What for").last.fill("Units missing")
    lines.get_by_label("Points").last.fill("0.5")
    lines.get_by_label("Given or taken").last.select_option("−")
    lines.get_by_label("Points").first.fill("1")
    page.get_by_role("button", name="Save the rubric").click()
    expect(page.get_by_text("1 mark changes.")).to_be_visible()
    page.get_by_role("button", name="Save, and change these marks").click()
    expect(page.get_by_text("The rubric is saved.")).to_be_visible()
    assert mark(site, school, "Anna")["points"] == 3
    expect(page.locator("[data-lines] .rubric-line")).to_have_count(4)
    teacher.troubles.clear()  # the browser itself reports the 422


def test_points_are_taken_to_the_hundredth(site, school, handed_in, teacher):
    page = teacher.open(f"/problems/{school['problem']}/")
    form = page.locator("#rubric-form")
    form.locator("#id_points").fill("2.5")
    for line, points in enumerate(("1.26", "0.62", "0.62")):  # as a new problem of 2.5 points has them
        form.locator("[data-lines]").get_by_label("Points").nth(line).fill(points)
    page.get_by_role("button", name="Save the rubric").click()
    expect(page.get_by_text("The rubric is saved.")).to_be_visible()
    page = open_queue(teacher, school["problem"])
    for box in page.locator("[name=ticked]").all():
        box.uncheck()
    page.locator("[name=ticked]").first.check()
    page.get_by_label("Adjust by").fill("0.12")
    page.get_by_role("button", name="Reviewed").click()
    expect(who(page)).to_have_text("Ben")
    assert mark(site, school, "Anna")["points"] == 1.38


def test_reviewed_marks_are_released(site, school, handed_in, teacher):
    page = open_queue(teacher, school["problem"])
    page.keyboard.press("a")
    expect(who(page)).to_have_text("Ben")
    page = teacher.open(f"/assignments/{school['assignment']}/")
    page.get_by_role("button", name=re.compile("Release 1 mark")).click()
    dialog = page.get_by_role("dialog", name="Release 1 mark?")
    expect(dialog).to_contain_text("3 drafts stay hidden")
    dialog.get_by_role("button", name="Release").click()
    expect(page.get_by_text("1 mark was released.")).to_be_visible()
    assert [mark(site, school, name)["state"] for name in ("Anna", "Ben")] == ["released", "draft"]


def test_an_answer_does_not_paint_over_the_verdict(site, school, teacher):
    works = {f"{school['name']}-Anna": r"The answer is $\rlap{\kern{5em}\smash{\colorbox{yellow}{Right, full marks, all of it}}}3$"}
    site.do("work", problem=school["problem"], works=works)
    page = open_queue(teacher, school["problem"])
    expect(page.locator(".final .katex")).to_be_attached()
    shown = page.evaluate(
        """() => {
            const box = document.querySelector(".final .badge").getBoundingClientRect();
            return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).closest(".katex") === null;
        }"""
    )
    assert shown


@pytest.mark.parametrize("told", [True, False], ids=["after the page said so", "before"])
def test_a_log_in_in_another_tab_is_enough_to_go_on_grading(school, handed_in, teacher, told):
    page, other = open_queue(teacher, school["problem"], show="all"), teacher.open("/bank/")
    first = who(page).inner_text()
    page.locator("#comment").fill("A long comment.")
    teacher.context.clear_cookies(name="sessionid")
    if told:
        page.get_by_role("button", name="Reviewed").click()
        expect(page.locator("#trouble")).to_contain_text("You are logged out.")
    other.reload()
    other.get_by_label("Username").fill(school["teacher"])
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_label("Password").press("Enter")
    other.wait_for_url("**/bank/")
    if not told:  # the token that the page has is an old one
        page.get_by_role("button", name="Reviewed").click()
        expect(page.locator("#trouble")).to_contain_text("try it again")
    page.get_by_role("button", name="Reviewed").click()
    expect(who(page)).not_to_have_text(first)
    page.keyboard.press("p")
    expect(who(page)).to_have_text(first)
    expect(page.locator("#comment")).to_have_value("A long comment.")
    teacher.troubles.clear()  # the browser itself reports the 401
