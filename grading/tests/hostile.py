r"""Random and hostile pairs of answers, the same for the same seed: formulas, broken LaTeX, bombs, garbage of all alphabets."""

from collections.abc import Iterator
from random import Random

ATOMS = [
    "x",
    "y",
    "n",
    "2",
    "3",
    "0.5",
    "17",
    r"\pi",
    "e",
    "i",
    r"\sqrt{2}",
    r"\frac12",
    r"\infty",
    "10^{6}",
    "-1",
    r"\theta",
    "f(x)",
    "AB",
    "12_3",
    "0_2",
]
OPERATORS = ["+", "-", "*", "/", r"\cdot ", "^", " ", ",", "=", "<", r"\le ", r"\cup ", ":", ";", r"\pm ", r" \text{or} ", "!", "&", r"\\ "]
WRAPPERS = [
    "({})",
    r"\left({}\right)",
    "[{}]",
    "[{})",
    r"\{{{}\}}",
    "|{}|",
    r"\frac{{{}}}{{2}}",
    r"\sqrt{{{}}}",
    "{{{}}}",
    r"\sin {}",
    "-{}",
    "${}$",
]
WRAPPERS += [
    r"\boxed{{{}}}",
    r"\text{{{}}}",
    "{}%",
    "{} cm",
    r"\begin{{pmatrix}}{}\end{{pmatrix}}",
    r"\log_2 {}",
    r"x \in {}",
    "x={}",
    "答案是{}",
]
ALPHABET = (
    r"01239abxyzABC\{}()[]|$^_&%#~!?.,;:+-*/=<> " + "\n\t\0'\"" + "三十分之一点五万元厘米和或，。（）１２％＋－×÷√π∞≤≥²³½°\u200b\ud7ff😀"
)
PIECES = [
    r"\frac{",
    r"\sqrt{",
    r"\left(",
    r"\begin{pmatrix}",
    r"\end{cases}",
    "^{",
    "_{",
    r"\text{",
    r"\boxed{",
    "9^9^9",
    "}",
    r"\\",
    "{,}",
    "$$",
]

SHORT_CHARACTERS = (
    "0123456789abcdexyzmghsLABCR+-*/^_=<>!%()[]{}|,;:.'$&~ \n１（，²½√π≤−—°零一二两三十百千万亿点分之又负半元角厘米平方个时是为或和"
)
SHORT_COMMANDS = (
    r"\frac \frac{ \sqrt \sqrt[3] \pi \left( \right) \{ \} \text{ \cdot \pm \infty \cup \in \mathbb{R} \le \approx ^\circ \overline{ \dot"
    r" \sin \log_ \boxed{ \begin{pmatrix} \end{pmatrix} \begin{cases} \\ \quad \$ \% \( \) \[ \]"
)
SHORT_WORDS = (
    "--|- -|百分之|平方米|小时|答案|无解| and | or | is |the |half|one| a |third|dozen|hundred|negative | cm| m| h| p.m.|x=| y=|x: |L=|x1="
    "|It's |ans: |A: |**"
)
SHORT = [*SHORT_CHARACTERS, *SHORT_COMMANDS.split(), *SHORT_WORDS.split("|")]


