"""Whether what is said about a variable is solved for it: `x < 3` is; `2x + 1 < 7` says the same, and so does the problem."""

from grading.checking.evaluate import symbols
from grading.checking.nodes import Chain, Combined, Group, Many, Node, Symbol
from grading.checking.shapes import is_label, is_region

AXES = frozenset("xyz")


def says_solution(node: Node) -> bool:
    """Whether an answer is the solution of something, rather than a formula or an equation of a line."""
    said = all(isinstance(part, Chain | Group) for part in _parts(node))
    return is_solved(node) and (is_region(node) or said)


def is_solved(node: Node) -> bool:
    """Whether nothing is left to solve in an answer: `x < 3` is, `2x + 1 < 7` is not, though it says the same."""
    match node:
        case Chain((_, where), ("in",)):
            return is_solved(where)
        case Chain():
            return _is_solved_chain(node)
        case Group("{", "|", (_, condition)):
            return is_solved(condition)
        case Combined(_, left, right):
            return is_solved(left) and is_solved(right)
    return all(is_solved(part) for part in _parts(node) if part is not node)


def is_for_another(expected: Node, given: Node) -> bool:
    """`U = RI` for `R = U/I`: whether a formula is given for another letter."""
    match expected, given:
        case Chain((Symbol(name) as wanted, value), ("=",)), Chain((left, right), ("=",)) if symbols(value):
            names = symbols(left) | symbols(right)
            return name in names and wanted not in (left, right) and not names <= AXES
    return False


def without_ways(node: Node) -> Node:
    """`2x < 6, x < 3` as `x < 3`: what only tells how it was found."""
    if not isinstance(node, Many) or "or" in node.joints:
        return node
    kept = tuple(item for item in node.items if is_solved(item))
    return Many(kept, (",",) * (len(kept) - 1)) if len(kept) > 1 else next(iter(kept), node)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Many) else (node,)


def _is_solved_chain(chain: Chain) -> bool:
    """Whether one side is nothing but a name, of which the others say nothing. A line (`2x - y + 1 = 0`) is given in any form, and
    of a longer chain of equals the last counts.
    """
    names = [symbols(item) for item in chain.items]
    is_line = len(frozenset().union(*names)) > 1 and all(each <= AXES for each in names)
    if is_line or not any(names) or (chain.relations[1:] and set(chain.relations) == {"="}):
        return True
    return any(
        is_label(item) and not (isinstance(item, Symbol) and any(names[at] & other for place, other in enumerate(names) if place != at))
        for at, item in enumerate(chain.items)
    )
