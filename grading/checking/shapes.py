r"""What a read answer comes to: names before equals signs, `\pm` as two values, chains of equations, matrices computed, lists."""

import re
from collections.abc import Callable

from grading.checking.evaluate import Undefined, contains, exact, symbols
from grading.checking.lists import Kind, Several
from grading.checking.nodes import Chain, Combined, Group, Many, Matrix, NamedSet, Node, Num, Op, Quantity, Ratio, Symbol, Words, named_set
from grading.checking.tokens import Unreadable
from grading.checking.units import UNIT_LETTERS, read_unit

INEQUALITIES = {"<", ">", "<=", ">=", "!="}
INDEXED = re.compile(r"(.+)_(\d+)")


def settle(node: Node) -> Node:
    """The answer in its final form. Raises Unreadable where `\\pm` stands twice in one value: which signs go together is not known."""
    match node:
        case Chain():
            return _settle_chain(node)
        case Many(items, joints):
            return _settle_many(items, joints)
        case Group(left, right, items):
            return _spread(Group(left, right, tuple(map(settle, items))))
        case Quantity(value, unit):
            inner = settle(value)
            return (
                Many(tuple(Quantity(each, unit) for each in inner.items), inner.joints)
                if isinstance(inner, Many)
                else Quantity(inner, unit)
            )
        case Op():
            return _settle_formula(node)
        case Combined(name, left, right):
            return Combined(name, settle(left), settle(right))
    return node


def _settle_formula(node: Op) -> Node:
    match node:
        case Op("+", (left, Op("neg", (Group("{", _, _) as without,)))):  # `R - {2}`
            return Combined("difference", named_set(left), settle(without))
        case Op("^", (Group(_, _, items), Symbol("T"))):  # a column, written as a row
            return settle(Group("(", ")", items))
    if contains(node, "pm", "mp"):
        return Many(_both_signs(node), ("or",))
    return _computed(node) or node


def _settle_chain(chain: Chain) -> Node:
    items, relations = chain.items, chain.relations
    if "~" in relations and set(relations) <= {"=", "~"}:  # what stands before the first ≈ is exact
        at = relations.index("~")
        exactly = at > 0 or not is_label(items[0])
        items, relations = (items[: at + 1], relations[:at]) if exactly else (items[:2], ("=",))
        if len(items) == 1:
            return settle(items[0])
    if relations == ("=",) and not any(symbols(item) or isinstance(item, Words) for item in items):
        return settle(items[1])  # `5 + 6 = 11`
    if len(items) > 2 and set(relations) == {"="}:
        *names, value = items
        if all(isinstance(name, Symbol) for name in names):  # `x = y = 2`
            return settle(Many(tuple(Chain((name, value), ("=",)) for name in names), ("and",) * (len(names) - 1)))
        return settle(Chain((items[0], value), ("=",)) if is_label(items[0]) else value)
    settled = [settle(item) for item in items]
    if relations == ("=",) and isinstance(settled[1], Many) and not isinstance(settled[0], Many):  # `x = \pm 2`
        return Many(tuple(Chain((settled[0], value), ("=",)) for value in settled[1].items), settled[1].joints)
    return Chain(tuple(settled), relations)


def _settle_many(items: tuple[Node, ...], joints: tuple[str, ...]) -> Node:
    """Flat, and without notes on what a letter is (`k ∈ ℤ`)."""
    flat: list[Node] = []
    between: list[str] = []
    for item, joint in zip(items, ("", *joints), strict=True):
        settled = settle(item)
        parts, inner = (settled.items, settled.joints) if isinstance(settled, Many) else ((settled,), ())
        between += [joint, *inner]
        flat += parts
    kept = [at for at, item in enumerate(flat) if not _is_note(item)] or list(range(len(flat)))
    if len(kept) == 1:
        return flat[kept[0]]
    return Many(tuple(flat[at] for at in kept), tuple(between[at] for at in kept[1:]))


def _is_note(node: Node) -> bool:
    return isinstance(node, Chain) and node.relations == ("in",) and isinstance(node.items[1], NamedSet)


def _spread(group: Group) -> Node:
    r"""`{1 \pm \sqrt 5, -2}` has three elements."""
    if group.right == "|" or not any(isinstance(item, Many) for item in group.items):
        return group
    if group.left != "{":
        raise Unreadable
    return Group("{", "}", tuple(part for item in group.items for part in (item.items if isinstance(item, Many) else (item,))))


# --- plus or minus


def _both_signs(node: Op) -> tuple[Node, Node]:
    if _count(node, "pm") > 1:
        raise Unreadable
    return _with_sign(node, plus=True), _with_sign(node, plus=False)


def _count(node: Node, name: str) -> int:
    return (node.name == name) + sum(_count(arg, name) for arg in node.args) if isinstance(node, Op) else 0


