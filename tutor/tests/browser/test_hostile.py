"""What a model or a student writes is never HTML, never script, and never covers or freezes the page."""

import pytest
from playwright.sync_api import expect

from tutor.tests.browser.site import STARTED, code, done, output

SCRIPT = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'><iframe src='javascript:window.pwned=1'></iframe>"
HOSTILE = {
    "html": SCRIPT,
    "links": "[a](javascript:window.pwned=1) [b](data:text/html,x) ![c](http://192.0.2.1/x.png) <a href='javascript:window.pwned=1'>d</a>",
    "commands": r"$\href{javascript:window.pwned=1}{x}$ $\htmlClass{composer}{y}$ $\htmlStyle{position:fixed}{z}$ $\includegraphics{http://192.0.2.1/x.png}$",
    "giant": r"$\rule{99999em}{99999em}$ $\Huge\Huge x$ $\kern{99999em}x$",
    "macros": r"$\def\a{\a\a}\a$ $\newcommand{\b}{\b\b\b}\b$",
    "fences": "```python\nprint(1)\n" + SCRIPT,
    "delimiters": r"\(" * 3000 + "$" * 3000 + r"\[" * 3000,
    "nesting": "> " * 500 + "deep\n\n" + "- " * 500 + "deep\n\n" + "[" * 3000,
    "braces": "$" + "{" * 1500 + "x" + "}" * 1500 + "$",
    "line": "a long line, " * 8_000,
    "formulas": "a $x_1$ " * 600,
    "emphasis": "*a **b " * 5000,
    "broken": r"$\frac{1}{$ $}$ \begin{array}{c} \end{matrix} $\unknowncommand$",
    "controls": "a\u202eb\u0000c\ufeff \ud83d\ude00 𝕏",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_output(name, site, asked):
    page, turn = asked
    text = HOSTILE[name].encode("utf-16", "surrogatepass").decode("utf-16").replace("\0", "")
    site.tell(turn, STARTED)
    for start in range(0, len(text), 9000):
        site.tell(turn, text[start : start + 9000])
    site.tell(turn, "\n\nStill here.", done(text[:2000]))
    expect(page.locator("[data-turn]")).to_have_attribute("data-phase", "done", timeout=20_000)
    expect(page.locator("[data-part=steps]")).to_contain_text("Still here.")
    harmless(page)


def test_hostile_question_title_code_and_output(site, student):
    made = site.do("conversation", name=student.name, questions=[SCRIPT + r"$\href{javascript:window.pwned=1}{x}$"], title=SCRIPT)
    page = student.open(f"/c/{made['conversation']}/")
    cell = [code(SCRIPT), output(SCRIPT, error=SCRIPT)]
    site.tell(made["turns"][0], STARTED, *cell, done(SCRIPT))
    expect(page.locator("[data-turn]")).to_have_attribute("data-phase", "done")
    expect(page.locator(".cell [data-part=text]")).to_have_text(SCRIPT)
    page.reload()
    expect(page.locator(".cell [data-part=text]")).to_have_text(SCRIPT)
    harmless(page)


PAINTERS = {
    "moved": r"Is $\raisebox{5em}{\llap{\colorbox{lime}{\Huge\text{Right}}\kern{3em}}}$ it?",
    "flat": r"Is $\smash{\raisebox{-6em}{\colorbox{lime}{\Huge\text{Right}}}}$ it?",
    "next line": r"Is $x \\[-8em] \colorbox{lime}{\Huge\text{Right}}$ it?",
}


@pytest.mark.parametrize("name", PAINTERS)
def test_a_formula_does_not_paint_over_what_others_say(name, site, student):
    page = student.open(f"/c/{site.do('conversation', name=student.name, questions=[PAINTERS[name]], title='Mine')['conversation']}/")
    expect(page.locator("[data-part=question] .katex")).to_be_attached()
    outside = page.evaluate(
        """() => {
            const question = document.querySelector("[data-part=question]").getBoundingClientRect();
            const found = [];
            for (let x = 5; x < innerWidth; x += 10) for (let y = 5; y < innerHeight; y += 10) {
                const at = document.elementFromPoint(x, y);
                const inside = x > question.left && x < question.right && y > question.top && y < question.bottom;
                if (!inside && at?.closest(".katex")) found.push([x, y]);
            }
            return found;
        }"""
    )
    assert outside == []


def harmless(page):
    assert page.evaluate("window.pwned") is None
    inside = "[data-part=steps], [data-part=answer-text], [data-part=question], #history, .top-title"
    forbidden = "script, iframe, img, object, embed, style, form, link, [onerror], [onclick], a[href^='javascript'], a[href^='data']"
    assert page.evaluate(f"[...document.querySelectorAll('{inside}')].flatMap(e => [...e.querySelectorAll(`{forbidden}`)]).length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    composer = page.locator("#question").bounding_box()
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).id", [composer["x"] + 20, composer["y"] + 20]) == "question"
