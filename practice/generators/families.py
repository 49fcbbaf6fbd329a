"""All kinds of problems that are made by code."""

from random import Random

from practice.generators import algebra, arithmetic, equations, fractions, geometry, percent, sequences
from practice.generators.draft import Draft, Family

FAMILIES: tuple[Family, ...] = (
    *arithmetic.FAMILIES,
    *fractions.FAMILIES,
    *percent.FAMILIES,
    *equations.FAMILIES,
    *algebra.FAMILIES,
    *sequences.FAMILIES,
    *geometry.FAMILIES,
)
BY_CODE = {family.code: family for family in FAMILIES}
TRIES = 20


class NotConfirmed(Exception):
    """A generator's key was not confirmed by its second way, again and again: a fault of the generator."""


def of(skill: str, level: int) -> list[Family]:
    """The families of a skill at a level, or else those at the nearest one."""
    mine = [family for family in FAMILIES if family.skill == skill]
    nearest = min(abs(family.level - level) for family in mine)
    return [family for family in mine if abs(family.level - level) == nearest]


def draw(family: Family, chance: Random) -> Draft:
    """A problem whose key is confirmed. Raises `NotConfirmed`."""
    for _try in range(TRIES):
        draft = family.draw(chance)
        if draft.confirmed:
            return draft
    raise NotConfirmed(family.code)
