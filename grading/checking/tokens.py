"""The characters of an answer as tokens: numbers, letters, commands, brackets, words."""

import re
from dataclasses import dataclass

MOST = 600  # tokens of an answer

FUNCTION_NAMES = "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp sqrt"
FUNCTIONS = frozenset(FUNCTION_NAMES.split())  # as words and as commands
WORDS = FUNCTIONS | {"pi", "infinity", "inf", "oo", "theta", "alpha", "beta", "gamma", "lambda", "cbrt", "abs"}
BY_LENGTH = sorted(WORDS, key=len, reverse=True)
SEVERAL_FUNCTIONS = re.compile(rf"({'|'.join(name for name in BY_LENGTH if name in FUNCTIONS - {'sqrt', 'exp'})})")

TOKEN = re.compile(
    r"(?P<space>[^\S\n]+)"
    r"|(?P<num>\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<text>\\text\{[^{}]*\})"
    r"|(?P<env>\\(?:begin|end)\{[A-Za-z]+\*?\})"
    r"|(?P<cmd>\\[A-Za-z]+|\\[{}|])"
    r"|(?P<break>\\\\|\n)"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<zh>[\u4e00-\u9fff]+)"
    r"|(?P<money>[$€£¥])"
    r"|(?P<op>\*\*|<=|=<|>=|!=|==|:=|[-+*/^!%=<>:,;()\[\]{}|&_'])"
)
# 1,234 is a number where it stands by itself; inside of brackets it is two.
THOUSANDS = re.compile(r"(?<![\d.,])([1-9]\d{0,2}(?:,\d{3})+)(?![\d,])")
JOINED = re.compile("(?:or|and)(?=[A-Z])")
NO_PRODUCTS = frozenset({"all", "any", "are", "for", "is", "not", "of", "the", "to"})  # words of a sentence, and no variables
JOINTS = {"and": "and", "or": "or", "und": "and", "oder": "or"}
SHORT_JOINTS = {"et": "and", "ou": "or"}  # with a space before them; glued they are products
SEPARATING = {"或": "or", "或者": "or", "和": "and", "与": "and", "且": "and", "并且": "and", "及": "and", "以及": "and"}


class Unreadable(Exception):
    """The text is no answer of the kinds that are read here; another reader may know it."""


@dataclass(slots=True)
class Token:
    """`kind` is num, name, word, text, env, cmd, break, op or joint (`and`, `or`); `glued`: no space before it."""

    kind: str
    text: str
    glued: bool


def tokens(text: str) -> list[Token]:
    """Raises Unreadable for unknown characters and words, and for more than `MOST` tokens."""
    found: list[Token] = []
    text = _without_thousands(text)
    at, glued = 0, True
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or len(found) > MOST:
            raise Unreadable
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "word":
            found += _split_word(match[0], glued, first=not found)
        elif kind == "zh":
            found.append(Token("joint", SEPARATING[match[0]], glued) if match[0] in SEPARATING else Token("text", match[0], glued))
        elif kind == "money":
            found.append(Token("text", match[0], glued))
        elif kind == "text":
            found.append(_text(match[0][6:-1].strip(), glued))
        elif kind != "space":
            found.append(Token(kind, match[0], glued))
        glued = kind != "space"
    return found


def _text(content: str, glued: bool) -> Token:
    word = content.lower().strip(" ,")
    joint = SEPARATING.get(word, word if word in ("and", "or") else None)
    return Token("joint", joint, glued) if joint else Token("text", content, glued)


def _without_thousands(text: str) -> str:
    """Only where no bracket is open, so that `(1,200)` stays a pair."""
    if not THOUSANDS.search(text):
        return text
    out, depth, at = [], 0, 0
    for match in THOUSANDS.finditer(text):
        between = text[at : match.start()]
        depth += sum(between.count(char) for char in "([{") - sum(between.count(char) for char in ")]}")
        out += [between, match[0].replace(",", "") if depth <= 0 else match[0]]
        at = match.end()
    return "".join(out) + text[at:]


def _split_word(word: str, glued: bool, *, first: bool) -> list[Token]:
    """A run of letters: `and`, a function and its argument (`sinx`), a product of variables (`xyz`, `AB`), or a word, as units are."""
    if joint := JOINTS.get(word.lower()) or (None if glued else SHORT_JOINTS.get(word)):
        return [Token("joint", joint, glued)]
    if match := JOINED.match(word):  # `x=1orX=2`
        return [Token("joint", match[0], glued), *_split_word(word[match.end() :], True, first=False)]
    if word == "Pi":
        word = "pi"
    for name in BY_LENGTH:
        if name in word and len(word) - len(name) <= 2:
            before, _, after = word.partition(name)
            return [*_letters(before, glued), Token("name", name, glued and not before), *_letters(after, True)]
    pieces = SEVERAL_FUNCTIONS.split(word)
    if len(pieces) > 3 and all(len(piece) <= 2 for piece in pieces[::2]):  # `sinxcosx`
        return [token for piece in pieces if piece for token in _pieces(piece)]
    if len(word) > 1 and not (glued or first):
        return [Token("word", word, glued)]
    return letters(word, glued) if may_be_product(word) else [Token("text", word, glued)]


def _pieces(piece: str) -> list[Token]:
    return [Token("name", piece, True)] if piece in FUNCTIONS else _letters(piece, True)


def letters(word: str, glued: bool) -> list[Token]:
    """A product of variables. Raises Unreadable where the letters are too many for that."""
    if not may_be_product(word):
        raise Unreadable
    return _letters(word, glued)


def may_be_product(word: str) -> bool:
    return (len(word) <= 3 and word not in NO_PRODUCTS) or (word.isupper() and len(word) <= 6)


def _letters(word: str, glued: bool) -> list[Token]:
    return [Token("name", letter, glued or at > 0) for at, letter in enumerate(word)]
