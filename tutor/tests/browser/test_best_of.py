"""Several solutions side by side: how far each is, who agrees, which was picked and why."""

import re

import pytest
from playwright.sync_api import expect

from tutor.tests.browser.site import STOPPED

STARTED = ("started", {"mode": "cot", "language": "en", "model": "recorded", "n": 4})
END = {"checked": False, "differs": False, "finish": "stop", "tokens": 10, "rounds": 0, "seconds": 1.0}


def says(number, text):
    return ("token", {"candidate": number, "text": text, "part": "text"})


def solved(number, answer, **more):
    return ("solved", {"candidate": number, "answer": answer} | END | more)


def scored(number, score):
    return ("scored", {"candidate": number, "score": score})


def selected(number, groups, **more):
    agreeing = sum(group == groups[number] for group in groups.values())
    data = {"candidate": number, "rule": "weighted", "agreeing": agreeing, "count": len(groups), "unsure": False, "scorer_error": ""}
    return ("selected", data | {"groups": {str(key): value for key, value in groups.items()}} | more)


def finished(number, answer, **more):
    return ("done", {"candidate": number, "answer": answer} | END | more)


@pytest.fixture
def four(site, asked):
    page, turn = asked
    site.tell(turn, STARTED)
    expect(tabs(page)).to_have_count(4)
    return page, turn


def tabs(page):
    return page.get_by_role("tab")


def steps(page):
    return page.locator("[data-part=steps]").last


def test_candidates_appear_side_by_side_and_the_pick_is_explained(site, four):
    page, turn = four
    site.tell(turn, says(0, "First way. "), says(2, "Third way. "), says(0, "And on."))
    expect(steps(page)).to_have_text("First way. And on.")
    expect(tabs(page).nth(2)).to_contain_text("Writing")
    expect(tabs(page).nth(3)).to_contain_text("Waiting for its turn")
    site.tell(turn, says(1, "Second way."), solved(1, "\\frac{1}{2}", checked=True), scored(1, 2.0), solved(0, "3"), scored(0, -1.0))
    expect(page.locator("[data-part=status]").last).to_have_text("Working out 4 solutions; complete: 2")
    expect(tabs(page).nth(1).locator(".katex")).to_be_visible()
    site.tell(turn, solved(2, "0.5"), scored(2, 1.0), ("dropped", {"candidate": 3, "reason": "slow"}))
    expect(tabs(page).nth(3)).to_contain_text("took much longer")
    site.tell(turn, selected(1, {0: 0, 1: 1, 2: 1}), finished(1, "\\frac{1}{2}", checked=True))
    expect(steps(page)).to_have_text("Second way.")
    expect(tabs(page).nth(1)).to_contain_text("Picked")
    expect(tabs(page).nth(1).get_by_role("img", name="Checked by Python")).to_be_visible()
    expect(tabs(page).nth(1)).to_contain_text("2 of 3 agree\nreward rank 1")
    expect(tabs(page).nth(0)).to_contain_text("1 of 3 agree\nreward rank 3")
    expect(page.locator("[data-part=why]").last).to_have_text(re.compile("Solution 2 of 4 was picked.*2 of 3 complete solutions agree"))
    expect(page.locator("[data-part=unsure]").last).to_be_hidden()
    expect(page.locator("[data-part=answer] [data-part=checked]").last).to_be_visible()


def test_disagreement_is_said(site, four):
    page, turn = four
    answers = [says(number, f"Way {number}.") for number in range(4)]
    answers += [solved(number, str(number), refuted=number == 0) for number in range(4)]
    groups = {0: None} | {number: number for number in (1, 2, 3)}
    site.tell(turn, *answers, selected(2, groups, rule="majority", unsure=True, scorer_error="The reward model is away."), finished(2, "2"))
    expect(page.locator("[data-part=unsure]").last).to_have_text(re.compile("I am not sure"))
    expect(page.locator("[data-part=no-scorer]").last).to_contain_text("The reward model is away.")
    expect(page.locator("[data-part=why]").last).to_contain_text("different answers: 3.")
    expect(page.locator("[data-part=refuted]").last).to_be_hidden()
    expect(tabs(page).first).to_contain_text("Does not fit the problem")
    tabs(page).first.click()
    expect(page.locator("[data-part=refuted]").last).to_be_visible()


def test_any_can_be_opened_also_by_keyboard(site, four):
    page, turn = four
    site.tell(turn, *[says(number, f"Way {number}.") for number in range(4)])
    tabs(page).nth(2).click()
    expect(steps(page)).to_have_text("Way 2.")
    site.tell(turn, says(0, " More."), says(2, " On."))
    expect(steps(page)).to_have_text("Way 2. On.")
    page.keyboard.press("ArrowRight")
    expect(steps(page)).to_have_text("Way 3.")
    expect(tabs(page).nth(3)).to_be_focused()
    page.keyboard.press("Home")
    expect(steps(page)).to_have_text("Way 0. More.")
    site.tell(turn, *[solved(number, "7") for number in range(4)], selected(1, dict.fromkeys(range(4), 0)), finished(1, "7"))
    expect(steps(page)).to_have_text("Way 0. More.")  # what somebody opened stays open
    page.reload()
    expect(steps(page)).to_have_text("Way 1.")


def test_stopped_candidates_rest(site, four):
    page, turn = four
    site.tell(turn, says(1, "Some."), STOPPED)
    expect(tabs(page).nth(1)).to_contain_text("Stopped")


def test_a_wrong_pick_can_be_reported(site, four, visit):
    page, turn = four
    site.tell(turn, *[solved(number, str(number)) for number in range(4)], selected(1, {n: n for n in range(4)}), finished(1, "1"))
    page.reload()
    page.get_by_text("Feedback").click()
    page.get_by_label("Another solution should have been picked").check()
    page.get_by_label("The better one").select_option("3")
    page.get_by_label("Why?").fill("It forgot a root")
    page.locator(".report").get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    admin = visit(role="admin").open("/reports/")
    expect(admin.locator(".reported").first).to_contain_text("It forgot a root")


def test_how_many_are_asked_for(site, visit):
    student = visit()
    page = student.open("/")
    counts = page.get_by_label("Solutions")
    assert counts.locator("> option").all_inner_texts() == ["1 solution", "best of 4", "best of 8", "best of 16"]
    assert counts.locator("optgroup[label='In the background'] option").all_inner_texts() == ["best of 64"]
    page.get_by_label("Solutions").select_option("8")
    page.locator("#question").fill("1 + 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/**")
    assert site.do("newest", name=student.name)["n"] == 8
    site.do("clear", name=student.name)
