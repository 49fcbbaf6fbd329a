"""Whether an answer has the form that a problem asks for, where the key has it: factored, expanded, a completed square, one fraction …

An answer is held to a form only where the key has it, so that a key which is written carelessly asks for nothing.
"""

import re
from collections.abc import Callable, Iterator
from math import gcd

from grading.checking.evaluate import symbols
from grading.checking.nodes import Chain, Node, Num, Op, Symbol
from grading.checking.numerals import FRACTION_SIGNS
from grading.checking.polynomials import NoPolynomial, addends, factors, is_primitive, polynomial
from grading.checking.syntax import read
from grading.checking.text import plain
from grading.checking.tokens import Unreadable

SCIENTIFIC = re.compile(r"(?<![\d.])-?[1-9](?:\.\d+)?(?:\s*(?:\*|×|x|·|\\times|\\cdot)\s*10\s*\^\s*\{?-?\d+\}?|e[-+]?\d+)", re.IGNORECASE)
FRACTION = re.compile(rf"/|\\[dt]?frac|[{''.join(FRACTION_SIGNS)}]")

type Has = Callable[[Node, Node], bool]  # of an answer, and the key


def lacks_form(problem: str, expected: str, given: str) -> bool:
    """Of an answer whose value is right: whether it is not as the problem wants it, and the key is."""
    if any(asked.search(problem) and has(expected) and not has(given) for asked, has in OF_TEXTS):
        return True
    key, answer = _formula(expected), _formula(given)
    if key is None or answer is None:
        return False
    return any(asked.search(problem) and has(key, key) and not has(answer, key) for asked, has in OF_FORMULAS)


def _formula(text: str) -> Node | None:
    try:
        return read(plain(text))[0]
    except Unreadable:
        return None


def _value(node: Node) -> Node:
    """What stands behind the last equals sign: `x^2 - 9 = (x-3)(x+3)`, `y = (x-2)^2`."""
    return node.items[-1] if isinstance(node, Chain) and set(node.relations) == {"="} else node


def _unsigned(node: Node) -> Node:
    """The same without a minus sign before it all."""
    value = _value(node)
    return value.args[0] if isinstance(value, Op) and value.name == "neg" else value


def _parts(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Op):
        for part in node.args:
            yield from _parts(part)


# --- products and sums


def _is_factored(node: Node, key: Node) -> bool:
    """Whether it has as many factors with letters as the key, and out of none can more be taken, unless it can out of the key's."""
    own, keys = _factors(node), _factors(key)
    if len(own) < len(keys) or (len(keys) < 2 and not _is_product(node)):
        return False
    return not all(map(_is_primitive, keys)) or all(map(_is_primitive, own))


def _factors(node: Node) -> list[Node]:
    return [factor for factor in factors(_value(node)) if symbols(factor)]


def _is_product(node: Node) -> bool:
    value = _unsigned(node)
    return isinstance(value, Op) and value.name in ("*", "/", "^")


def _is_primitive(factor: Node) -> bool:
    try:
        return is_primitive(polynomial(factor))
    except NoPolynomial:
        return True


def _is_expanded(node: Node, key: Node) -> bool:
    """Whether there is no product or power of sums, and not more terms than in the key."""
    products = (part for part in _parts(_value(node)) if isinstance(part, Op) and part.name in ("*", "^"))
    if any(isinstance(part, Op) and part.name == "+" and symbols(part) for product in products for part in product.args):
        return False
    return len(list(addends(_value(node)))) <= len(list(addends(_value(key))))


def _is_collected(node: Node, key: Node) -> bool:
    """Whether no two terms of a sum are alike, no letter is twice in a product, and no factor both above and below a fraction."""
    return not any(map(_has_like_terms, _parts(_value(node)))) and not any(map(_can_be_cancelled, _parts(_value(node))))


def _has_like_terms(node: Node) -> bool:
    match node:
        case Op("+"):
            terms = [_monomial(term) for term in addends(node)]
            known = [term for term in terms if term is not None]
            return len(known) > len(set(known))
        case Op("*"):
            bases = [part.args[0] if isinstance(part, Op) and part.name == "^" else part for part in _written_factors(node)]
            letters = [base for base in bases if isinstance(base, Symbol)]
            return len(letters) > len(set(letters))
        case Op("^", (_, exponent)):
            return not symbols(exponent) and any(isinstance(part, Op) and part.name in ("+", "*") for part in _parts(exponent))
    return False


def _written_factors(node: Node) -> Iterator[Node]:
    if isinstance(node, Op) and node.name == "*":
        for part in node.args:
            yield from _written_factors(part)
    else:
        yield node


def _monomial(term: Node) -> object:
    """What two terms that are alike share; None for a term that is no monomial."""
    try:
        found = polynomial(term)
    except NoPolynomial:
        return None
    return next(iter(found)) if len(found) == 1 else None


