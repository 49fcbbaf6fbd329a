"""Python's way of writing a set of numbers (`(-2 <= x) & (x <= 7)`, `Union(Interval.open(-oo, 1), {5})`) as LaTeX.

Parsed, never evaluated.
"""

import ast

from grading.checking.printed import DEEPEST, Unreadable, latex, written

RELATIONS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne"}
TURNED = {"<": ">", r"\le": r"\ge", ">": "<", r"\ge": r"\le"}
NAMED = {"EmptySet": r"\emptyset", "Reals": r"\mathbb{R}"}
ENDS = {"open": "()", "Lopen": "(]", "Ropen": "[)"}
INFINITE = (r"\infty", r"-\infty")

type Bound = tuple[str, str, str]  # variable, relation, value


def set_to_latex(text: str) -> str | None:
    """LaTeX for a printed inequality or set of intervals; None for everything else, a list of values too."""
    return written(text, _alone)


def _alone(node: ast.expr) -> str:
    if isinstance(node, ast.Set):
        raise Unreadable
    return _set(node)


def _set(node: ast.expr, depth: int = 0) -> str:
    if depth > DEEPEST:
        raise Unreadable
    match node:
        case ast.Name(id=name) if name in NAMED:
            return NAMED[name]
        case ast.Compare() | ast.BinOp(op=ast.BitAnd()):
            return _between(list(_bounds(node)))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return f"{_set(left, depth + 1)} \\text{{ or }} {_set(right, depth + 1)}"
        case ast.Call(func=ast.Name(id="Eq" | "Ne" as name), args=[left, right], keywords=[]):
            return f"{latex(left)} {'=' if name == 'Eq' else r'\ne'} {latex(right)}"
        case ast.Call(func=ast.Name(id="Union"), args=args, keywords=[]) if args:
            return r" \cup ".join(_set(arg, depth + 1) for arg in args)
        case ast.Call(func=func, args=args, keywords=[]):
            return _interval(func, args)
        case ast.Set(elts=elements):
            return f"\\{{{', '.join(map(latex, elements))}\\}}"
    raise Unreadable


def _bounds(node: ast.expr) -> list[Bound]:
    """Those that all have to hold."""
    match node:
        case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
            return [*_bounds(left), *_bounds(right)]
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in RELATIONS:
            return [_bound(left, RELATIONS[type(op)], right)]
    raise Unreadable


def _bound(left: ast.expr, relation: str, right: ast.expr) -> Bound:
    if _is_variable(left):
        return latex(left), relation, latex(right)
    if _is_variable(right):
        return latex(right), TURNED.get(relation, relation), latex(left)
    raise Unreadable


def _is_variable(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and latex(node) == node.id and node.id != "e"


def _between(bounds: list[Bound]) -> str:
    """`-2 \\le x \\le 7`. What is below infinity is not said."""
    said = [bound for bound in bounds if bound[2] not in INFINITE]
    if not said:
        return NAMED["Reals"]
    match sorted(said, key=lambda bound: bound[1] in ("<", r"\le")):
        case [(variable, relation, value)]:
            return f"{variable} {relation} {value}"
        case [(variable, (">" | r"\ge") as lower, low), (other, ("<" | r"\le") as upper, high)] if variable == other:
            return f"{low} {TURNED[lower]} {variable} {upper} {high}"
    raise Unreadable


def _interval(func: ast.expr, args: list[ast.expr]) -> str:
    match func, args:
        case ast.Attribute(value=ast.Name(id="Interval"), attr=kind), [low, high] if kind in ENDS:
            return f"{ENDS[kind][0]}{latex(low)}, {latex(high)}{ENDS[kind][1]}"
        case ast.Name(id="Interval"), [low, high]:
            begin, end = "(" if latex(low) in INFINITE else "[", ")" if latex(high) in INFINITE else "]"
            return f"{begin}{latex(low)}, {latex(high)}{end}"
    raise Unreadable