def _with_sign(node: Node, *, plus: bool) -> Node:
    if not isinstance(node, Op):
        return node
    args = tuple(_with_sign(arg, plus=plus) for arg in node.args)
    if node.name in ("pm", "mp"):
        return args[0] if plus == (node.name == "pm") else Op("neg", args)
    return Op(node.name, args)


# --- matrices


def _computed(node: Node) -> Matrix | None:
    """The matrix that a formula of matrices comes to; None where it has none. Raises Unreadable where it cannot be computed."""
    match node:
        case Matrix():
            return node
        case Op(name, args):
            parts = [_computed(arg) for arg in args]
            if any(part is not None for part in parts):
                return _operation(name, args, parts)
    return None


def _operation(name: str, args: tuple[Node, ...], parts: list[Matrix | None]) -> Matrix:
    left, right = parts[0], parts[-1]
    match name:
        case "neg" if left:
            return _each(left, lambda entry: Op("neg", (entry,)))
        case "+" if left and right and _size(left) == _size(right):
            rows = zip(left.rows, right.rows, strict=True)
            return Matrix(tuple(tuple(Op("+", pair) for pair in zip(*row, strict=True)) for row in rows))
        case "*" if left and right and _size(left)[1] == _size(right)[0]:
            return _product(left, right)
        case "*" if left and not right:
            return _each(left, lambda entry: Op("*", (args[1], entry)))
        case "*" if right and not left:
            return _each(right, lambda entry: Op("*", (args[0], entry)))
        case "/" if left and not right:
            return _each(left, lambda entry: Op("/", (entry, args[1])))
    raise Unreadable


def _each(matrix: Matrix, change: Callable[[Node], Node]) -> Matrix:
    return Matrix(tuple(tuple(change(entry) for entry in row) for row in matrix.rows))


def _product(left: Matrix, right: Matrix) -> Matrix:
    columns = list(zip(*right.rows, strict=True))
    return Matrix(tuple(tuple(_sum_of_products(row, column) for column in columns) for row in left.rows))


def _sum_of_products(row: tuple[Node, ...], column: tuple[Node, ...]) -> Node:
    total: Node | None = None
    for left, right in zip(row, column, strict=True):
        term = Op("*", (left, right))
        total = term if total is None else Op("+", (total, term))
    assert total is not None
    return total


def _size(matrix: Matrix) -> tuple[int, int]:
    return len(matrix.rows), len(matrix.rows[0])


# --- names


def is_label(node: Node) -> bool:
    """Whether this names a value: `x`, `f(x)`, `AB`, `(p, q)`, `|AB|`, `A : B`, `\\cos A`; not `2x + z`."""
    match node:
        case Symbol() | Words():
            return bool(symbols(node)) or isinstance(node, Words)
        case Op("*", (Symbol() as function, Chain() | Num())):  # `P(X = 2)`
            return function.name.isupper()
        case Op("abs", (inner,)):  # `|AB|` is a length, `|x| = 5` an equation
            return is_label(inner) and all(name.isupper() for name in symbols(inner))
        case Op("*" | "/" | "sin" | "cos" | "tan" | "cot", args):  # `xx = 4` names no value
            return all(map(is_label, args)) and len(set(args)) == len(args)
        case Op(name, _):
            return name.startswith("apply")
        case Group("(", ")", items) | Ratio(items):
            return all(map(is_label, items))
    return False


def named(node: Node) -> tuple[Node, Node] | None:
    """(name, value) of `x = 5`, `5 = x`, `f(x) = x^2`; None for an equation like `2x + y = 1`."""
    if not isinstance(node, Chain) or node.relations != ("=",):
        return None
    left, right = node.items
    if is_label(left) and not (isinstance(left, Symbol) and left.name in symbols(right)):
        return left, right
    return (right, left) if isinstance(right, Symbol) and is_label(right) and not symbols(left) else None


# --- units


def with_unit(node: Node) -> Node:
    """`252\\pi m^2` as a quantity: a number with a letter behind it that may be a unit. Every other node as it is."""
    value, unit = _value_and_unit(node)
    return Quantity(value, unit) if unit and not symbols(value) and read_unit(unit) else node


def _value_and_unit(node: Node) -> tuple[Node, str]:
    match node:
        case Op("*", (value, last)):
            return value, _unit_letter(last)
        case Op("/", (top, below)):
            value, unit = _value_and_unit(top)
            return value, f"{unit}/{_unit_letter(below)}"
        case Op("neg", (positive,)):
            value, unit = _value_and_unit(positive)
            return Op("neg", (value,)), unit
    return node, ""


