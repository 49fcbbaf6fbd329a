"""Dates with a month's name: `5 May`, `May 5th`, `the 5th of May 2024`."""

import re
from dataclasses import dataclass

from grading.checking.text import unwrapped
from grading.checking.verdicts import DIFFERENT, EQUAL, Verdict, correct, incorrect

LONGEST = 60  # characters
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\.?"
)
DAY = r"(?:the\s+)?(?P<day>[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
ORDERS = (rf"{DAY}\s+(?:of\s+)?{MONTH}", rf"{MONTH}\s+{DAY}")
DATES = [re.compile(rf"(?:on\s+)?(?:[a-z]+day,?\s+)?{order}{YEAR}", re.IGNORECASE) for order in ORDERS]


@dataclass(frozen=True, slots=True)
class Date:
    day: int
    month: int
    year: int | None


def read_date(text: str) -> Date | None:
    """The date that a plain text is, or None."""
    if len(text) > LONGEST:
        return None
    text = " ".join(unwrapped(text).split())
    match = next((match for order in DATES if (match := order.fullmatch(text))), None)
    if match is None:
        return None
    return Date(int(match["day"]), MONTHS.index(match["month"][:3].lower()) + 1, int(match["year"]) if match["year"] else None)


def compare_dates(expected: Date, given: Date) -> Verdict:
    """A year that only one of them says is no difference."""
    same_year = None in (expected.year, given.year) or expected.year == given.year
    same = (expected.day, expected.month) == (given.day, given.month) and same_year
    return correct(EQUAL) if same else incorrect(DIFFERENT)
