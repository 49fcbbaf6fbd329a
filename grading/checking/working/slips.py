"""What an expression becomes under a known mistake: where that is what was written, the mistake has a name.

Each function yields `(code of MISCONCEPTIONS, what comes out)`, the more telling mistakes first.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice

from grading.checking.working.calculus import NoRule, differentiate, integrate
from grading.checking.working.expressions import Expression, Number, Operation, Symbol, number

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
    """The sum of terms, of one at least."""
    (sign, first), *rest = signed
    value = first if sign > 0 else Operation("neg", (first,))
    for sign, term in rest:
        value = Operation("+" if sign > 0 else "-", (value, term))
    return value


def operation(name: str, *operands: Expression) -> Expression:
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
            kept = [(-sign, operation("*", factor, first)), *((sign, operation("*", factor, term)) for sign, term in rest)]
            yield "minus_bracket", total(terms(left) + kept)
        case Operation(name="*", operands=(factor, bracket)) if len(terms(bracket)) > 1:
            yield from _distribute(factor, bracket)
        case Operation(name="*", operands=(bracket, factor)) if len(terms(bracket)) > 1:
            yield from _distribute(factor, bracket)


def _minus_bracket(before: list[tuple[int, Expression]], bracket: Expression) -> Variants:
    (sign, first), *rest = terms(bracket)
    yield "minus_bracket", total([*before, (-sign, first), *rest])


def _distribute(factor: Expression, bracket: Expression) -> Variants:
    inside = terms(bracket)
    if len(others := terms(factor)) > 1:
        yield (
            "squared_termwise",
            total([(a * b, operation("*", left, right)) for (a, left), (b, right) in zip(others, inside, strict=False)]),
        )
        return
    for kept in range(len(inside)):
        multiplied = [(sign, operation("*", factor, term) if at == kept else term) for at, (sign, term) in enumerate(inside)]
        yield "distributed_partly", total(multiplied)
    (factor_sign, _), *_ = others
    if factor_sign < 0 or (isinstance(factor, Number) and factor.value < 0):
        sign, first = inside[0]
        yield (
            "minus_bracket",
            total([(sign, operation("*", factor, first)), *((-sign, operation("*", factor, term)) for sign, term in inside[1:])]),
        )


def _power(expression: Expression) -> Variants:
    match expression:
        case Operation(name="^", operands=(Operation(name="+" | "-") as bracket, exponent)):
            inside = terms(bracket)
            yield "squared_termwise", total([(sign, operation("^", term, exponent)) for sign, term in inside])
            yield "squared_termwise", total([(1, operation("^", term, exponent)) for _, term in inside])
            if len(inside) == 2 and exponent == number(2):
                yield from _binomial(inside)
        case Operation(name="^", operands=(Operation(name="*", operands=(left, right)), exponent)):
            yield "power_of_one_factor", operation("*", left, operation("^", right, exponent))
            yield "power_of_one_factor", operation("*", operation("^", left, exponent), right)
        case Operation(name="^", operands=(Operation(name="neg", operands=(inside,)), exponent)):
            yield "negative_squared", operation("neg", operation("^", inside, exponent))
        case Operation(name="neg", operands=(Operation(name="^", operands=(base, exponent)),)):
            yield "negative_squared", operation("^", operation("neg", base), exponent)
        case Operation(name="-", operands=(left, Operation(name="^", operands=(base, exponent)))):
            yield "negative_squared", operation("+", left, operation("^", base, exponent))
        case Operation(name="sqrt", operands=(Operation(name="+" | "-") as bracket,)):
            yield "root_termwise", total([(sign, operation("sqrt", term)) for sign, term in terms(bracket)])
        case Operation(name="sqrt", operands=(inside,)):
            yield "root_as_half", operation("/", inside, number(2))


def _binomial(inside: list[tuple[int, Expression]]) -> Variants:
    """Of the square of two terms: without the 2, and with a wrong sign."""
    (a, first), (b, second) = inside
    squares = [operation("^", first, number(2)), operation("^", second, number(2))]
    middle = operation("*", first, second)
    yield "squared_termwise", total([(1, squares[0]), (a * b, middle), (1, squares[1])])
    twice = operation("*", number(2), middle)
    yield "sign_slip", total([(1, squares[0]), (-a * b, twice), (1, squares[1])])
    yield "sign_slip", total([(1, squares[0]), (a * b, twice), (-1, squares[1])])


def _exponents(expression: Expression) -> Variants:
    match expression:
        case Operation(name="^", operands=(Operation(name="^", operands=(base, inner)), outer)):
            yield "exponent_rule", operation("^", base, operation("+", inner, outer))
            yield "exponent_rule", operation("^", base, operation("^", inner, outer))
        case Operation(name="^", operands=(base, Operation(name="neg", operands=(exponent,)))):
            yield "negative_exponent", operation("neg", operation("^", base, exponent))
            yield "negative_exponent", operation("^", base, exponent)
        case Operation(name="^", operands=(base, exponent)):
            yield "power_as_product", operation("*", base, exponent)
        case Operation(name="*" | "/" as name, operands=(left, right)):
            (a, m), (b, n) = _base(left), _base(right)
            if a == b and (isinstance(a, Symbol) or m != number(1) or n != number(1)):
                yield "exponent_rule", operation("^", a, operation(name, m, n))
                yield "exponent_rule", operation("^", operation(name, a, b), operation("+" if name == "*" else "-", m, n))


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
            yield "fractions_added_termwise", operation("/", operation(name, a, c), operation(name, b, d))
            yield "fractions_added_termwise", operation("/", operation(name, a, c), operation("*", b, d))
        case Operation(name="+" | "-" as name, operands=(Operation(name="/", operands=(a, b)), c)):
            yield "fractions_added_termwise", operation("/", operation(name, a, c), b)
        case Operation(name="+" | "-" as name, operands=(c, Operation(name="/", operands=(a, b)))):
            yield "fractions_added_termwise", operation("/", operation(name, c, a), b)
        case (
            Operation(name="*", operands=(Operation(name="/", operands=(a, b)), c))
            | Operation(name="*", operands=(c, Operation(name="/", operands=(a, b))))
        ):
            yield "fraction_scaled_twice", operation("/", operation("*", a, c), operation("*", b, c))
        case Operation(name="/", operands=(left, Operation(name="/", operands=(a, b)))):
            yield "reciprocal_forgotten", operation("/", operation("*", left, a), b)
            yield "divided_wrong_way", operation("/", operation("/", a, b), left)
        case Operation(name="/", operands=(Operation(name="*", operands=(a, b)), c)):
            yield "fraction_scaled_twice", operation("/", operation("*", a, b), operation("*", a, c))
            yield from _quotient(operation("*", a, b), c)
        case Operation(name="/", operands=(top, bottom)):
            yield from _quotient(top, bottom)


def _quotient(top: Expression, bottom: Expression) -> Variants:
    above, below = terms(top), terms(bottom)
    if len(above) > 1 or len(below) > 1:
        for at, (_, term) in enumerate(above):
            for under, (_, other) in enumerate(below):
                if term == other:
                    rest, remaining = above[:at] + above[at + 1 :], below[:under] + below[under + 1 :]
                    left = total(rest) if rest else number(1)
                    yield "cancelled_terms", operation("/", left, total(remaining)) if remaining else left
    if len(above) > 1:
        for at, (sign, term) in enumerate(above):
            yield "divided_partly", total([*above[:at], (sign, operation("/", term, bottom)), *above[at + 1 :]])
        for at in range(len(above)):
            if _shares_factor(above[at][1], bottom):
                yield "cancelled_terms", total([(s, operation("/", t, bottom)) if i == at else (s, t) for i, (s, t) in enumerate(above)])
    yield "divided_wrong_way", operation("/", bottom, top)


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
                yield "unlike_terms", operation("*", added, kept)
        if number(1) not in (p, q):
            yield "unlike_terms", operation("*", added, operation("*", p, q))
    elif p != number(1):
        yield "exponent_rule", operation("*", added, operation("*", p, p))
        yield "combined_wrongly", operation("*", number(a * m * b * n), p)
        yield "combined_wrongly", operation("*", number(a * m - b * n), p)


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
            yield "double_negative", operation("-", left, right)
        case Operation(name="-", operands=(left, Number(value=value))) if value < 0:
            yield "double_negative", operation("+", left, number(value))
        case Operation(name="*" | "/", operands=(left, right)) if _is_negative(left) or _is_negative(right):
            yield "sign_of_product", operation("neg", expression)


def _is_negative(expression: Expression) -> bool:
    return (isinstance(expression, Operation) and expression.name == "neg") or (isinstance(expression, Number) and expression.value < 0)


def _order(expression: Expression) -> Variants:
    match expression:
        case Operation(name="+" | "-" as outer, operands=(left, Operation(name="*" | "/" as inner, operands=(a, b)))):
            yield "order_of_operations", operation(inner, operation(outer, left, a), b)
        case Operation(name="-" as outer, operands=(left, Operation(name="neg"))):
            return
        case Operation(name="+" | "-" as outer, operands=(Operation(name="*" | "/" as inner, operands=(a, b)), right)):
            yield "order_of_operations", operation(inner, a, operation(outer, b, right))
        case Operation(name="*" | "/" as outer, operands=(left, Operation(name="^", operands=(base, exponent)))):
            yield "order_of_operations", operation("^", operation(outer, left, base), exponent)
        case Operation(name="+" | "-" as outer, operands=(Operation(name="-", operands=(a, b)), right)):
            yield "order_of_operations", operation("-", a, operation(outer, b, right))
        case Operation(name="*" | "/" as outer, operands=(Operation(name="/", operands=(a, b)), right)):
            yield "order_of_operations", operation("/", a, operation(outer, b, right))


def _percent(expression: Expression) -> Variants:
    match expression:
        case (
            Operation(name="*", operands=(Operation(name="%", operands=(share,)), whole))
            | Operation(name="*", operands=(whole, Operation(name="%", operands=(share,))))
        ):
            yield "percent_as_number", operation("*", share, whole)
            yield "percent_as_number", operation("/", whole, share)
            yield "decimal_point", operation("/", operation("*", share, whole), number(1000))
            yield "decimal_point", operation("/", operation("*", share, whole), number(10))
        case Operation(name="+" | "-" as name, operands=(left, Operation(name="%", operands=(share,)))):
            yield "percent_added", operation(name, left, share)


def _other_operation(expression: Expression) -> Variants:
    """The numbers are right, the operation is another."""
    match expression:
        case Operation(name="+" | "-" | "*" | "/" as name, operands=(left, right)):
            for other in "+-*/":
                if other != name:
                    yield "wrong_operation", operation(other, left, right)
            if name == "-":
                yield "sign_slip", operation("-", right, left)


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
            yield "limits_swapped", operation("integral", inside, variable, high, low)


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
