"""The tokens of a line of working: plain text, LaTeX or a mixture, English or Chinese. Prose comes out as words, for others to skip."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from grading.checking.numerals import FRACTION_SIGNS
from grading.checking.text import UNIT_SIGNS, half_width
from grading.checking.working.expressions import FUNCTIONS
from grading.checking.working.units import SCALES, factor

LONGEST = 4_000  # characters of one step that are read
MOST = 1_500  # tokens

type Kind = Literal[
    "number", "letter", "function", "operator", "relation", "open", "close", "word", "command", "money", "stop", "or", "and", "differential"
]


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the token's standard form (`*` for `\\times`); `glued`: no space stands before it; `start` and `end` are offsets; `loose`
    is a `÷`, behind which a fraction may be one number."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Fraction | None = None
    decimals: int | None = None
    glued: bool = False
    loose: bool = False


def rewritten(tokens: Sequence[Token], read: Callable[[Sequence[Token], int], tuple[int, list[Token]]]) -> list[Token]:
    """Each token, or what `read` says that stands instead of so many from there on."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        length, instead = read(tokens, at)
        found += instead
        at += length
    return found


GREEK = "alpha|beta|gamma|delta|theta|lambda|mu|omega|phi|rho|sigma|tau|varphi|epsilon"
COMMANDS: dict[str, tuple[Kind, str]] = {
    r"\times": ("operator", "*"),
    r"\cdot": ("operator", "*"),
    r"\div": ("operator", "÷"),  # apart from `/` until fractions are put together, as in `1/2÷1/4`
    r"\pm": ("operator", "±"),
    r"\mp": ("operator", "∓"),
    r"\le": ("relation", "<="),
    r"\leq": ("relation", "<="),
    r"\leqslant": ("relation", "<="),
    r"\ge": ("relation", ">="),
    r"\geq": ("relation", ">="),
    r"\geqslant": ("relation", ">="),
    r"\lt": ("relation", "<"),
    r"\gt": ("relation", ">"),
    r"\ne": ("relation", "!="),
    r"\neq": ("relation", "!="),
    r"\approx": ("relation", "≈"),
    r"\doteq": ("relation", "≈"),
    r"\equiv": ("stop", "≡"),
    r"\in": ("relation", "∈"),
    r"\lor": ("or", "or"),
    r"\vee": ("or", "or"),
    r"\land": ("and", "and"),
    r"\infty": ("letter", "oo"),
    r"\pi": ("letter", "pi"),
    r"\%": ("operator", "%"),
    r"\$": ("money", "$"),
    r"\degree": ("word", "°"),
    r"\circ": ("word", "°"),
    r"\{": ("open", "{"),
    r"\}": ("close", "}"),
    r"\lbrace": ("open", "{"),
    r"\rbrace": ("close", "}"),
    r"\lfloor": ("open", "floor"),
    r"\rfloor": ("close", "floor"),
    r"\lceil": ("open", "ceil"),
    r"\rceil": ("close", "ceil"),
    r"\lvert": ("operator", "|"),
    r"\rvert": ("operator", "|"),
    r"\vert": ("operator", "|"),
    r"\|": ("stop", "\\|"),
    r"\ldots": ("stop", "..."),
    r"\dots": ("stop", "..."),
    r"\cdots": ("stop", "..."),
    **{f"\\{name}": ("letter", name) for name in GREEK.split("|")},
}
STRUCTURE = {
    r"\frac": "frac",
    r"\dfrac": "frac",
    r"\tfrac": "frac",
    r"\cfrac": "frac",
    r"\sqrt": "sqrt",
    r"\int": "int",
    r"\binom": "binom",
    r"\dbinom": "binom",
}
IGNORED = re.compile(
    r"\\(?:left|right|[bB]ig{1,2}[lr]?|displaystyle|textstyle|limits|boxed|fbox|mathrm|mathbf|mathit|rm|bf)(?![A-Za-z])\.?"
    r"|\\[,;:! ]|\\begin\{[a-z]+\*?\}(?:\{[a-z|]*\})?|\\end\{[a-z]+\*?\}|\\[()\[\]]|[&~`#\"\u201c\u201d]|\*\*(?=[^\d\s(])"
)
DEGREE = re.compile(r"\^\s*(?:\\circ(?![A-Za-z])|\{\s*\\circ\s*\})|\\degree(?![A-Za-z])")
_QUANTITY = (
    r"\{{\s*(?P<{0}>(?:\\\$\s*)?\d[\d.,]*)\s*(?:\\[,;: ]|~)*\s*(?:\\(?:text|textrm|mathrm)\s*\{{(?P<{0}_unit>[^{{}}]{{0,60}})\}})?\s*\}}"
)
QUOTIENT = re.compile(r"\\[dt]?frac\s*" + _QUANTITY.format("top") + r"\s*" + _QUANTITY.format("bottom"))
WORDS_IN_TEX = re.compile(r"\\(?:text|mbox|textrm|textbf|textit|operatorname|mathrm)\s*\{(?P<inside>[^{}]{0,200})\}")
TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<mixed>(?<![\d.])\d{1,4}\s*又\s*\d{1,4}/\d{1,4}(?![\d/]|\.\d)|(?<![\d./*+\-^])\d{1,4}\s+\d{1,4}/\d{1,4}(?![\d/]|\.\d))"
    rf"|(?P<fraction>(?:(?<![\d.,])\d{{1,4}} ?)?[{''.join(FRACTION_SIGNS)}])"
    r"|(?P<clock>(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:]))"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|(?<![\d.])\d{1,3}(?: \d{3})+(?![\d.,]|-[A-Za-z])|\d+(?:\.\d+)?|\.\d+)(?:\.{3}|…)?"
    r"|(?P<relation><=|>=|(?<=\s)!=|=<|==|[=<>≤≥≠≈≐⩽⩾≦≧∈])"
    r"|(?P<arrow>=>|->|→|⇒|⟹|⟺|⇔|∴|∵|\\(?:Long)?(?:left)?[rR]ightarrow|\\(?:implies|iff|to|therefore|because|Leftrightarrow)(?![A-Za-z]))"
    r"|(?P<power>\*\*|\^)"
    r"|(?P<operator>[+\-*/%±×÷·⋅∗⁄∕|!:_'√∫])"
    r"|(?P<root>[∛∜])"
    r"|(?P<superscript>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<display>\$\$)"
    r"|(?P<money>[$¥€£])"
    r"|(?P<tex>\\[A-Za-z]+|\\[^A-Za-z])"
    r"|(?P<word>[A-Za-z]{2,}'[A-Za-z]{1,2}|I'[a-z]{1,2}|[A-Za-z]+(?:-[A-Za-z]{2,})*|[πθαβγλμωφ∞]|∠\d(?!\d)|[\u4e00-\u9fff]+|°)"
    r"|(?P<stop>\.{3,}|.)",
    re.DOTALL,
)
STANDARD = {
    **dict.fromkeys("≤⩽≦", "<="),
    **dict.fromkeys("≥⩾≧", ">="),
    **dict.fromkeys("×·⋅∗", "*"),
    **dict.fromkeys("⁄∕", "/"),
    "=<": "<=",
    "≠": "!=",
    "==": "=",
    "≐": "≈",
    "**": "^",
}
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
LETTERS = {"π": "pi", "θ": "theta", "α": "alpha", "β": "beta", "γ": "gamma", "λ": "lambda", "μ": "mu", "ω": "omega", "φ": "phi"}
LETTERS |= {"∞": "oo", "pi": "pi"}
OTHER_NAMES = {"lg": "log"}  # of functions
GLUED = re.compile(r"(sin|cos|tan|ln|lg|log)([xzuABC]|(?<!cos)[yt])")  # `sinx`, but no `cost`
PRODUCT = re.compile(rf"x?(?:{GLUED.pattern})+")  # `xlnx`, `sinxcosx`
# Words for operations, in the order in which they are looked for in a run of Chinese.
ZH_WORDS = re.compile(r"或者|或|并且|且|以及|和|等于|乘以|除以|乘|加上|加|减去|减")
ZH_MEANING: dict[str, tuple[Kind, str]] = {
    **dict.fromkeys(("或者", "或"), ("or", "or")),
    **dict.fromkeys(("并且", "且", "以及", "和"), ("and", "and")),
    "等于": ("relation", "="),
    **dict.fromkeys(("乘以", "乘"), ("operator", "*")),
    "除以": ("operator", "/"),
    **dict.fromkeys(("加上", "加"), ("operator", "+")),
    **dict.fromkeys(("减去", "减"), ("operator", "-")),
}
EN_MEANING: dict[str, tuple[Kind, str]] = {"plus": ("operator", "+"), "minus": ("operator", "-"), "equals": ("relation", "=")}
CLOCK_WORDS = re.compile(r"\b[ap]\.?m\b|o'clock|上午|下午|时刻", re.IGNORECASE)
# Between two values that stand side by side: `a = 1 b = -5`, `x1=2 x2=3`. It is no factor of the second letter.
SIDE_BY_SIDE = re.compile(r"(?<![\w^*/+-])([A-Za-z]_?\d?\s?=\s?-?\d+(?:[./]\d+)?)\s(?=\s*[A-Za-z]_?\d?\s?=)")
# `x1 = 2`, where a statement begins; behind a number it may be `3 x2 = 6`
INDEXED = re.compile(r"((?:^|[,;，；]|\b(?:and|or|und|oder|et|ou)\b|[和或])[\s$]*[a-z])([1-9])(?=\s*=(?!=))", re.MULTILINE)
ALL_INDEXED = re.compile(r"(?<![A-Za-z\\\d)])(?<![\d)] )([a-gi-ln-z])1(?![\d.])")  # no product; `5 x1` is one
SET_OF = re.compile(
    r"\\?\{\s*[A-Za-z]\s*(?:\||\\mid(?![A-Za-z]))(?=[^{}|<>≤≥≠⩽⩾=]*[<>≤≥≠⩽⩾=])(?P<condition>[^{}|]*?)\\?\}"
)  # `{x | x > 2}`
DEGREES = {"∛": "3", "∜": "4"}  # of roots
# `dy/dx` as y'. In another variable, as in the chain rule's `dy/du`, it is not read.
BY_X = re.compile(r"(?<![A-Za-z\\{])d([a-z])\s?/\s?d[xt](?![A-Za-z])(?!\s*\()")
AS_WORDS = re.compile(
    r"(?<=[-+=*/½\d) ])(?<![A-Za-z] )(a)([ts])(?=\s*(?:$|[-+=*/^²;,)]|\.(?:\s|$)|(?:for|to)\b))", re.MULTILINE
)  # `v = u + at`, `2as`
MATRIX = re.compile(r"\\begin\{(\w?matrix\*?)\}.*?\\end\{\1\}", re.DOTALL)  # not read
# `+/- 4`, and `+- 4` where the minus is not the sign of what is added: `5 +-3` is 2.
PLUS_OR_MINUS = re.compile(r"\+\s?/\s?-|\+-(?=\s)|(?<=[=(])\+-|(?<=[=(] )\+-")
STRUCK = re.compile(r"~~.*?~~")  # what is crossed out
RECURRING = re.compile(r"(?P<whole>\d*)\.(?P<before>\d*?)(?P<period>\d{1,6}?)(?P=period)+(?P<rest>\d*)")
ONE_SIGN_UNITS = str.maketrans(UNIT_SIGNS | {"℃": "°C"})
CALCULATOR = re.compile(r"<<[^<>]{0,200}>>")  # GSM8K's annotations


def plain(text: str) -> str:
    """The text as it is tokenised, with offsets of its own: half-width, one sign for each kind of minus, without calculator annotations."""
    text = CALCULATOR.sub("", half_width(text[:LONGEST]).translate(ONE_SIGN_UNITS))
    text = re.sub("[₀-₉]+", lambda index: f"_{{{index[0].translate(SUBSCRIPTS)}}}", text)
    text = SIDE_BY_SIDE.sub(r"\1; ", text)
    text = STRUCK.sub(" ", text)
    text = re.sub("⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: f"^{{-{power[1].translate(SUPERSCRIPTS)}}}", text)
    text = AS_WORDS.sub(r"\1*\2", BY_X.sub(r"\1'", text))
    text = INDEXED.sub(r"\1_\2", text)
    for letter in set(ALL_INDEXED.findall(text)):
        text = re.sub(rf"(?<![A-Za-z_\\]){letter}(\d{{1,2}})(?![\d.])", rf"{letter}_{{\1}}", text)
    text = SET_OF.sub(lambda found: found["condition"], text)
    text = re.sub(r"[−–—‐‑﹣]", "-", text).replace("{,}", ",").replace(",\\!", ",").replace("’", "'")
    text = PLUS_OR_MINUS.sub("±", text)
    text = MATRIX.sub(r" \\matrix ", text)
    text = re.sub(r"\\q?quad(?![A-Za-z])|\\\\", ";", text)
    text = DEGREE.sub("°", text)
    text = QUOTIENT.sub(_without_units, text)
    text = WORDS_IN_TEX.sub(lambda match: f" {match['inside']} ", text)
    return IGNORED.sub(" ", text)


def _without_units(quotient: re.Match[str]) -> str:
    """`49 dollars` over `7 books` as 49 over 7; over 7 alone as dollars. One with units that would have to be converted stays as it is."""
    units = [(quotient[name] or "").strip() for name in ("top_unit", "bottom_unit")]
    if not any(units) or SCALES.keys() & {word for unit in units for word in unit.lower().split()} or factor(*units) not in (None, 1):
        return quotient[0]
    return f"\\frac{{{quotient['top']}}}{{{quotient['bottom']}}} {units[0] if not units[1] else ''}"


def tokenize(text: str) -> list[Token]:
    """The tokens of `plain` text, at most 1,500."""
    tokens: list[Token] = []
    glued, clock = False, bool(CLOCK_WORDS.search(text))
    for match in TOKEN.finditer(text):
        if match.lastgroup == "space":
            glued = False
            if "\n" in match[0]:
                tokens.append(Token("stop", "\n", match.start(), match.end()))
            continue
        tokens += _clock(match[0], match.start(), glued, clock) if match.lastgroup == "clock" else _tokens(match, glued)
        glued = True
        if len(tokens) >= MOST:
            break
    return tokens


def _tokens(match: re.Match[str], glued: bool) -> Iterator[Token]:
    kind, text, start, end = match.lastgroup, match[0], match.start(), match.end()
    match kind:
        case "number":
            yield _recurring(text, start, end, glued) or _number(text.rstrip(".…"), start, end, glued)
        case "mixed":
            yield from _mixed(text, start, end, glued)
        case "fraction":
            yield Token("number", text, start, end, int(text[:-1] or 0) + FRACTION_SIGNS[text[-1]], glued=glued)
        case "relation" | "operator" | "power" as sign:
            yield Token("relation" if sign == "relation" else "operator", STANDARD.get(text, text), start, end, glued=glued)
        case "superscript":
            yield Token("operator", "^", start, start, glued=glued)
            yield Token("number", text, start, end, Fraction(text.translate(SUPERSCRIPTS)), glued=True)
        case "root":
            yield Token("command", "sqrt", start, end, glued=glued)
            yield Token("open", "[", end, end, glued=True)
            yield _number(DEGREES[text], end, end, True)
            yield Token("close", "]", end, end, glued=True)
        case "open" | "close" | "money":
            yield Token(kind, text, start, end, glued=glued)
        case "tex":
            yield _command(text, start, end, glued)
        case "word":
            yield from _words(text, start, end, glued)
        case _:
            yield Token("stop", text, start, end, glued=glued)


def _clock(text: str, start: int, glued: bool, clock: bool) -> Iterator[Token]:
    """`6:48` as minutes where the text speaks of the time of day, and else as a ratio."""
    first, _, second = text.partition(":")
    if clock:
        yield Token("number", text, start, start + len(text), Fraction(int(first) * 60 + int(second)), glued=glued)
        return
    yield _number(first, start, start + len(first), glued)
    yield Token("operator", ":", start + len(first), start + len(first) + 1, glued=True)
    yield _number(second, start + len(first) + 1, start + len(text), True)


def _number(text: str, start: int, end: int, glued: bool) -> Token:
    digits = text.replace(",", "").replace(" ", "")
    _, point, decimals = digits.partition(".")
    return Token("number", text, start, end, Fraction(digits), len(decimals) if point else None, glued)


def _recurring(text: str, start: int, end: int, glued: bool) -> Token | None:
    """`0.4545...` as 5/11; None for what has no period, or none that is written twice."""
    found = RECURRING.fullmatch(text.rstrip(".…")) if text[-1] in ".…" else None
    if found is None or not found["period"].startswith(found["rest"]):
        return None
    before, period = found["before"], found["period"]
    fraction = Fraction(int(before + period) - int(before or 0), 10 ** len(before) * (10 ** len(period) - 1))
    return Token("number", text, start, end, int(found["whole"] or 0) + fraction, glued=glued)


def _mixed(text: str, start: int, end: int, glued: bool) -> Iterator[Token]:
    """`1 1/2` and `1又1/2` are one number, and so is `3 5/4` on the way from 1 1/2 + 2 3/4; `8 60/2`, as it may stand in prose, is not."""
    whole, top, bottom = re.split(r"\s*又\s*|\s+|/", text)
    if 2 * int(bottom) > int(top) > 0:
        yield Token("number", text, start, end, int(whole) + Fraction(int(top), int(bottom)), glued=glued)
        return
    slash = end - len(bottom)
    yield _number(whole, start, start + len(whole), glued)
    yield _number(top, slash - 1 - len(top), slash - 1, False)
    yield Token("operator", "/", slash - 1, slash, glued=True)
    yield _number(bottom, slash, end, True)


def _command(text: str, start: int, end: int, glued: bool) -> Token:
    if text in COMMANDS:
        kind, standard = COMMANDS[text]
        return Token(kind, standard, start, end, glued=glued)
    if text in STRUCTURE:
        return Token("command", STRUCTURE[text], start, end, glued=glued)
    if (name := OTHER_NAMES.get(text[1:], text[1:])) in FUNCTIONS:
        return Token("function", name, start, end, glued=glued)
    return Token("stop", text, start, end, glued=glued)


def _words(text: str, start: int, end: int, glued: bool) -> Iterator[Token]:
    if text in LETTERS:
        yield Token("letter", LETTERS[text], start, end, glued=glued)
    elif text[0] == "∠":  # numbered in a figure
        yield Token("letter", f"angle_{text[1:]}", start, end, glued=glued)
    elif "\u4e00" <= text[0] <= "\u9fff":
        yield from _chinese(text, start, glued)
    elif text.lower() in EN_MEANING:
        kind, standard = EN_MEANING[text.lower()]
        yield Token(kind, standard, start, end, glued=glued)
    elif text.lower() in ("or", "and"):
        yield Token("or" if text.lower() == "or" else "and", text.lower(), start, end, glued=glued)
    elif PRODUCT.fullmatch(text):
        yield from _glued_functions(text, start, glued)
    elif (name := OTHER_NAMES.get(text, text)) in FUNCTIONS and text != "sec":  # in plain text, seconds
        yield Token("function", name, start, end, glued=glued)
    else:
        yield Token("letter" if len(text) == 1 else "word", text, start, end, glued=glued)


def _glued_functions(text: str, start: int, glued: bool) -> Iterator[Token]:
    """`xsinx` as x times the sine of x."""
    if text[0] == "x":
        yield Token("letter", "x", start, start + 1, glued=glued)
    for found in GLUED.finditer(text):
        begin, between, end = (start + offset for offset in (found.start(), found.end(1), found.end()))
        yield Token("function", OTHER_NAMES.get(found[1], found[1]), begin, between, glued=glued or begin > start)
        yield Token("letter", found[2], between, end, glued=True)


def _chinese(text: str, start: int, glued: bool) -> Iterator[Token]:
    """A run of Chinese, cut at the words that mean an operation."""
    at = 0
    for found in ZH_WORDS.finditer(text):
        if found.start() > at:
            yield Token("word", text[at : found.start()], start + at, start + found.start(), glued=glued or at > 0)
        kind, standard = ZH_MEANING[found[0]]
        yield Token(kind, standard, start + found.start(), start + found.end(), glued=glued or found.start() > 0)
        at = found.end()
    if at < len(text):
        yield Token("word", text[at:], start + at, start + len(text), glued=glued or at > 0)
