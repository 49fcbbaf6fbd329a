r"""One spelling for all readers: what only decorates an answer is taken away, and signs are written as LaTeX commands.

`plain` keeps the meaning: `\dfrac`, `$…$`, `\left(`, `√`, `½`, full-width digits and `{,}` have a simple spelling; the braces of a
set are `\{ \}`.
"""

import re
from functools import lru_cache

from grading.checking.numerals import FRACTION_SIGNS, SMALL
from grading.checking.wording import in_signs, without_lead

LONGEST = 1_000  # characters of an answer; a longer one is not compared

# Other shapes of a sign, which all readers take for it.
ALIKE = dict.fromkeys("✕✖⨯", "×") | {"➗": "÷", "∙": "·", "∶": ":", "º": "°", "′": "'", "″": "''"}
ALIKE |= dict.fromkeys("【〔", "[") | dict.fromkeys("】〕", "]")
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥"} | str.maketrans(ALIKE)
# Controls, hints on where a line may end and which way it runs, and what copied formulas have between `2` and `x`.
INVISIBLE = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 127, 0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFE0F, 0xFEFF]
)
UNIT_SIGNS = {"㎜": "mm", "㎝": "cm", "㎞": "km", "㎟": "mm²", "㎠": "cm²", "㎡": "m²", "㎢": "km²", "㎣": "mm³", "㎤": "cm³", "㎥": "m³"}
UNIT_SIGNS |= {"㎎": "mg", "㎏": "kg", "㎖": "ml"}
SIGNS = str.maketrans(
    UNIT_SIGNS
    | {
        **dict.fromkeys("−–‐‑﹣", "-"),
        **dict.fromkeys("“”‘’", "'"),
        **dict.fromkeys("\u00a0\u2009\u202f\t\r", " "),
        **dict.fromkeys("·⋅•", r"\cdot "),
        "。": ".",
        "、": ",",
        "×": r"\times ",
        "÷": "/",
        "⁄": "/",
        "∕": "/",
        "π": r"\pi ",
        "∞": r"\infty ",
        "≤": r"\le ",
        "㏒": r"\log ",
        "㏑": r"\ln ",
        "∨": r"\lor ",
        "∧": r"\land ",
        "∛": r"\sqrt[3]",
        "∜": r"\sqrt[4]",
        "⟨": r"\langle ",
        "⟩": r"\rangle ",
        **dict.fromkeys("⩽≦", r"\le "),
        "≥": r"\ge ",
        **dict.fromkeys("⩾≧", r"\ge "),
        "≠": r"\ne ",
        "≈": r"\approx ",
        "±": r"\pm ",
        "∪": r"\cup ",
        "∩": r"\cap ",
        "∈": r"\in ",
        "∅": r"\emptyset ",
        "ℝ": r"\R ",
        "ℤ": r"\Z ",
        "ℕ": r"\N ",
        "ℚ": r"\Q ",
        "ℂ": r"\C ",
        "∖": r"\setminus ",
        "∠": r"\angle ",
        "△": r"\triangle ",
        "°": r"^\circ ",
        "℃": r"\text{°C}",
        "α": r"\alpha ",
        "β": r"\beta ",
        "γ": r"\gamma ",
        "θ": r"\theta ",
        "λ": r"\lambda ",
        "μ": r"\mu ",
        "σ": r"\sigma ",
        "ρ": r"\rho ",
        "φ": r"\phi ",
        "ω": r"\omega ",
        **{sign: rf"\frac{{{value.numerator}}}{{{value.denominator}}}" for sign, value in FRACTION_SIGNS.items()},
    }
)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₙₖₘ", "0123456789+-nkm")

