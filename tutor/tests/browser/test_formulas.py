"""What counts as a formula in a text that is complete, and in one that still streams."""

import pytest

DRAW = """async ([text, streaming]) => {
  const { solutionFragment } = await import("lemma/markdown.js");
  const root = document.createElement("div");
  root.append(solutionFragment(text, { streaming }));
  const latex = [...root.querySelectorAll("annotation")].map((a) => a.textContent);
  root.querySelectorAll(".katex").forEach((formula) => formula.replaceWith("#"));
  return [latex, root.textContent.trim()];
}"""

COMPLETE = [
    ("$x$", ["x"], "#"),
    ("a \\(x\\) b \\[y\\] c", ["x", "y"], "a # b # c"),
    ("$$\nx\n$$", ["x"], "#"),
    ("\\[\nx\n\n+ y\n\\]", ["x\n\n+ y"], "#"),
    ("\\begin{align*}a &= b\\end{align*}", ["\\begin{align*}a &= b\\end{align*}"], "#"),
    ("So \\boxed{\\frac{1}{2}}.", ["\\boxed{\\frac{1}{2}}"], "So #."),
    ("It costs $5 and $10.", [], "It costs $5 and $10."),
    ("\\$5 and $x$", ["x"], "$5 and #"),
    ("$20 - $5 = $15", [], "$20 - $5 = $15"),
    ("$5$ apples", ["5"], "# apples"),
    ("$2 \\times 3$ is six", ["2 \\times 3"], "# is six"),
    ("设$x$为正数，则$x^2>0$。", ["x", "x^2>0"], "设#为正数，则#。"),
    ("`$x$` and `\\(y\\)`", [], "$x$ and \\(y\\)"),
    ("```\n$x$\n\\[y\\]\n```", [], "$x$\n\\[y\\]"),
    ("1. Step\n   \\[\n   x\n   \\]\n2. Next $y$", ["x", "y"], "Step\n#Next #"),
    ("**Bold $x$**", ["x"], "Bold #"),
    ("| $a$ | b |\n|---|---|\n| 1 | $c$ |", ["a", "c"], "#\nb\n\n\n\n\n1\n#"),
    ("never closed $x + 1", [], "never closed $x + 1"),
    ("never closed \\(x + 1", [], "never closed (x + 1"),
    ("$\\frac{1}{$", [], "\\frac{1}{"),
    ("$25%$ or $25\\%$", ["25\\%", "25\\%"], "#or#"),
    ("\\begin{gather}a\\\\%\\end{gather}", ["\\begin{gather}a\\\\\\%\\end{gather}"], "#"),
    ("a * b and x_1 and 2**3", [], "a * b and x_1 and 2**3"),
]
STREAMING = [
    ("Then $x", [], "Then"),
    ("Then $x$ and \\(y", ["x"], "Then # and"),
    ("Text\n\n\\[\n\\frac{1", [], "Text"),
    ("\\begin{alig", [], ""),
    ("So \\box", [], "So"),
    ("So \\", [], "So"),
    ("**Step 1: so", [], "Step 1: so"),
    ("**Step 1: $x", [], "Step 1:"),
    ("It costs $5 ea", [], "It costs $5 ea"),
    ("closed in an earlier $x paragraph\n\nnow", [], "closed in an earlier $x paragraph\nnow"),
    ("```python\nx = '$y", [], "x = '$y"),
]


@pytest.fixture
def page(student):
    return student.open("/")


def test_in_a_complete_text(page):
    for text, formulas, rest in COMPLETE:
        drawn = page.evaluate(DRAW, [text, False])
        assert [drawn[0], "".join(drawn[1].split())] == [formulas, "".join(rest.split())], text


def test_in_a_text_that_still_streams(page):
    for text, formulas, rest in STREAMING:
        drawn = page.evaluate(DRAW, [text, True])
        assert [drawn[0], "".join(drawn[1].split())] == [formulas, "".join(rest.split())], text


def test_no_prefix_of_a_solution_shows_source(page):
    text = "".join(f"{number}. We have $a_{{{number}}} = \\frac{{1}}{{2}}$,\n   \\[ x_{number} \\]\n" for number in range(5))
    for end in range(len(text)):
        _, rest = page.evaluate(DRAW, [text[:end], True])
        assert not set("\\{}$_") & set(rest), text[:end]


def test_the_equation_editor_s_own_commands_are_drawn(page):
    formulas = [r"\int x\differentialD x", r"\exponentialE^{\imaginaryI}", r"\imaginaryJ", r"\sqrt{\placeholder{}}", r"f^{\doubleprime}"]
    drawn, _ = page.evaluate(DRAW, [" ".join(f"${formula}$" for formula in formulas), False])
    assert drawn == formulas


def test_what_a_formula_defines_is_its_own(page):
    drawn, _ = page.evaluate(DRAW, [r"$\gdef\secret{1}\secret$ $\secret$", False])
    assert drawn == [r"\gdef\secret{1}\secret"]
