"""Other ways to the right answer than those that the known solutions take."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from grading.checking.working.computations import Computation, Path, origins, same
from grading.checking.working.sources import Grounds

NO_THINGS = frozenset({"always", "does", "plus", "this", "times"})


def other_ways(computations: Sequence[Computation], grounds: Grounds, answer: Fraction) -> frozenset[int]:
    """The calculations that come to the right answer by values that no known solution has, and those before that they take in.

    Such a way has two steps at least, because one calculation may hit upon the number by chance; and `60 trips` are not `60 minutes`.
    """
    reached = [at for at, computation in enumerate(computations) if same(computation.value, answer)]
    new = [at for at in reached if not grounds.supports(computations[at]) and not _counts_something_else(computations[at], grounds)]
    web = origins(computations) if new else []
    found: set[int] = set()
    for at in new:
        way = _behind(web, at)
        earlier = [computations[origin] for origin in way if computations[origin].step < computations[at].step]
        if not all(grounds.supports(one) for one in earlier):
            found |= way
    return frozenset(found)


def _behind(web: Sequence[Mapping[Path, int]], at: int) -> set[int]:
    """The calculation, and all whose values go into it."""
    found, todo = {at}, [at]
    while todo:
        new = set(web[todo.pop()].values()) - found
        found |= new
        todo.extend(new)
    return found


def _counts_something_else(computation: Computation, grounds: Grounds) -> bool:
    own, right = _things(computation.unit), {_things(source.unit) for source in grounds.sources} - {""}
    return bool(own and right) and own not in right


def _things(unit: str) -> str:
    """A unit that is a plural, as `minutes` and `trips`; "" for other words that may stand behind a number."""
    word = unit.lower()
    return word if len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word not in NO_THINGS else ""