# JSON that was escaped twice has `\\frac`. A line break of a matrix is left alone.
TWICE_ESCAPED = re.compile(
    r"(?<!\\)\\\\(?=(?:[dtc]?frac|sqrt|left|right|text\w*|math\w+|pi|cdot|times|boxed|infty|leq?|geq?|neq?|in|cup|cap|pm|begin|end|theta|quad|circ"
    r"|sin|cos|tan|cot|sec|csc|arc\w+|ln|log|overline|mbox|vec|angle|triangle|binom|alpha|beta|lambda|mu|[{}%$,;!])(?![a-z]))"
)
FONTS = r"(?:text(?:rm|bf|it|normal|sf|tt)?|mathrm|mathit|mathsf|mathtt|operatorname\*?|mbox|hbox)"
TEXT = re.compile(rf"\\{FONTS}\s*\{{([^{{}}]*)\}}")
BOLD = re.compile(r"\\(?:mathbf|boldsymbol|bm|mathcal|displaystyle|textstyle|limits|underline)(?![A-Za-z])")
SIZES = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![A-Za-z])\s*\.?")
COLOURS = re.compile(r"\\(?:textcolor|color)\s*\{\w*\}|\\(?:hspace|vspace|phantom|tag|label)\*?\{[^{}]*\}")
SPACES = re.compile(r"(?<!\\)\\[,;:> ]|~|\\(?:thinspace|enspace|nobreakspace)(?![A-Za-z])")
THOUSANDS_LATEX = re.compile(r"(?<=\d)(?:\s*\{\s*,\s*\}\s*|,\s*\\!\s*|\\,\s*)(?=\d{3}(?!\d))")
ZH_RELATIONS = {
    "大于等于": r"\ge ",
    "大于或等于": r"\ge ",
    "不小于": r"\ge ",
    "小于等于": r"\le ",
    "小于或等于": r"\le ",
    "不大于": r"\le ",
}
ZH_RELATIONS |= {"不等于": r"\ne ", "大于": ">", "小于": "<", "等于": "="}
ZH_RELATIONS |= dict.fromkeys(("不少于", "不低于", "至少为", "至少是"), r"\ge ")
ZH_RELATIONS |= dict.fromkeys(("不多于", "不超过", "不高于", "至多为", "至多是", "最多为", "最多是"), r"\le ")
ZH_RELATION = re.compile(rf"(?<=[A-Za-z0-9)}}且或,])[为是]?({'|'.join(ZH_RELATIONS)})(?=[-A-Za-z0-9(\\])")
FRACTIONS = re.compile(r"\\[dtc]frac(?![A-Za-z])")
RAISED_CIRCLE = re.compile(r"\^\s*(?:\{\s*\^\\circ\s*\}|\^\\circ)")
GLUED_QUAD = re.compile(r"\\q?quad(?=[A-Za-z])")  # not a command of LaTeX, but models write it
DECIMAL_COMMA = re.compile(r"(?<=\d)\{,\}(?=\d)")
COMMANDS = {
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\vert": "|",
    r"\varnothing": r"\emptyset ",
    r"\leqslant": r"\le ",
    r"\geqslant": r"\ge ",
    r"\leq": r"\le ",
    r"\geq": r"\ge ",
    r"\lt": "<",
    r"\gt": ">",
    r"\neq": r"\ne ",
    r"\degree": r"^\circ ",
    r"\textdegree": r"^\circ ",
    r"\langle": "(",
    r"\rangle": ")",
    r"\colon": ":",
    r"\dotsc": r"\dots ",
    r"\ldots": r"\dots ",
    r"\cdots": r"\dots ",
    r"\newline": r"\\",
}
COMMAND = re.compile(r"\\[A-Za-z]+")
NUMBER_SETS = re.compile(r"\\mathbb\s*(?:\{([RZNQC])\}|([RZNQC]))")
DELIMITERS = re.compile(r"\\[()\[\]]|\$\$")
CONNECTIVE = re.compile(r"^(?:(?:therefore|thus|hence|so|then)(?=[\s,:]))[\s,:]*", re.IGNORECASE)
SAYING = re.compile(r"^(?:(?:it'?s|that'?s|(?:i|we) (?:got|get))\s+|ans(?:\.|\s*[:=]|(?=\s))\s*)(?=\S)", re.IGNORECASE)
APPROXIMATELY = re.compile(r"^(?:\\approx|\\sim|about|approximately|roughly|around|约为?|大约)\s*(?=[-$\d])", re.IGNORECASE)
# A minus sign in words, before a number of its own.
MINUS = re.compile(
    rf"(?:^|(?<=[=:,;(<>])|(?<=\band)|(?<=\bor))\s*(?:negative|minus)\s+(?=[\d.\\]|(?:{'|'.join(SMALL)}|half)\b)", re.IGNORECASE
)
# `R\{2}`, `ℝ \ [3,5]`: a backslash by itself between a set of numbers and brackets that hold something.
SET_MINUS = re.compile(
    r"((?<![A-Za-z\\])[RZNQ]|[ℝℤℕℚ]|\\mathbb\{[RZNQ]\})\s*\\\s*"
    r"(?:\{(?P<listed>[^{}\\]*)\}|(?P<interval>\([^()]*[,;][^()]*[\])]|[\[\]][^\[\]]*[,;][^\[\]]*[\[\])]))"
)
# What is typed for a sign of a formula, or said for it.
TYPED = [
    (re.compile(r"(?<![\d.,])(\d+),(0\d|0\d{3,})(?![\d,.])"), r"\1.\2"),  # `12,05` has no value 05
    (re.compile(r"(?<=[\d}²³]) [xX] (?=\d)"), " × "),
    (re.compile(r"=/=|<>"), "≠"),
    (re.compile(r" [vV] (?=[A-Za-z]\w*\s*[=<>≤≥≠])"), " or "),
    (re.compile(r"\bplus[ -]or[ -]minus\b", re.IGNORECASE), "±"),
    (re.compile(r"\+\s?-(?=\s*(?:√|\\?sqrt))"), "±"),
    (re.compile(r"(?<!cube )(?<!th )\b(?:the )?(?:square )?root(?: of)? ?(?=\d)", re.IGNORECASE), "√"),
    (re.compile(r"(?<=\d) over (?=\d)"), "/"),
    (re.compile(r"\(?\b(\d+) choose (\d+)\b\)?|\bnCr\((\d+),\s*(\d+)\)"), r"\\binom{\1\3}{\2\4}"),
    (re.compile(r"(?<=[\d)}\s])cis\s*(?:\(([^()]+)\)|([\w\\/π°]+))"), r"(cos(\1\2) + i sin(\1\2))"),
    (re.compile(r"(?<![A-Za-z\\])(arc)?sen(?=\s*[²³^(\d]|\s?[a-zα-ω](?![a-z]))"), r"\1sin"),
    (re.compile(r"(?<![A-Za-z\\])(arc)?tg(?=\s*[²³^(\d]|\s?[a-zα-ω](?![a-z]))"), r"\1tan"),
    (re.compile(r"(?<![A-Za-z\\])co?tg(?=\s*[²³^(\d]|\s?[a-zα-ω](?![a-z]))"), "cot"),
    (re.compile(r"\+ ?const(?:ant)?\b"), "+ C"),
    (
        re.compile(r",?(?: where| for| with| and)? (?:(?:any|all|every) integers? ([knm])|([knm]) (?:is )?(?:an? |any )?integer)$"),
        r", \1\2 ∈ ℤ",
    ),
    (re.compile(r" (?:with|where|for|mit|avec) (?=[knm]\s*(?:∈|\\in)\s*(?:Z|ℤ|\\))"), ", "),
]
MIXED = re.compile(r"(?<![\d./,{}])(\d{1,9}) (\d{1,9})/(\d{1,9})$")  # `x = 1 1/5`
UNION = re.compile(r"([(\[\]][^()\[\]]*[,;][^()\[\]]*[)\[\]])\s*[Uu]\s*(?=[(\[\]][^()\[\]]*[,;])")
PLUS_MINUS = re.compile(r"\+/-|(?:^|(?<=[=(,;]))\s*\+-")
POINT = re.compile(r"\(([^()|A-Za-z\\]+)\|([^()|A-Za-z\\]+)\)")  # `(3|4)` and `A(3|4)`, as in Germany; no absolute value
VECTOR = re.compile(r"^\s*<([^<>=]*,[^<>=]*)>\s*$")  # `<1, 2>`
METRES_SQUARED = re.compile(r"(?:(?<=\d)|(?<=\})|(?<=\\pi))(\s*[cdkm]?m)([23])$")  # `184 m2`
PER = re.compile(r"(?<=\d)\s*([ckm]?m|k?g)\s*(?:\\cdot\s*)?(s|h)\s*\^\s*\{?-([12])\}?$")  # `60 km h^-1`, `3 ms^-2`
TRAILING = " \n.,;\\"


