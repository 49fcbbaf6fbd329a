"""Answers to multiple-choice questions: `C`, `(C)`, `C. 15`, `Option C`, `选C`, `A, C`."""

import re
from dataclasses import dataclass

from grading.checking.reasons import template
from grading.checking.text import unwrapped
from grading.checking.verdicts import Verdict, correct, incorrect, undecided

LONGEST = 300  # characters of an option with its text

WORD = r"(?:the\s+)?(?:correct\s+)?(?:option|choice|answer|选项|答案(?:应?选)?|选择|应选|选)\s*(?:is|:|是|为)?\s*"
LETTER = re.compile(rf"(?:{WORD})?\(?\s*(?P<letter>[A-J])\s*\)?(?:\s*选项)?(?:\s*,?\s*(?:because|since)\b.*)?", re.IGNORECASE | re.DOTALL)
WITH_TEXT = re.compile(
    r"(?:\(\s*(?P<bracketed>[A-Ja-j])\s*\)|(?P<letter>[A-J])[).:])(?:\s+(?![-+*/^=<>(\s])|(?=[\u4e00-\u9fff]))(?P<text>\S.*)", re.DOTALL
)
HALF_BRACKETED = re.compile(r"(?P<bracketed>(?P<letter>[A-Ja-j]))\)\s*(?P<text>[^-+*/^=<>()\s].*)", re.DOTALL)  # `b) 11`
CIRCLED = re.compile(r"[①-⑩](?:\s*[,;和与]?\s*[①-⑩]){0,9}")
SEVERAL = re.compile(r"\(?[A-H]\)?(?:\s*(?:,|;|and|&|和|与)?\s*\(?[A-H]\)?){1,7}")

SMALL = re.compile(r"\b[a-h]\b|^[a-h]+$")
SEVERAL_SMALL = re.compile(SEVERAL.pattern.replace("A-H", "a-h"))

SAME_CHOICE = template("The choice is the right one.")
OTHER_CHOICE = template("The choice is another one.")
TEXT_DIFFERS = template("The letter of the choice is right, but its text is not.")
LETTER_ONLY = template("A letter alone cannot be compared with a value.")
CASE_UNCLEAR = template("It is not clear whether the letter is a choice.")


@dataclass(frozen=True, slots=True)
class Choice:
    """`letters` in capitals and sorted; `text` is what the option says, where it was copied.

    `bare`: nothing but one letter. `joined`: nothing but letters, as `AC`, which may as well be a line or a product.
    """

    letters: str
    text: str = ""
    bare: bool = False
    capital: bool = True
    joined: bool = False


def read_choice(text: str) -> Choice | None:
    """The choice that a plain text is, or None."""
    if not text or len(text) > LONGEST:
        return None
    text = unwrapped(text).strip()
    if match := LETTER.fullmatch(text):
        letter = match["letter"]
        return Choice(letter.upper(), bare=text == letter, capital=letter.isupper())
    if SEVERAL.fullmatch(text):
        letters = re.findall("[A-H]", text)
        return Choice("".join(sorted(letters)), joined=text.isalpha()) if len(set(letters)) == len(letters) else None
    if match := WITH_TEXT.fullmatch(text) or HALF_BRACKETED.fullmatch(text):
        return Choice((match["bracketed"] or match["letter"]).upper(), match["text"].strip())
    return Choice("".join(sorted(set(re.findall("[①-⑩]", text))))) if CIRCLED.fullmatch(text) else None


def read_small_choices(text: str) -> Choice | None:
    """`b and d`, `(b), (d)`, where several choices are expected; elsewhere such letters are variables."""
    text = unwrapped(text).strip()
    return read_choice(SMALL.sub(lambda match: match[0].upper(), text)) if SEVERAL_SMALL.fullmatch(text) else None


def compare_choices(expected: Choice, given: Choice) -> Verdict | None:
    """The verdict; None where the texts of the options have to be compared, or where the letters may be variables."""
    if not expected.capital or (expected.joined and given.joined):
        return None
    if expected.bare and not given.capital and given.bare and expected.letters == given.letters == "E":
        return undecided(CASE_UNCLEAR)
    if expected.letters != given.letters:
        return incorrect(OTHER_CHOICE)
    return None if expected.text and given.text else correct(SAME_CHOICE)
