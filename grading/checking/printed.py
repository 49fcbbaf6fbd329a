"""Python's way of writing a value (`2*x**2 - sqrt(3)/2`) as LaTeX. The text is parsed, never evaluated: a program may print anything."""

import ast
import re
from collections.abc import Callable

LONGEST = 1_000  # characters
DEEPEST = 40  # nested operations

NAMED = {"pi": r"\pi", "E": "e", "I": "i", "oo": r"\infty", "inf": r"\infty", "theta": r"\theta"}
SYMBOL = re.compile(r"[A-Za-z](?:_?\d{1,2})?")  # a longer name is more likely a word
FUNCTIONS = {"sin", "cos", "tan", "log", "exp", "ln"}


class Unreadable(Exception):
    """The text is not an expression of the kinds known here."""


def to_latex(text: str) -> str | None:
    """LaTeX for a printed number or sympy expression; None for everything else."""
    return written(text, latex)


def written(text: str, write: Callable[[ast.expr], str]) -> str | None:
    """What `write` makes of a printed expression; None where it raises `Unreadable`, or the text is no expression."""
    if len(text) > LONGEST:
        return None
    try:
        return write(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError, Unreadable):  # what ast.parse raises on hostile text
        return None


def latex(node: ast.expr, depth: int = 0) -> str:
    """Raises `Unreadable`."""
    if depth > DEEPEST:
        raise Unreadable
    match node:
        case ast.Constant(value=bool()):
            raise Unreadable
        case ast.Constant(value=int() | float() as value):
            return repr(value)
        case ast.Constant(value=complex() as value):  # `15j`; what stands before it is an operand of its own
            return f"{value.imag!r}i".replace(".0i", "i")
        case ast.Name(id=name) if name in NAMED or SYMBOL.fullmatch(name):
            return NAMED.get(name, name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{latex(operand, depth + 1)}"
        case ast.BinOp(left=left, op=op, right=right):
            return _operation(op, latex(left, depth + 1), latex(right, depth + 1))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _call(name, [latex(arg, depth + 1) for arg in args])
    raise Unreadable


def _operation(op: ast.operator, left: str, right: str) -> str:
    match op:
        case ast.Add():
            return f"{left} + {right}"
        case ast.Sub():
            return f"{left} - ({right})"
        case ast.Mult():
            return f"({left}) \\cdot ({right})"
        case ast.Div():
            return f"\\frac{{{left}}}{{{right}}}"
        case ast.Pow():
            return f"({left})^{{{right}}}"
    raise Unreadable


def _call(name: str, args: list[str]) -> str:
    match name, args:
        case "sqrt", [radicand]:
            return f"\\sqrt{{{radicand}}}"
        case "Rational" | "Fraction", [top, bottom]:
            return f"\\frac{{{top}}}{{{bottom}}}"
        case "Abs", [value]:
            return f"|{value}|"
        case "Integer" | "Float" | "float64" | "int64", [value]:
            return value
        case function, [value] if function in FUNCTIONS:
            return f"\\{function}({value})"
    raise Unreadable