def half_width(text: str) -> str:
    """Full-width digits, letters and punctuation as ASCII, other shapes of a sign as that sign; nothing else is changed (`x²` stays)."""
    return text.translate(HALF_WIDTH)


@lru_cache(maxsize=64)  # each of the two answers of a check is asked for several times
def plain(text: str) -> str:
    """The answer in the spelling that the readers read; at most a few times as long as `text`."""
    text = _set_signs(in_signs(half_width(text.translate(INVISIBLE))))
    if "\\\\" in text:
        text = TWICE_ESCAPED.sub(lambda _: "\\", text)
    if "," in text:
        text = DECIMAL_COMMA.sub(",", THOUSANDS_LATEX.sub("", text))
    if "{" in text and "$" not in text and "\\" not in text:
        text = _visible_braces(text)
    text = ZH_RELATION.sub(lambda match: ZH_RELATIONS[match[1]], text.translate(SIGNS))
    text = _raised(text)
    text = _without_delimiters(text)
    if "\\" in text:
        text = _plain_commands(text)
    return _trimmed(text)


def unwrapped(text: str) -> str:
    r"""`\text{…}` as its content, for readers of words."""
    return TEXT.sub(r"\1", text)


def spelled(text: str) -> str:
    """Signs as commands, each in one spelling, in a text of any length: `plain` is for answers, which are short."""
    return unwrapped(_plain_commands(_raised(half_width(text.translate(INVISIBLE)).translate(SIGNS))))