def bombs() -> list[str]:
    """Answers that cost much to read or to evaluate."""
    return [
        "9^9^9^9",
        "9^{9^{9^{9^9}}}",
        "(10^9)!",
        "((((100!)!)!)!)!",
        "10^{10^{10}}",
        "2^{2^{2^{2^{2^{2}}}}}-1",
        "1/(10^{-10^{10}})",
        r"\binom{10^{12}}{10^{11}}",
        r"\sum_{k=1}^{10^{12}} \frac{1}{k^k}",
        r"\int_0^{10^9} \sin(x^x) dx",
        r"\lim_{n \to \infty} (1+\frac1n)^{n^n}",
        r"\prod_{k=1}^{10^{9}} k",
        "(x+y+z+1)^{5000}",
        "(x+1)^{100000}-(x+1)^{99999}",
        "e^{e^{e^{e^{10}}}}",
        r"\sin(10^{10^{8}})",
        r"\log_{1.0000000000000001} 9^{9^9}",
        "(" * 500 + "x" + ")" * 500,
        "{" * 900,
        "[" * 900,
        "|" * 900,
        "-" * 900 + "5",
        "^" * 900,
        "x^" * 450 + "2",
        "1+" * 450 + "1",
        "2*" * 450 + "2",
        "1/" * 450 + "2",
        "1," * 450 + "1",
        r"\pm 1," * 120,
        r"\frac{" * 140,
        r"\frac{1}{1+" * 80 + "1" + "}" * 80,
        r"\sqrt{" * 140 + "2" + "}" * 140,
        r"\sqrt{1+" * 90 + "2" + "}" * 90,
        r"\begin{pmatrix}" * 60,
        r"\begin{pmatrix}" + "1&" * 400 + r"1\end{pmatrix}",
        r"\left(" * 160,
        r"\boxed{" * 140,
        "$" * 999,
        "\\" * 999,
        "9" * 999,
        "9" * 480 + "^" + "9" * 480,
        "1." + "3" * 900,
        "1e" + "9" * 300,
        "x<" * 450 + "x",
        "|" + "|+|".join(["x-1"] * 120) + "|<5",
        "x^6+" * 200 + "1>0",
        "(x-1)^6(x-2)^6(x-3)^6<0",
        r"\cup".join([f"({n},{n + 1})" for n in range(0, 200, 2)]),
        " or ".join([f"x={n}" for n in range(150)]),
        "零一二三四五六七八九十百千万亿" * 60,
        "分之" * 400,
        "\u202e" * 500,
        "5" + " " * 990 + "5",
        "a" * 999,
        "sin" * 300,
        "and " * 240,
        "is " * 330,
        "x_" * 450 + "1",
        "5" + "!" * 900,
        "5" + "'" * 900,
        "5" + "%" * 900,
    ]


def huge() -> list[str]:
    """Answers of ten megabytes."""
    size = 10_000_000
    return ["1" * size, r"\frac{" * (size // 6), "x+" * (size // 2), "答案是" * (size // 9), r"\boxed{" * (size // 7), "$ " * (size // 2)]


def formula(draw: Random, depth: int = 3) -> str:
    if depth == 0 or draw.random() < 0.25:
        return draw.choice(ATOMS)
    if draw.random() < 0.45:
        return draw.choice(WRAPPERS).format(formula(draw, depth - 1))
    return formula(draw, depth - 1) + draw.choice(OPERATORS) + formula(draw, depth - 1)


def garbage(draw: Random) -> str:
    return "".join(draw.choice(PIECES) if draw.random() < 0.2 else draw.choice(ALPHABET) for _ in range(draw.randrange(1, 120)))


def broken(draw: Random) -> str:
    """A formula with a character taken out, put in, or doubled."""
    text = formula(draw)
    at = draw.randrange(len(text))
    return text[:at] + draw.choice(["", draw.choice(ALPHABET), text[at] * 2]) + text[at + 1 :]


def short(draw: Random) -> str:
    """What stands at the edge of some reader's grammar: a few characters, words and commands in any order."""
    return "".join(draw.choice(SHORT) for _ in range(draw.randrange(1, draw.choice((4, 7, 12)))))


def short_pairs(seed: int, count: int) -> Iterator[tuple[str, str]]:
    draw = Random(seed)
    for _ in range(count):
        yield short(draw), short(draw)


def pairs(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """(expected, given): most formulas, some of them with themselves, the rest hostile."""
    draw = Random(seed)
    for _ in range(count):
        makers = (formula, formula, formula, broken, garbage)
        expected, given = draw.choice(makers)(draw), draw.choice(makers)(draw)
        kind = draw.random()
        if kind < 0.1:
            given = expected
        elif kind < 0.14:
            given = draw.choice(bombs())
        elif kind < 0.16:
            expected = draw.choice(bombs())
        yield expected, given