def _can_be_cancelled(node: Node) -> bool:
    if not isinstance(node, Op) or node.name != "/" or not symbols(node):
        return False
    above, below = (factors(part) for part in node.args)
    return any(symbols(factor) and factor in below for factor in above) or _share_a_number(*node.args)


def _share_a_number(above: Node, below: Node) -> bool:
    """`4x / 6`"""
    numbers = [[abs(part.value) for part in _written_factors(side) if isinstance(part, Num)] for side in (above, below)]
    return any(one.denominator == other.denominator == 1 and gcd(int(one), int(other)) > 1 for one in numbers[0] for other in numbers[1])


# --- other forms


def _is_a_square(node: Node, key: Node) -> bool:
    """`a(x + p)² + q`: the letter stands once, in a square, and beside it one number at most."""
    value = _value(node)
    letters = [part for part in _parts(value) if isinstance(part, Symbol)]
    squares = [part for part in _parts(value) if isinstance(part, Op) and part.name == "^" and isinstance(part.args[0], Op)]
    return len(letters) == 1 and bool(squares) and sum(not symbols(term) for term in addends(value)) <= 1


def _is_one_fraction(node: Node, key: Node) -> bool:
    value = _unsigned(node)
    return isinstance(value, Op) and value.name in ("/", "*") and not any(_is_fraction(part) for part in value.args)


def _is_fraction(node: Node) -> bool:
    return any(isinstance(part, Op) and part.name == "/" and symbols(part) for part in _parts(node))


def _is_in_parts(node: Node, key: Node) -> bool:
    return 1 < len(list(addends(_value(key)))) <= len(list(addends(_value(node))))


def _has_one_logarithm(node: Node, key: Node) -> bool:
    return sum(isinstance(part, Op) and part.name in ("log", "ln", "lg") for part in _parts(_value(node))) == 1


def _is_power(node: Node, key: Node) -> bool:
    value = _value(node)
    return isinstance(value, Op) and value.name == "^"


def _is_rational_below(node: Node, key: Node) -> bool:
    below = [part.args[1] for part in _parts(_value(node)) if isinstance(part, Op) and part.name == "/"]
    return not any(isinstance(part, Op) and part.name == "root" for bottom in below for part in _parts(bottom))


def _is_solved(node: Node, key: Node) -> bool:
    """`y = 2x + 3`, with the key's letter."""
    if not isinstance(key, Chain) or not isinstance(node, Chain):
        return not isinstance(key, Chain)
    left, right = node.items[0], node.items[-1]
    return node.relations == ("=",) and left == key.items[0] and isinstance(left, Symbol) and left.name not in symbols(right)


def _has_zero(node: Node, key: Node) -> bool:
    return isinstance(node, Chain) and node.relations == ("=",) and isinstance(node.items[-1], Num) and not node.items[-1].value


def _asks(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


BEGINS = r"(?:(?:^|[.:;,?!\n])\s*(?:\(?\w{1,2}[.)]\s*)?|\b(?:to|and|then|please|fully|completely)\s+)"  # `factor` as what is to be done
FORM = r"(?:in|into|of|to) (?:the |a )?form (?:of )?\$?\s*"
OF_FORMULAS: tuple[tuple[re.Pattern[str], Has], ...] = (
    (_asks(rf"factori[sz]|{BEGINS}factor\b|\bfactor out|factored form|take out|分解因式|因式分解|公因式"), _is_factored),
    (_asks(rf"{BEGINS}expand\b|expanded form|multiply out|remove the brackets|展开|去括号"), _is_expanded),
    (_asks(rf"simplif|collect (?:the )?(?:like )?terms|{BEGINS}expand\b|multiply out|化简|合并"), _is_collected),
    (_asks(rf"complet\w+ (?:the )?square|vertex form|配方|顶点式|(?:{FORM}|化[为成]|写[为成])[^.;?，。]*\)\s*(?:²|\^\{{?2)"), _is_a_square),
    (_asks(r"(?:single|one) fraction|通分"), _is_one_fraction),
    (_asks(r"partial fractions|部分分式"), _is_in_parts),
    (_asks(r"(?:single|one) log"), _has_one_logarithm),
    (_asks(r"as (?:a|one)(?: single)? power"), _is_power),
    (_asks(r"rationali[sz]e|有理化"), _is_rational_below),
    (_asks(rf"{FORM}[a-z]\s*=\s*[a-z]"), _is_solved),
    (_asks(rf"{FORM}[^=.;?]*=\s*0"), _has_zero),
)
OF_TEXTS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_asks(r"standard form|scientific notation|科学记数法|科学计数法"), lambda text: SCIENTIFIC.search(plain(text)) is not None),
    (_asks(r"\bas an? (?:\w+ )?fraction|improper fraction|mixed number"), lambda text: FRACTION.search(text) is not None),
    (_asks(r"\bas an? (?:\w+ )?decimal|化[为成]小数"), lambda text: FRACTION.search(text) is None),
)
