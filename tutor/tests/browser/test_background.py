"""A question in the background: chosen by keyboard, left alone, and a notice that comes by itself and goes once it is opened."""

import pytest
from playwright.sync_api import expect

from tutor.tests.browser.site import STARTED, done
from tutor.tests.browser.test_pages import PHONE, findings

HARD = "How many primes are below $10^6$?"


def ask_in_background(page):
    page.locator("#question").fill(HARD)
    page.locator("[name=n]").select_option("64b")
    page.locator("#question").press("Enter")
    page.wait_for_url("**/c/**")


LOOKS = [
    ({"locale": "en-GB"}, "Worked out in the background"),
    ({"locale": "zh-CN", "color_scheme": "dark"} | PHONE, "已在后台求解完成"),
]


@pytest.mark.parametrize(("options", "words"), LOOKS, ids=["light and wide", "dark, narrow and Chinese"])
def test_a_notice_comes_while_another_page_is_open(site, visit, options, words):
    student = visit(reduced_motion="reduce", **options)
    student.context.clock.install()
    page = student.open()
    ask_in_background(page)
    expect(page.locator(".in-background")).to_be_visible()
    assert findings(page) == []
    page.goto("/")
    expect(page.locator("[name=n]")).to_have_value("1")  # the next question is no hard one
    expect(page.locator("#over-lines .notice")).to_have_count(0)
    site.tell(site.do("newest", name=student.name)["turn"], STARTED, "There are 78498.", done("78498"))
    page.clock.fast_forward(11_000)  # to the next poll
    expect(page.locator("#over-lines")).to_contain_text(words)
    expect(page.locator("#over a")).to_have_count(1)
    assert findings(page) == []
    page.locator("#over-lines a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/**")
    expect(page.locator(".in-background")).to_be_hidden()
    page.goto("/practice/")
    expect(page.locator("#over")).not_to_contain_text("primes")
    site.do("clear", name=student.name)
