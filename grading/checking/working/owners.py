"""Whose number it is: `America can lift 60 pounds`, where 60 is what Maya can lift.

By the names in the problem, and so for languages that write names with a capital letter.
"""

import re

NAME = re.compile(r"(?<=[a-z,;0-9] )[A-Z][a-z]{2,}\b|\b[A-Z][a-z]{2,}(?=['’]s\b| and [A-Z])")
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_MONTHS = "January February March April May June July August September October November December"
CALENDAR = frozenset(f"{_DAYS} {_MONTHS}".split())
CLAUSE = re.compile(r"(?<=[,;.])\s+|\b(?:so|then|and|while|but)\b")


def find_names(problem: str) -> frozenset[str]:
    """The capitalised words inside of sentences, those with a genitive, and those that are joined to another one."""
    return frozenset(NAME.findall(problem)) - CALENDAR


def owners(text: str, calculation: str, names: frozenset[str]) -> frozenset[str]:
    """Those of `names` that the clause with the calculation tells of."""
    clause = next((part for part in CLAUSE.split(text) if calculation in part), text)
    return names.intersection(re.findall(r"\w+", clause))
