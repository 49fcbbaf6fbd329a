"""The browser on a whole Lemma: web, broker, worker and a recorded engine, nothing played by the test."""

import re

import pytest
from playwright.sync_api import expect

from tutor.tests.browser.conftest import Visitor


@pytest.fixture
def student(whole, chromium):
    visitor = Visitor(f"http://127.0.0.1:{whole.port}", chromium, cookie=whole.student().cookie)
    yield visitor
    visitor.context.close()
    assert visitor.troubles == []


def ask(page, question):
    page.get_by_label("Method").select_option("Explain in words")
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/**")


def test_a_question_is_asked_solved_and_followed_up(student):
    page = student.open()
    ask(page, "Count to 40")
    expect(page.locator("[data-part=status]")).to_have_text("Writing")
    page.reload()
    turns = page.locator("[data-turn]")
    expect(turns.first).to_have_attribute("data-phase", "done")
    assert re.findall(r"\d+", page.locator("[data-part=steps]").inner_text())[:40] == [str(n) for n in range(1, 41)]
    expect(page.locator("[data-part=answer-text]")).to_contain_text("40")
    ask(page, "Count to 3")
    expect(turns.nth(1)).to_have_attribute("data-phase", "done")


def test_stop_ends_the_engine_s_request_within_a_second(whole, student):
    page = student.open()
    ask(page, "Count to 2000")
    expect(page.locator("[data-part=steps]")).to_contain_text("5")
    page.keyboard.press("Escape")
    expect(page.locator("[data-turn]")).to_have_attribute("data-phase", "stopped", timeout=2000)
    assert whole.stats()["active"] == 0
    expect(page.locator("[data-part=steps]")).to_contain_text("5")
