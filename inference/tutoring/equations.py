"""The equations and inequalities of a line, and when two of them are the same."""

from grading.checking.working.claims import Chain, Side, find_chains
from grading.checking.working.expressions import CONSTANTS, Operation, is_name, is_plain, symbols, walk
from inference.tutoring.key import bare


def equations_in(text: str, variables: frozenset[str]) -> list[Chain]:
    """The chains of a text that state a relation; a lone expression states none."""
    return [chain for chain in find_chains(bare(text), variables) if chain.relations]


def signature(chain: Chain) -> tuple[str, ...]:
    """What stands in it, in any order: the same for `(x + 3)(x - 2) = 0` and `0 = (x - 2)(x + 3)`."""
    parts = [part for side in chain.sides for reading in side.readings[:1] for part in walk(reading)]
    written = [part.name if isinstance(part, Operation) else str(part) for part in parts]
    return *sorted([*written, *(side.text for side in chain.sides if not side.readings)]), *sorted(chain.relations)


def same(one: Chain, other: Chain) -> bool:
    """Whether two are read alike, their parts in the same order."""
    readings = [side.readings for side in one.sides]
    return all(readings) and one.relations == other.relations and readings == [side.readings for side in other.sides]


def says_what_a_letter_is(relation: Chain) -> bool:
    """Whether one side is a letter alone, and no letter is in the others."""
    names = [side for side in relation.sides if any(map(is_name, side.readings))]
    open_ = [side for side in relation.sides if any(symbols(reading) - CONSTANTS.keys() for reading in side.readings[:1])]
    return len(names) == 1 and open_ == names


def is_plain_side(side: Side) -> bool:
    return any(map(is_plain, side.readings[:1]))
