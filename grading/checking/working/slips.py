"""What an expression or an equation becomes under a known mistake: where that is what was written, the mistake has a name.

Each function yields `(code of MISCONCEPTIONS, what comes out)`, the more telling mistakes first.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice

from grading.checking.working.calculus import NoRule, differentiate, integrate
from grading.checking.working.expressions import Expression, Number, Operation, Symbol, number, symbols

MOST = 400  # variants of one expression

type Variants = Iterator[tuple[str, Expression]]
type Rule = Callable[[Expression], Variants]


def expression_slips(expression: Expression) -> Variants:
    """The expression with one mistake in it, anywhere."""
    return islice(_everywhere(expression), MOST)


def _everywhere(expression: Expression) -> Variants:
    for rule in RULES:
        yield from _with_rule(rule, expression)


def _with_rule(rule: Rule, expression: Expression) -> Variants:
    yield from rule(expression)
    if isinstance(expression, Operation):
        for at, operand in enumerate(expression.operands):
            for code, variant in _with_rule(rule, operand):
                yield code, Operation(expression.name, (*expression.operands[:at], variant, *expression.operands[at + 1 :]))


def terms(expression: Expression, sign: int = 1) -> list[tuple[int, Expression]]:
    """The terms of a sum with their signs; anything else is one term."""
    match expression:
        case Operation(name="+", operands=(left, right)):
            return terms(left, sign) + terms(right, sign)
        case Operation(name="-", operands=(left, right)):
            return terms(left, sign) + terms(right, -sign)
        case Operation(name="neg", operands=(inside,)):
            return terms(inside, -sign)
    return [(sign, expression)]


def total(signed: list[tuple[int, Expression]]) -> Expression:
    """The sum of terms; 0 for none."""
    if not signed:
        return number(0)
    (sign, first), *rest = signed
    value = first if sign > 0 else Operation("neg", (first,))
    for sign, term in rest:
        value = Operation("+" if sign > 0 else "-", (value, term))
    return value


def _op(name: str, *operands: Expression) -> Expression:
    return Operation(name, operands)


# --- Brackets --------------------------------------------------------------------------------------------------------------


def _bracket(expression: Expression) -> Variants:
    match expression:
        case Operation(name="-", operands=(left, Operation(name="+" | "-") as bracket)):
            yield from _minus_bracket(terms(left), bracket)
        case Operation(name="neg", operands=(Operation(name="+" | "-") as bracket,)):
            yield from _minus_bracket([], bracket)
        case Operation(name="-", operands=(left, Operation(name="*", operands=(factor, Operation(name="+" | "-") as bracket)))):
            (sign, first), *rest = terms(bracket)
            kept = [(-sign, _op("*", factor, first)), *((sign, _op("*", factor, term)) for sign, term in rest)]
            yield "minus_bracket", total(terms(left) + kept)
        case Operation(name="*", operands=(factor, bracket)) | Operation(name="*", operands=(bracket, factor)) if len(terms(bracket)) > 1:
            yield from _distribute(factor, bracket)


def _minus_bracket(before: list[tuple[int, Expression]], bracket: Expression) -> Variants:
    (sign, first), *rest = terms(bracket)
    yield "minus_bracket", total([*before, (-sign, first), *rest])


def _distribute(factor: Expression, bracket: Expression) -> Variants:
    inside = terms(bracket)
    if len(others := terms(factor)) > 1:
        yield "squared_termwise", total([(a * b, _op("*", left, right)) for (a, left), (b, right) in zip(others, inside, strict=False)])
        return
    for kept in range(len(inside)):
        multiplied = [(sign, _op("*", factor, term) if at == kept else term) for at, (sign, term) in enumerate(inside)]
        yield "distributed_partly", total(multiplied)
    (factor_sign, _), *_ = others
    if factor_sign < 0 or (isinstance(factor, Number) and factor.value < 0):
        sign, first = inside[0]
        yield "minus_bracket", total([(sign, _op("*", factor, first)), *((-sign, _op("*", factor, term)) for sign, term in inside[1:])])


def _power(expression: Expression) -> Variants:
    match expression:
        case Operation(name="^", operands=(Operation(name="+" | "-") as bracket, exponent)):
            inside = terms(bracket)
            yield "squared_termwise", total([(sign, _op("^", term, exponent)) for sign, term in inside])
            yield "squared_termwise", total([(1, _op("^", term, exponent)) for _, term in inside])
            if len(inside) == 2 and exponent == number(2):
                yield from _binomial(inside)
        case Operation(name="^", operands=(Operation(name="*", operands=(left, right)), exponent)):
            yield "power_of_one_factor", _op("*", left, _op("^", right, exponent))
            yield "power_of_one_factor", _op("*", _op("^", left, exponent), right)
        case Operation(name="^", operands=(Operation(name="neg", operands=(inside,)), exponent)):
            yield "negative_squared", _op("neg", _op("^", inside, exponent))
        case Operation(name="neg", operands=(Operation(name="^", operands=(base, exponent)),)):
            yield "negative_squared", _op("^", _op("neg", base), exponent)
        case Operation(name="-", operands=(left, Operation(name="^", operands=(base, exponent)))):
            yield "negative_squared", _op("+", left, _op("^", base, exponent))
        case Operation(name="sqrt", operands=(Operation(name="+" | "-") as bracket,)):
            yield "root_termwise", total([(sign, _op("sqrt", term)) for sign, term in terms(bracket)])
        case Operation(name="sqrt", operands=(inside,)):
            yield "root_as_half", _op("/", inside, number(2))


def _binomial(inside: list[tuple[int, Expression]]) -> Variants:
    """Of the square of two terms: without the 2, and with a wrong sign."""
    (a, first), (b, second) = inside
    squares = [_op("^", first, number(2)), _op("^", second, number(2))]
    middle = _op("*", first, second)
    yield "squared_termwise", total([(1, squares[0]), (a * b, middle), (1, squares[1])])
    twice = _op("*", number(2), middle)
    yield "sign_slip", total([(1, squares[0]), (-a * b, twice), (1, squares[1])])
    yield "sign_slip", total([(1, squares[0]), (a * b, twice), (-1, squares[1])])


def _exponents(expression: Expression) -> Variants:
    match expression:
        case Operation(name="^", operands=(Operation(name="^", operands=(base, inner)), outer)):
            yield "exponent_rule", _op("^", base, _op("+", inner, outer))
            yield "exponent_rule", _op("^", base, _op("^", inner, outer))
        case Operation(name="^", operands=(base, Operation(name="neg", operands=(exponent,)))):
            yield "negative_exponent", _op("neg", _op("^", base, exponent))
            yield "negative_exponent", _op("^", base, exponent)
        case Operation(name="^", operands=(base, exponent)):
            yield "power_as_product", _op("*", base, exponent)
        case Operation(name="*" | "/" as name, operands=(left, right)):
            (a, m), (b, n) = _base(left), _base(right)
            if a == b and (isinstance(a, Symbol) or m != number(1) or n != number(1)):
                yield "exponent_rule", _op("^", a, _op(name, m, n))
                yield "exponent_rule", _op("^", _op(name, a, b), _op("+" if name == "*" else "-", m, n))


def _base(expression: Expression) -> tuple[Expression, Expression]:
    match expression:
        case Operation(name="^", operands=(base, exponent)):
            return base, exponent
    return expression, number(1)


# --- Fractions -------------------------------------------------------------------------------------------------------------


def _fraction(expression: Expression) -> Variants:
    match expression:
        case Operation(
            name="+" | "-" as name,
            operands=(Operation(name="/", operands=(a, b)), Operation(name="/", operands=(c, d))),
        ):
            yield "fractions_added_termwise", _op("/", _op(name, a, c), _op(name, b, d))
            yield "fractions_added_termwise", _op("/", _op(name, a, c), _op("*", b, d))
        case Operation(name="+" | "-" as name, operands=(Operation(name="/", operands=(a, b)), c)):
            yield "fractions_added_termwise", _op("/", _op(name, a, c), b)
        case Operation(name="+" | "-" as name, operands=(c, Operation(name="/", operands=(a, b)))):
            yield "fractions_added_termwise", _op("/", _op(name, c, a), b)
        case (
            Operation(name="*", operands=(Operation(name="/", operands=(a, b)), c))
            | Operation(name="*", operands=(c, Operation(name="/", operands=(a, b))))
        ):
            yield "fraction_scaled_twice", _op("/", _op("*", a, c), _op("*", b, c))
        case Operation(name="/", operands=(left, Operation(name="/", operands=(a, b)))):
            yield "reciprocal_forgotten", _op("/", _op("*", left, a), b)
            yield "divided_wrong_way", _op("/", _op("/", a, b), left)
        case Operation(name="/", operands=(Operation(name="*", operands=(a, b)), c)):
            yield "fraction_scaled_twice", _op("/", _op("*", a, b), _op("*", a, c))
            yield from _quotient(_op("*", a, b), c)
        case Operation(name="/", operands=(top, bottom)):
            yield from _quotient(top, bottom)


def _quotient(top: Expression, bottom: Expression) -> Variants:
    above, below = terms(top), terms(bottom)
    if len(above) > 1 or len(below) > 1:
        for at, (_, term) in enumerate(above):
            for under, (_, other) in enumerate(below):
                if term == other:
                    rest, remaining = above[:at] + above[at + 1 :], below[:under] + below[under + 1 :]
                    yield "cancelled_terms", _op("/", total(rest), total(remaining)) if remaining else total(rest)
    if len(above) > 1:
        for at, (sign, term) in enumerate(above):
            yield "divided_partly", total([*above[:at], (sign, _op("/", term, bottom)), *above[at + 1 :]])
        for at in range(len(above)):
            if _shares_factor(above[at][1], bottom):
                yield "cancelled_terms", total([(s, _op("/", t, bottom)) if i == at else (s, t) for i, (s, t) in enumerate(above)])
    yield "divided_wrong_way", _op("/", bottom, top)


def _shares_factor(term: Expression, bottom: Expression) -> bool:
    match term:
        case Operation(name="*", operands=(left, right)):
            return bottom in (left, right)
    return False


# --- Terms, signs, order ---------------------------------------------------------------------------------------------------


def _like_terms(expression: Expression) -> Variants:
    """`2x + 3` as `5x`, `2x + 3x` as `5x^2` or `6x`, `x + x` as `x^2`."""
    inside = terms(expression)
    if not 2 <= len(inside) <= 8:
        return
    for at, (sign, left) in enumerate(inside):
        for other in range(at + 1, len(inside)):
            b, right = inside[other]
            rest = inside[:at] + inside[at + 1 : other] + inside[other + 1 :]
            for code, combined in _combined(sign, left, b, right):
                yield code, total([*rest, (1, combined)])


def _combined(a: int, left: Expression, b: int, right: Expression) -> Variants:
    (m, p), (n, q) = _coefficient(left), _coefficient(right)
    added = number(a * m + b * n)
    if p != q:
        for kept in (p, q):
            if kept != number(1):
                yield "unlike_terms", _op("*", added, kept)
        if number(1) not in (p, q):
            yield "unlike_terms", _op("*", added, _op("*", p, q))
    elif p != number(1):
        yield "exponent_rule", _op("*", added, _op("*", p, p))
        yield "combined_wrongly", _op("*", number(a * m * b * n), p)
        yield "combined_wrongly", _op("*", number(a * m - b * n), p)


def _coefficient(term: Expression) -> tuple[Fraction, Expression]:
    match term:
        case Number(value=value):
            return value, number(1)
        case Operation(name="*", operands=(Number(value=value), rest)):
            return value, rest
        case Operation(name="neg", operands=(inside,)):
            value, rest = _coefficient(inside)
            return -value, rest
    return Fraction(1), term


def _signs(expression: Expression) -> Variants:
    match expression:
        case Operation(name="-", operands=(left, Operation(name="neg", operands=(right,)))):
            yield "double_negative", _op("-", left, right)
        case Operation(name="-", operands=(left, Number(value=value))) if value < 0:
            yield "double_negative", _op("+", left, number(value))
        case Operation(name="*" | "/", operands=(left, right)) if _is_negative(left) or _is_negative(right):
            yield "sign_of_product", _op("neg", expression)


def _is_negative(expression: Expression) -> bool:
    return (isinstance(expression, Operation) and expression.name == "neg") or (isinstance(expression, Number) and expression.value < 0)


def _order(expression: Expression) -> Variants:
    match expression:
        case Operation(name="+" | "-" as outer, operands=(left, Operation(name="*" | "/" as inner, operands=(a, b)))):
            yield "order_of_operations", _op(inner, _op(outer, left, a), b)
        case Operation(name="-" as outer, operands=(left, Operation(name="neg"))):
            return
        case Operation(name="+" | "-" as outer, operands=(Operation(name="*" | "/" as inner, operands=(a, b)), right)):
            yield "order_of_operations", _op(inner, a, _op(outer, b, right))
        case Operation(name="*" | "/" as outer, operands=(left, Operation(name="^", operands=(base, exponent)))):
            yield "order_of_operations", _op("^", _op(outer, left, base), exponent)
        case Operation(name="+" | "-" as outer, operands=(Operation(name="-", operands=(a, b)), right)):
            yield "order_of_operations", _op("-", a, _op(outer, b, right))
        case Operation(name="*" | "/" as outer, operands=(Operation(name="/", operands=(a, b)), right)):
            yield "order_of_operations", _op("/", a, _op(outer, b, right))


def _percent(expression: Expression) -> Variants:
    match expression:
        case (
            Operation(name="*", operands=(Operation(name="%", operands=(share,)), whole))
            | Operation(name="*", operands=(whole, Operation(name="%", operands=(share,))))
        ):
            yield "percent_as_number", _op("*", share, whole)
            yield "percent_as_number", _op("/", whole, share)
            yield "decimal_point", _op("/", _op("*", share, whole), number(1000))
            yield "decimal_point", _op("/", _op("*", share, whole), number(10))
        case Operation(name="+" | "-" as name, operands=(left, Operation(name="%", operands=(share,)))):
            yield "percent_added", _op(name, left, share)


def _other_operation(expression: Expression) -> Variants:
    """The numbers are right, the operation is another."""
    match expression:
        case Operation(name="+" | "-" | "*" | "/" as name, operands=(left, right)):
            for other in "+-*/":
                if other != name:
                    yield "wrong_operation", _op(other, left, right)
            if name == "-":
                yield "sign_slip", _op("-", right, left)


def _calculus(expression: Expression) -> Variants:
    match expression:
        case Operation(name="derivative", operands=(inside, Symbol(name=by))):
            for code in ("power_rule", "coefficient_lost", "product_rule", "quotient_rule", "chain_rule", "constant_kept", "trig_sign"):
                yield from _without_failing(code, lambda code=code: differentiate(inside, by, code))  # type: ignore[misc]
            yield from _without_failing("integrated_instead", lambda: integrate(inside, by, ""))
        case Operation(name="integral", operands=(inside, Symbol(name=by))):
            for code, slip in INTEGRAL_SLIPS:
                yield from _without_failing(code, lambda slip=slip: integrate(inside, by, slip))  # type: ignore[misc]
        case Operation(name="integral", operands=(inside, variable, low, high)):
            yield "limits_swapped", _op("integral", inside, variable, high, low)


INTEGRAL_SLIPS = (
    ("integral_not_divided", "not_divided"),
    ("integral_not_divided", "divided_by_old"),
    ("differentiated_instead", "differentiated"),
)


def _without_failing(code: str, variant: Callable[[], Expression]) -> Variants:
    try:
        yield code, variant()
    except NoRule:
        return


RULES: tuple[Rule, ...] = (
    _calculus,
    _percent,
    _bracket,
    _power,
    _exponents,
    _fraction,
    _signs,
    _order,
    _like_terms,
    _other_operation,
)


# --- Equations ---------------------------------------------------------------------------------------------------------------

type Equations = Iterator[tuple[str, Expression, Expression]]


def equation_slips(left: Expression, right: Expression) -> Equations:
    """The equation after a mistake that belongs to solving, and then with a mistake in one of its sides."""
    yield from islice(_equation_slips(left, right), MOST)


def _equation_slips(left: Expression, right: Expression) -> Equations:
    lefts, rights = list(expression_slips(left)), list(expression_slips(right))
    yield from _factor(left, right)
    yield from _factor(right, left)
    yield from ((code, variant, right) for code, variant in lefts if code in BRACKETS)
    yield from ((code, left, variant) for code, variant in rights if code in BRACKETS)
    yield from _flipped(left, right)
    yield from _powers(left, right)
    yield from _zero_product(left, right)
    yield from ((code, variant, right) for code, variant in lefts if code not in LATE | BRACKETS)
    yield from ((code, left, variant) for code, variant in rights if code not in LATE | BRACKETS)
    yield from _dropped(left, right)
    yield from _scaled(left, right)
    yield from ((code, variant, right) for code, variant in lefts if code in LATE)
    yield from ((code, left, variant) for code, variant in rights if code in LATE)


BRACKETS = frozenset({"distributed_partly", "minus_bracket", "squared_termwise"})
LATE = frozenset({"wrong_operation", "order_of_operations", "sign_slip", "divided_wrong_way"})  # too general to be looked for first


def _flipped(left: Expression, right: Expression) -> Equations:
    """A term that changed sides with its sign: the same as the equation with that sign turned round."""
    lefts, rights = terms(left), terms(right)
    for at, (sign, term) in enumerate(lefts):
        if len(lefts) > 1 or symbols(term):
            yield "sign_lost" if len(lefts) > 1 else "sign_slip", total([*lefts[:at], (-sign, term), *lefts[at + 1 :]]), right
    for at, (sign, term) in enumerate(rights):
        if len(rights) > 1 or symbols(term):
            yield "sign_lost" if len(rights) > 1 else "sign_slip", left, total([*rights[:at], (-sign, term), *rights[at + 1 :]])


def _factor(side: Expression, other: Expression) -> Equations:
    """`3x = 6` as `x = 6 - 3`, `x = 3/6`, `x = 6 x 3`; `x/3 = 6` as `x = 6/3`."""
    match side:
        case Operation(name="*", operands=(Number() as factor, rest)) if symbols(rest):
            yield "coefficient_subtracted", rest, _op("-", other, factor)
            yield "divided_wrong_way", rest, _op("/", factor, other)
            yield "wrong_operation", rest, _op("*", other, factor)
        case Operation(name="neg", operands=(rest,)) if symbols(rest):
            yield "sign_slip", rest, other
        case Operation(name="/", operands=(rest, Number() as divisor)) if symbols(rest):
            yield "wrong_operation", rest, _op("/", other, divisor)
            yield "coefficient_subtracted", rest, _op("-", other, divisor)
            yield "wrong_operation", rest, _op("+", other, divisor)


def _powers(left: Expression, right: Expression) -> Equations:
    match left:
        case Operation(name="^", operands=(base, Number(value=exponent))) if exponent == 2:
            yield "root_as_half", base, _op("/", right, number(2))
            yield "root_as_half", base, right
        case Operation(name="sqrt", operands=(inside,)):
            yield "root_as_half", inside, _op("*", number(2), right)
            yield "root_as_half", inside, right


def _zero_product(left: Expression, right: Expression) -> Equations:
    match left:
        case Operation(name="*", operands=(a, b)) if symbols(a) and symbols(b) and right != number(0):
            yield "zero_product", _op("*", _op("-", a, right), _op("-", b, right)), number(0)
        case Operation(name="*", operands=(a, b)) if symbols(a) == symbols(b) and symbols(a):
            yield "root_sign", _op("*", _negated_root(a), _negated_root(b)), number(0)


def _negated_root(factor: Expression) -> Expression:
    (sign, first), *rest = terms(factor)
    return total([(sign, first), *((-sign, term) for sign, term in rest)])


def _dropped(left: Expression, right: Expression) -> Equations:
    """A term that vanished from one side."""
    for one, other, swapped in ((left, right, False), (right, left, True)):
        parts = terms(one)
        if len(parts) < 2:
            continue
        for at in range(len(parts)):
            rest = total(parts[:at] + parts[at + 1 :])
            yield ("one_side_only", other, rest) if swapped else ("one_side_only", rest, other)


def _scaled(left: Expression, right: Expression) -> Equations:
    """Multiplied or divided by a number of the equation, but for one term, or on one side only."""
    lefts, rights = terms(left), terms(right)
    for factor in _factors(left, right):
        for operation in "/*":
            both = (
                [(sign, _op(operation, term, factor)) for sign, term in lefts],
                [(sign, _op(operation, term, factor)) for sign, term in rights],
            )
            yield "one_side_only", total(both[0]), right
            yield "one_side_only", left, total(both[1])
            for at, term in enumerate(lefts):
                if len(lefts) + len(rights) > 2:
                    yield "scaled_partly", total([*both[0][:at], term, *both[0][at + 1 :]]), total(both[1])
            for at, term in enumerate(rights):
                if len(lefts) + len(rights) > 2:
                    yield "scaled_partly", total(both[0]), total([*both[1][:at], term, *both[1][at + 1 :]])


def _factors(left: Expression, right: Expression) -> list[Number]:
    """The coefficients and denominators of the terms."""
    found = []
    for _, term in terms(left) + terms(right):
        match term:
            case Operation(name="*", operands=(Number() as factor, _)) | Operation(name="/", operands=(_, Number() as factor)):
                found.append(factor)
            case Operation(name="*", operands=(Operation(name="/", operands=(_, Number() as factor)), _)):
                found.append(factor)
    return list(dict.fromkeys(found))


def pair_slips(first: tuple[Expression, Expression], second: tuple[Expression, Expression]) -> Equations:
    """Two equations added or subtracted, not in the same way on both sides."""
    (a, b), (c, d) = first, second
    for name, other in (("+", "-"), ("-", "+")):
        yield "wrong_operation", _op(name, a, c), _op(other, b, d)
        yield "wrong_operation", _op(name, a, c), b
    yield from ((code, variant, _op("-", b, d)) for code, variant in expression_slips(_op("-", a, c)) if code == "minus_bracket")