def _unit_letter(node: Node) -> str:
    """`m` or `m^2`; nothing where it is no letter of a unit."""
    match node:
        case Symbol(name) if name in UNIT_LETTERS:
            return name
        case Op("^", (Symbol(name), Num(power))) if name in UNIT_LETTERS and power in (2, 3):
            return f"{name}^{power}"
    return ""


# --- lists


def several(node: Node) -> Several | None:
    """The values of a list, a set, a pair or a vector; None for a single value."""
    match node:
        case Many(items, joints):
            return _list(items, joints)
        case Group("{", "}", items):
            return _named_values("set", items)
        case Group("(", ")", items):
            return _named_values("tuple", items)
        case Group("[", "]", items):
            return _named_values("square", items)
        case Chain((_, where), ("in",)):
            return several(where)
    if (pair := named(node)) is not None and (values := several(pair[1])) is not None:
        names = pair[0].items if isinstance(pair[0], Group) else ()
        return Several(values.kind, values.values, names, values.interval) if len(names) == len(values.values) else values
    return None


def _list(items: tuple[Node, ...], joints: tuple[str, ...]) -> Several:
    separators = ";" if {",", ";"} <= set(joints) else ("or", "and") if _are_systems(items, joints) else ()
    if not separators:
        return _named_values("list", items)
    groups: list[list[Node]] = [[items[0]]]
    for item, joint in zip(items[1:], joints, strict=True):
        if joint in separators:
            groups.append([])
        groups[-1].append(item)
    return Several("list", tuple(Group("(", ")", tuple(group)) if len(group) > 1 else group[0] for group in groups), (None,) * len(groups))


def _are_systems(items: tuple[Node, ...], joints: tuple[str, ...]) -> bool:
    """`x = 1, y = 2 or x = 3, y = 4`."""
    names = [pair[0] for item in items if (pair := named(item)) is not None]
    return len(set(joints)) == 2 and "," in joints and len(names) == len(items) and 1 < len(set(names)) < len(names)


def _named_values(kind: Kind, items: tuple[Node, ...]) -> Several:
    pairs = [named(item) for item in items]
    names: tuple[Node | None, ...] = tuple(pair[0] if pair else None for pair in pairs)
    values = tuple(pair[1] if pair else item for pair, item in zip(pairs, items, strict=True))
    if names[0] is not None and not any(names[1:]):  # `n = 1, 2, 3`
        names = (None,) * len(names)
    if _are_indexed(names) or len(set(names)) == 1:
        names = (None,) * len(names)
    if any(pair is None and isinstance(item, Chain) for pair, item in zip(pairs, items, strict=True)):
        names, values = (None,) * len(names), items  # equations among them: all are compared as they are
    return Several(kind, values, names, interval=kind in ("tuple", "square") and _may_be_interval(values))


def _are_indexed(names: tuple[Node | None, ...]) -> bool:
    """`x_1`, `x_2`: the solutions of one equation, in any order."""
    matches = [INDEXED.fullmatch(name.name) if isinstance(name, Symbol) else None for name in names]
    bases = {match[1] for match in matches if match}
    return None not in matches and len(bases) == 1 and {int(match[2]) for match in matches if match} == set(range(1, len(names) + 1))


def _may_be_interval(values: tuple[Node, ...]) -> bool:
    """Two values, and not surely the larger one first."""
    if len(values) != 2:
        return False
    try:
        low, high = exact(values[0]), exact(values[1])
    except Undefined:
        return False
    return low is None or high is None or low < high


def is_region(node: Node) -> bool:
    """Whether an answer is a set of numbers by its form: an inequality, a union, brackets of two kinds, `x ∈ …`."""
    match node:
        case NamedSet() | Combined():
            return True
        case Chain(_, relations):
            return bool(INEQUALITIES & set(relations)) or "in" in relations
        case Group(left, right, items):
            return (left, right) in (("(", "]"), ("[", ")"), ("{", "|")) or any(map(_is_infinite, items))
        case Many(items, _):
            return any(isinstance(item, Chain) and is_region(item) for item in items)
    return False


def _is_infinite(node: Node) -> bool:
    return node == Symbol("oo") or (isinstance(node, Op) and node.name == "neg" and node.args == (Symbol("oo"),))


def as_matrix(node: Node) -> Node:
    """`[[1, 2], [3, 4]]` as a matrix; every other node as it is."""
    if not isinstance(node, Group) or node.left != "[" or not all(isinstance(row, Group) and row.left == "[" for row in node.items):
        return node
    rows = tuple(row.items for row in node.items if isinstance(row, Group))
    return Matrix(rows) if len({len(row) for row in rows}) == 1 else node


def as_vector(node: Node) -> Several | None:
    """A matrix of one row or one column as a list of its entries."""
    if not isinstance(node, Matrix) or 1 not in _size(node):
        return None
    entries = tuple(entry for row in node.rows for entry in row)
    return Several("tuple", entries, (None,) * len(entries))
