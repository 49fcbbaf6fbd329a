"""The calculations of a solution's Python, written as a person would: `total = price * count` with 3 and 4 is `3 * 4 = 12`.

A solution that lets Python calculate shows its steps only there. Read, never run: assignments and prints of plain arithmetic.
Not covered: loops, functions, sympy, containers; what depends on them is left out.
"""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

BLOCK = re.compile(r"```python\n(.*?)(?:```|\Z)", re.DOTALL)
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
LARGEST = 10**12  # of a value
MOST_LINES = 100


class _Unread(Exception):
    """No plain arithmetic of known values."""


def written_out(solution: str) -> str:
    """The solution, and below it the calculations of its Python, one a line."""
    lines = [line for code in BLOCK.findall(solution) for line in _lines(code)][:MOST_LINES]
    return "\n".join([solution, *lines])


def _lines(code: str) -> Iterator[str]:
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    known: dict[str, Fraction] = {}
    for statement in body:
        before = known.copy()
        for changed in _names_set_by(statement):
            known.pop(changed, None)
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                with suppress(_Unread):
                    known[name] = _value(value, before)
                    if isinstance(value, ast.BinOp):
                        yield f"{_text(value, before)} = {_number(known[name])}"


def _names_set_by(statement: ast.stmt) -> Iterator[str]:
    """Loops and branches with them: what they leave in a name is not known."""
    return (node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _value(node: ast.expr, known: dict[str, Fraction]) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool) and abs(value) < LARGEST:
            return Fraction(str(value))
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, known)
        case ast.BinOp(left=left, op=operator, right=right):
            result = _operation(_value(left, known), operator, _value(right, known))
            if abs(result) < LARGEST and result.denominator < LARGEST:
                return result
    raise _Unread


def _operation(left: Fraction, operator: ast.operator, right: Fraction) -> Fraction:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div() if right:
            return left / right
        case ast.FloorDiv() if right and not left % right:  # else it is no division as a person writes it
            return left / right
    raise _Unread


def _text(node: ast.expr, known: dict[str, Fraction]) -> str:
    match node:
        case ast.BinOp(left=left, op=operator, right=right):
            return f"{_bracketed(left, known)} {OPERATORS.get(type(operator), '/')} {_bracketed(right, known)}"
    return _number(_value(node, known))


def _bracketed(node: ast.expr, known: dict[str, Fraction]) -> str:
    text = _text(node, known)
    return f"({text})" if isinstance(node, ast.BinOp) or text.startswith("-") else text


def _number(value: Fraction) -> str:
    """`12`, `2.5`, or `7/3`."""
    if value.denominator == 1:
        return str(value.numerator)
    decimal = f"{float(value):.6f}".rstrip("0")
    return decimal if Fraction(decimal) == value else f"{value.numerator}/{value.denominator}"
