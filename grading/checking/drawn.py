"""An answer that has been read, as LaTeX: what its author sees is the tree that is compared."""

from collections.abc import Sequence

from grading.checking.evaluate import exact
from grading.checking.nodes import Chain, Combined, Group, InBase, Many, Matrix, NamedSet, Node, Num, Op, Quantity, Ratio, Symbol, Words
from grading.checking.shapes import is_region
from grading.checking.working.shown import written

# How tightly each is bound; an operand that is bound less tightly than its place asks for stands in brackets.
LIST, SUM, SIGN, PRODUCT, POWER, WHOLE = range(6)

RELATIONS = {"=": "=", "!=": r"\ne", "<": "<", ">": ">", "<=": r"\le", ">=": r"\ge", "~": r"\approx", "in": r"\in"}
SETS = {"union": r"\cup", "intersection": r"\cap", "difference": r"\setminus"}
BRACKETS = {"{": r"\{", "}": r"\}"}
AROUND = {"abs": ("|", "|"), "floor": (r"\lfloor", r"\rfloor"), "ceil": (r"\lceil", r"\rceil")}
SIGNS = {"neg": "-", "pm": r"\pm ", "mp": r"\mp "}
KNOWN = frozenset(
    ["sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log", "lg", "exp"]
)


def latex(node: Node) -> str:
    return _bound(node)[0]


def _bound(node: Node) -> tuple[str, int]:
    match node:
        case Num(value, decimals):
            return (f"{value:.{decimals}f}" if decimals else written(value)), WHOLE
        case Symbol(name):
            return _name(name), WHOLE
        case Op(name, args):
            return _operation(name, args)
        case Quantity(value, unit):
            return _within(value, PRODUCT) + {"%": r"\,\%", "°": r"^{\circ}"}.get(unit, rf"\ \text{{{unit}}}".replace("$", r"\$")), PRODUCT
        case Chain(items, relations):
            parts = [latex(items[0])]
            for relation, item in zip(relations, items[1:], strict=True):
                parts += [RELATIONS[relation], latex(item)]
            return " ".join(parts), LIST
        case Many(items, joints):
            return _side_by_side(items, joints), LIST
        case Ratio(parts):
            return " : ".join(_within(part, SUM) for part in parts), LIST
    return _collection(node), WHOLE


def _within(node: Node, place: int) -> str:
    text, bound = _bound(node)
    return text if bound >= place else rf"\left({text}\right)"


def _side_by_side(items: Sequence[Node], joints: Sequence[str]) -> str:
    """With signs between conditions, of which it matters whether all or any are meant."""
    signs = {"and": r" \land ", "or": r" \lor "} if all(map(is_region, items)) else {}
    text = latex(items[0])
    for joint, item in zip(joints, items[1:], strict=True):
        text += signs.get(joint, r";\ " if joint == ";" else r",\ ") + latex(item)
    return text


def _collection(node: Node) -> str:
    match node:
        case Group(left, "|", (element, condition)):
            return rf"\left\{{{latex(element)} \mid {latex(condition)}\right\}}"
        case Group(left, right, items):
            return rf"\left{BRACKETS.get(left, left)}{', '.join(map(latex, items))}\right{BRACKETS.get(right, right)}"
        case Matrix(rows):
            return r"\begin{pmatrix}" + r" \\ ".join(" & ".join(map(latex, row)) for row in rows) + r"\end{pmatrix}"
        case Combined(name, left, right):
            return f"{_within(left, SUM)} {SETS[name]} {_within(right, SUM)}"
        case NamedSet("empty"):
            return r"\emptyset"
        case NamedSet(name):
            return rf"\mathbb{{{name[0]}}}" + (f"^{{{name[1:]}}}" if name[1:] else "")
        case InBase(digits, base):
            return f"{digits}_{{{base}}}"
        case Words(text):
            return rf"\text{{{text}}}"
    raise AssertionError(node)


def _name(name: str) -> str:
    """`x_1`, `f'`, `f^{-1}`, `vec AB`, `theta`."""
    if "^" in name:
        return name
    bare = name.rstrip("'")
    mark, _, letters = bare.rpartition(" ")
    letter, _, below = letters.partition("_")
    letter = {"oo": r"\infty"}.get(letter, f"\\{letter}" if len(letter) > 1 and letter.islower() else letter)
    text = letter + (f"_{{{below}}}" if below else "") + name[len(bare) :]
    return rf"\{mark}{{{text}}}" if mark else text


def _operation(name: str, args: tuple[Node, ...]) -> tuple[str, int]:
    match name, args:
        case "+", (left, Op("neg" | "pm" | "mp" as sign, (right,))):
            return f"{_within(left, SUM)} {SIGNS[sign].strip()} {_within(right, PRODUCT)}", SUM
        case "+", (left, right):
            return f"{_within(left, SUM)} + {_within(right, SIGN)}", SUM
        case "neg" | "pm" | "mp", (one,):
            return SIGNS[name] + _within(one, PRODUCT), SIGN
        case "*", (left, right):
            return _product(_within(left, PRODUCT), _within(right, PRODUCT)), PRODUCT
        case "/" | "binomial", (top, bottom):
            return rf"\{'frac' if name == '/' else 'binom'}{{{latex(top)}}}{{{latex(bottom)}}}", POWER
        case "^", (base, exponent):
            return f"{_within(base, WHOLE)}^{{{latex(exponent)}}}", POWER
        case "root", (one, degree):
            return rf"\sqrt{'' if exact(degree) == 2 else f'[{latex(degree)}]'}{{{latex(one)}}}", WHOLE
        case "!", (one,):
            return f"{_within(one, WHOLE)}!", WHOLE
    if name in AROUND:
        opening, closing = AROUND[name]
        return rf"\left{opening} {latex(args[0])} \right{closing}", WHOLE
    return _function(name, args), PRODUCT


def _product(left: str, right: str) -> str:
    if left[-1:].isupper() and right[:1].isupper():  # `AB`
        return left + right
    apart = right[0].isdigit() or (left[-1].isdigit() and right.startswith(r"\frac"))
    return rf"{left} \cdot {right}" if apart else f"{left} {right}"


def _function(name: str, args: tuple[Node, ...]) -> str:
    if name.startswith("apply "):
        return rf"{_name(name[6:])}\left({', '.join(map(latex, args))}\right)"
    sign = f"\\{name}" if name in KNOWN else rf"\operatorname{{{name}}}"
    base = f"_{{{latex(args[1])}}}" if len(args) > 1 else ""
    text, bound = _bound(args[0])
    return f"{sign}{base} {text}" if bound == WHOLE else rf"{sign}{base}\left({text}\right)"