def compact(text: str) -> str:
    """For comparison as written: without the spaces that say nothing. `1, 000` is not `1,000`."""
    return re.sub(r"\s+(?=\W)|(?<=[^\w,])\s+|(?<=,)\s+(?=\D)", "", text)


def _plain_commands(text: str) -> str:
    text = NUMBER_SETS.sub(lambda match: f"\\{match[1] or match[2]} ", text)
    text = COLOURS.sub("", text)
    text = SIZES.sub("", text)
    text = BOLD.sub("", text)
    text = text.replace(r"\!", "")
    text = SPACES.sub(" ", text)
    text = FRACTIONS.sub(lambda _: r"\frac", text)
    text = GLUED_QUAD.sub(lambda match: match[0] + " ", text)
    text = COMMAND.sub(lambda match: COMMANDS.get(match[0], match[0]), text)
    text = RAISED_CIRCLE.sub(lambda _: r"^\circ ", text)
    text = TEXT.sub(lambda match: rf"\text{{{' '.join(match[1].splitlines())}}}", text)
    return text.replace(r"\%", "%").replace(r"\#", "#").replace(r"\&", "&")


def _set_signs(text: str) -> str:
    r"""What is typed for a sign, as that sign: `R \ {2}`, `(1,2)U(3,4)`, `+/-3`, and `(3|4)` for a point."""
    text = MIXED.sub(_mixed, typed_signs(text))
    if "&" in text and "\\" not in text:
        text = text.replace(" & ", " and ")
    text = SET_MINUS.sub(lambda match: rf"{match[1]}\setminus " + (match["interval"] or rf"\{{{match['listed']}\}}"), text)
    text = POINT.sub(r"(\1;\2)", PLUS_MINUS.sub("±", text))
    return VECTOR.sub(r"(\1)", UNION.sub(r"\1\\cup ", text))


def typed_signs(text: str) -> str:
    """`2 x 3`, `plus or minus 4`, `root 3`, `tg x` with the signs that are meant."""
    for typed, sign in TYPED:
        text = typed.sub(sign, text)
    return text


def _mixed(match: re.Match[str]) -> str:
    return rf"{match[1]}\frac{{{match[2]}}}{{{match[3]}}}" if int(match[2]) < int(match[3]) else match[0]


def _raised(text: str) -> str:
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+", lambda match: f"^{{{match[0].translate(RAISED)}}}", text)
    text = re.sub("[₀₁₂₃₄₅₆₇₈₉₊₋ₙₖₘ]+", lambda match: f"_{{{match[0].translate(LOWERED)}}}", text)
    return re.sub(r"(√|\\sqrt\[[34]\])\s*(-?\d+(?:\.\d+)?|[A-Za-z])", r"\1{\2}", text).replace("√", r"\sqrt ")


def _without_delimiters(text: str) -> str:
    r"""Without `$ $`, `\( \)` and `\[ \]`. A dollar sign by itself, or an escaped one, is money."""
    text = DELIMITERS.sub(" ", text)
    text = text.replace(r"\$", "\0")
    if text.count("$") % 2 == 0:
        text = text.replace("$", " ")
    return text.replace("\0", "$")


def _visible_braces(text: str) -> str:
    r"""Where no LaTeX is written, `{1, 2}` is a set; in `x^{2}` and `14{,}916` braces only group."""
    out, grouping = [], []
    for at, char in enumerate(text):
        if char == "{":
            grouping.append(at > 0 and (text[at - 1] in "^_}" or text[at - 1].isalnum()))
        visible = char in "{}" and not (grouping.pop() if char == "}" and grouping else grouping[-1] if grouping else False)
        out.append("\\" + char if visible else char)
    return "".join(out)


def _trimmed(text: str) -> str:
    text = re.sub(r"[^\S\n]+", " ", text).strip(" \n`")
    if text.startswith("**") and text.endswith("**"):  # Markdown
        text = text.strip("*")
    ellipsis = text.endswith("...")
    text = text.rstrip(TRAILING) + ("..." if ellipsis else "")
    if whole := re.fullmatch(r"\\text\{([^{}]*)\}", text):
        text = whole[1].strip()
    text = SAYING.sub("", without_lead(CONNECTIVE.sub("", text)))
    text = APPROXIMATELY.sub("", text.removeprefix("=").strip())
    text = PER.sub(lambda match: f" {match[1]}/{match[2]}" + ("^2" if match[3] == "2" else ""), text)
    return METRES_SQUARED.sub(r"\1^\2", MINUS.sub(" -", text).strip())
