"""Lessons by keyboard alone, in both languages, through browser, web process, worker, sandbox and a recorded engine."""

import json
import re

import pytest
from playwright.sync_api import expect

from tutor.tests.browser.conftest import Visitor
from tutor.tests.browser.test_pages import findings

CLIPS = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. How many clips did she sell altogether?"
)
APPLES = "小明有12个苹果，吃了3个，又买了5个，现在有几个苹果？"


@pytest.fixture
def visit(whole, chromium):
    visitors = []

    def visitor(**options):
        person = whole.student()
        visitors.append(Visitor(f"http://127.0.0.1:{whole.port}", chromium, name=person.name, cookie=person.cookie, **options))
        return visitors[-1]

    yield visitor
    for each in visitors:
        each.context.close()
    assert [trouble for each in visitors for trouble in each.troubles] == []


class Keys:
    """A page that is used without a mouse."""

    def __init__(self, page):
        self.page = page

    def to(self, target):
        """Tab until `target` has the focus."""
        expect(target).to_be_visible()
        for _ in range(60):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by Tab")

    def press(self, target, key="Enter"):
        self.to(target)
        self.page.keyboard.press(key)

    def pose(self, problem, aim, work=""):
        """Choose the aim, add work of one's own, and send the problem."""
        expect(self.page.locator("#question")).to_be_focused()
        self.page.keyboard.type(problem)
        if work:
            self.press(self.page.locator("[data-own-work]"))
            self.page.keyboard.insert_text(work)
        self.to(self.page.locator("select[name=aim]"))
        choices = self.page.locator("select[name=aim] option").all_inner_texts()
        for _ in range(choices.index(aim)):
            self.page.keyboard.press("ArrowDown")
        self.press(self.page.locator(".send"))
        self.page.wait_for_url("**/c/**")
        self.done(1)

    def go_on(self, request, work=""):
        """Write into the lesson's field and press one of its buttons."""
        count = self.page.locator("[data-turn]").count()
        if work:
            self.to(self.page.locator("#lesson-attempt"))
            self.page.keyboard.insert_text(work)
        self.press(self.page.locator(f"[data-part=lesson] button[value={request}]"))
        self.done(count + 1)

    def done(self, count):
        expect(self.page.locator("[data-turn]")).to_have_count(count)
        expect(self.last).to_have_attribute("data-phase", "done")

    @property
    def last(self):
        return self.page.locator("[data-turn]").last

    @property
    def said(self):
        return self.last.locator("[data-part=steps]")

    def offers(self, requests):
        """The buttons come a moment after the turn's end."""
        for _ in range(400):
            if self._offered() == requests:
                return
            self.page.wait_for_timeout(50)
        assert self._offered() == requests

    def _offered(self):
        return self.page.locator("[data-part=lesson] button:visible").evaluate_all("buttons => buttons.map(button => button.value)")


def test_hints_in_english(visit):
    student = visit()
    keys = Keys(student.open("/"))
    keys.pose(CLIPS, "Hints")
    expect(keys.said).to_contain_text("What have you tried?")
    keys.offers(["attempt", "hint"])
    keys.press(keys.page.locator("button[value=hint]"))  # without an attempt
    expect(keys.page.get_by_role("alert").filter(has_text="Write what you have tried first")).to_be_visible()
    student.troubles.clear()  # the browser itself reports the 422
    keys.go_on("hint", "I do not know how to begin")
    expect(keys.said).to_contain_text("This is asked for: “How many clips")
    keys.go_on("attempt", "48/2 = 24\n48 + 24 = 73")
    lines = keys.last.locator("[data-part=review] li")
    expect(lines).to_have_count(2)
    assert [line.get_attribute("data-status") for line in lines.all()] == ["checked", "wrong"]
    expect(keys.said).to_contain_text("Line 2 is the first that does not")
    assert findings(keys.page) == []
    expect(keys.page.locator("main")).not_to_contain_text("72")
    keys.go_on("attempt", "48 + 24 = 72")
    expect(keys.said).to_contain_text("Well done")
    keys.go_on("answer")
    expect(keys.last.locator("[data-part=answer-text]")).to_contain_text("72")


def test_check_my_work_in_chinese(visit):
    keys = Keys(visit(locale="zh-CN").open("/"))
    keys.pose(APPLES, "检查我的过程", "12 - 3 = 9\n9 + 5 = 15")
    lines = keys.last.locator("[data-part=review] li")
    expect(lines).to_have_count(2)
    assert [line.get_attribute("data-status") for line in lines.all()] == ["checked", "wrong"]
    expect(lines.nth(1).locator(".review-verdict")).to_contain_text(re.compile("^错误：.*不等于"))
    expect(keys.said).to_contain_text("第 2 行是第一处不对的地方")
    keys.offers(["attempt"])
    keys.go_on("attempt", "9 + 5 = 14")
    expect(keys.said).to_contain_text("做得好")


def test_step_by_step_in_chinese(visit):
    keys = Keys(visit(locale="zh-CN").open("/"))
    keys.pose(APPLES, "逐步")
    keys.go_on("next")
    expect(keys.said).to_contain_text("下一步")
    expect(keys.said).not_to_contain_text("14")
    keys.go_on("attempt", "9 + 5 = 14")
    keys.offers(["answer"])


def test_questions_in_english(visit):
    keys = Keys(visit().open("/"))
    keys.pose(CLIPS, "Questions")
    expect(keys.said).to_contain_text("How many clips did she sell in May?")
    keys.to(keys.page.locator("#lesson-attempt"))
    keys.page.keyboard.type("25")
    keys.page.keyboard.press("Enter")
    keys.done(2)
    expect(keys.said).to_contain_text("Not yet")
    keys.go_on("attempt", "24")
    expect(keys.said).to_contain_text("what is the answer")
    keys.go_on("attempt", "72")
    expect(keys.said).to_contain_text("Well done")


def test_a_step_is_doubted_and_asked_about(visit):
    keys = Keys(visit().open("/"))
    keys.pose(CLIPS, "Full solution", "48/2 = 24")
    expect(keys.said).to_contain_text("Here is the full solution.")
    about = keys.last.locator(".about")
    keys.press(about.locator("summary"))
    keys.to(about.locator("select"))
    keys.page.keyboard.type("In May")
    keys.press(about.get_by_role("button", name="I doubt this step"))
    keys.done(2)
    expect(keys.said).to_contain_text("it stands: The calculation is right.")
    expect(keys.said).to_contain_text("new solutions come to the answer that stands there")


def test_what_is_not_mathematics_is_refused_and_what_is_incomplete_asked_back(visit):
    keys = Keys(visit().open("/"))
    keys.pose("Write me a love letter", "Hints")
    expect(keys.said).to_contain_text("I am a maths tutor")
    keys.offers([])
    keys = Keys(visit(locale="zh-CN").open("/"))
    keys.pose("解方程", "提示")
    expect(keys.said).to_contain_text("还缺少信息")


def test_the_key_is_nowhere_a_student_can_look(visit):
    """Neither in the page nor in what the socket sends."""
    visitor = visit()
    heard = []
    page = visitor.context.new_page()
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(frame)))
    page.goto("/")
    keys = Keys(page)
    keys.pose(CLIPS, "Hints")
    keys.go_on("hint", "no idea")
    page.reload()
    logs = page.locator("script[type='application/json']").all_inner_texts()
    words = [event["data"] for log in logs for event in json.loads(log)["events"]] + [json.loads(frame)["data"] for frame in heard]
    assert len(words) > 10
    assert not any(secret in json.dumps(said) for said in words for secret in ("72", "48 + 24", "boxed"))
