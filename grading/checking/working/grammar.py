"""From tokens to expressions, by recursive descent."""

from collections.abc import Sequence
from fractions import Fraction

from grading.checking.working.degrees import as_radians
from grading.checking.working.expressions import CONSTANTS, Expression, Number, Operation, Symbol, symbols
from grading.checking.working.tokens import Token

DEEPEST = 40  # nested brackets, powers and signs
CLOSING = {"(": ")", "[": "]", "{": "}", "floor": "floor", "ceil": "ceil"}
FUNCTION_LETTERS = frozenset("fghFG")
SIGNED = {"+", "-", "±", "∓"}


class Unreadable(Exception):
    """The tokens are no expression."""


def parse(tokens: Sequence[Token], *, tight: bool) -> Expression:
    """The expression that all of `tokens` are. `tight` reads `1/2x` as 1/(2x), and not as (1/2)x. Raises `Unreadable`."""
    parser = _Parser(tokens, tight)
    expression = parser.sum()
    if parser.at < len(tokens):
        raise Unreadable(tokens[parser.at].text)
    return expression


class _Parser:
    def __init__(self, tokens: Sequence[Token], tight: bool) -> None:
        self.tokens = tokens
        self.tight = tight
        self.at = 0
        self.depth = 0
        self.bars = 0

    # --- Looking ahead

    def peek(self, ahead: int = 0) -> Token | None:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def next_is(self, *texts: str) -> bool:
        token = self.peek()
        return token is not None and token.kind in ("operator", "open", "close") and token.text in texts

    def take(self) -> Token:
        token = self.peek()
        if token is None:
            raise Unreadable("ends too early")
        self.at += 1
        return token

    def expect(self, text: str) -> None:
        if self.take().text != text:
            raise Unreadable(f"no {text}")

    # --- The grammar, from the loosest to the tightest

    def sum(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("too deep")
        left = self.product()
        while self.next_is(*SIGNED):
            left = Operation(self.take().text, (left, self.product()))
        self.depth -= 1
        return left

    def product(self) -> Expression:
        left = self.signed()
        while True:
            if self.next_is("*", "/", ":"):
                sign = self.take()
                if sign.text == ":" and self.next_is_ratio(left):
                    raise Unreadable("a ratio of three")
                left = Operation(sign.text.replace(":", "/"), (left, self.divisor() if sign.loose and self.tight else self.signed()))
            elif self.begins_factor():
                left = Operation("*", (left, self.power()))
            else:
                return left

    def next_is_ratio(self, left: Expression) -> bool:
        """Whether `a:b:c` goes on from here; of numbers it may be two divisions."""
        after = self.peek(1)
        return bool(symbols(left)) and after is not None and after.text == ":"

    def divisor(self) -> Expression:
        """`a÷b/c` as a ÷ (b/c)."""
        top = self.signed()
        while self.next_is("/") and not self.tokens[self.at].loose:
            self.take()
            top = Operation("/", (top, self.signed()))
        return top

    def signed(self) -> Expression:
        if self.next_is(*SIGNED):
            self.depth += 1
            if self.depth > DEEPEST:
                raise Unreadable("too deep")
            sign, operand = self.take().text, self.signed()
            self.depth -= 1
            return operand if sign == "+" else Operation({"-": "neg"}.get(sign, sign), (operand,))
        factor = self.power()
        while self.tight and self.begins_factor():
            factor = Operation("*", (factor, self.power()))
        return factor

    def begins_factor(self) -> bool:
        token = self.peek()
        if token is None:
            return False
        if token.kind == "operator":
            return token.text == "√" or (token.text == "|" and not self.bars)
        return token.kind in ("letter", "function", "open", "command") or (token.kind == "number" and self.before_ends_factor())

    def before_ends_factor(self) -> bool:
        before = self.tokens[self.at - 1]
        return (before.kind == "close" and before.text != "}") or before.text == "!"

    def power(self) -> Expression:
        base = self.postfix()
        if not self.next_is("^"):
            return base
        self.take()
        return Operation("^", (base, self.exponent()))

    def exponent(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("too deep")
        negative = self.next_is("-", "+") and self.take().text == "-"
        exponent = self.power()
        self.depth -= 1
        return Operation("neg", (exponent,)) if negative else exponent

    def postfix(self) -> Expression:
        value = self.atom()
        while self.next_is("%", "!", "'"):
            mark = self.take().text
            value = self.primed(value) if mark == "'" else Operation({"%": "%", "!": "factorial"}[mark], (value,))
        return value

    def primed(self, value: Expression) -> Expression:
        """`f'(x)`, `y'`, `(x^2)'`: derivatives by x."""
        if isinstance(value, Symbol) and value.name.rstrip("'") in FUNCTION_LETTERS and self.next_is("("):
            return Operation("apply", (Symbol(f"{value.name}'"), self.atom()))
        if isinstance(value, Symbol):
            return Symbol(f"{value.name}'")
        return Operation("derivative", (value, Symbol("x")))

    # --- Atoms

    def atom(self) -> Expression:
        token = self.take()
        match token.kind:
            case "number":
                return self.number(token)
            case "letter":
                return self.letter(token)
            case "open":
                return self.group(token)
            case "function":
                return self.function(token.text)
            case "command":
                return self.command(token.text)
            case "operator" if token.text == "|":
                return self.bars_around()
            case "operator" if token.text == "√":
                return Operation("sqrt", (self.postfix(),))
            case "operator" if token.text == "∫":
                return self.integral()
        raise Unreadable(token.text)

    def number(self, token: Token) -> Expression:
        assert token.value is not None
        whole = Number(token.value, token.decimals)
        after = self.peek()
        if after is None or after.kind != "command" or after.text != "frac" or token.value.denominator != 1:
            return whole
        start = self.at
        self.take()
        fraction = self.fraction()
        after = self.peek()
        if (
            isinstance(fraction, Operation)
            and all(isinstance(part, Number) for part in fraction.operands)
            and (after is None or after.kind != "command")
        ):
            return Operation("+", (whole, fraction))  # a mixed number
        self.at = start
        return whole

    def letter(self, token: Token) -> Expression:
        symbol = Symbol(token.text)
        if token.text in FUNCTION_LETTERS and [part.text for part in self.tokens[self.at : self.at + 3]] == ["^", "{", "-"]:
            raise Unreadable("an inverse function")
        if token.text in FUNCTION_LETTERS and self.next_is("(") and self.tokens[self.at].glued:
            return Operation("apply", (symbol, self.atom()))
        return symbol

    def group(self, opening: Token) -> Expression:
        bars, self.bars = self.bars, 0
        inside = self.sum()
        self.bars = bars
        self.expect(CLOSING[opening.text])
        return Operation(opening.text, (inside,)) if opening.text in ("floor", "ceil") else inside

    def bars_around(self) -> Expression:
        if self.bars:
            raise Unreadable("bars in bars")  # which of them open and which close cannot be told
        self.bars += 1
        inside = self.sum()
        self.bars -= 1
        self.expect("|")
        return Operation("abs", (inside,))

    def function(self, name: str) -> Expression:
        base: tuple[Expression, ...] = ()
        exponent: Expression | None = None
        if name == "log" and self.is_glued_base():
            base = (self.atom(),)
        while self.next_is("_", "^"):
            if self.take().text == "_":
                base = (self.atom(),)
            else:
                exponent = self.exponent()
        argument = as_radians(self.argument())
        if exponent == Operation("neg", (Number(Fraction(1)),)):
            return Operation(f"arc{name}", (argument,))
        value = Operation(name, (argument, *base))
        return Operation("^", (value, exponent)) if exponent else value

    def is_glued_base(self) -> bool:
        """`log2(8)` and `log2 8`: digits between the function and what it is taken of."""
        base, after = self.peek(), self.peek(1)
        return base is not None and base.kind == "number" and base.glued and after is not None and after.kind in ("number", "open")

    def argument(self) -> Expression:
        """A bracket, or the factors that follow: `sin 2x` is sin(2x), `sin(x) cos x` is a product."""
        if self.next_is("(", "[", "{"):
            return self.power() if not self.next_is("{") else self.atom()
        argument = self.signed() if self.next_is("-") else self.power()
        while (token := self.peek()) and token.kind in ("letter", "command"):
            argument = Operation("*", (argument, self.power()))
        after = self.peek(1)
        if symbols(argument) == {"pi"} and self.next_is("/") and after is not None and after.kind == "number":  # `cos π/4`
            self.take()
            argument = Operation("/", (argument, self.atom()))
        return argument

    def command(self, name: str) -> Expression:
        match name:
            case "frac":
                return self.fraction()
            case "sqrt":
                return self.root()
            case "int":
                return self.integral()
            case "lim":
                variable, to = self.atom(), self.brace_or_digit()
                return Operation("limit", (self.product(), variable, to))
            case "sum":
                variable, *bounds = self.atom(), self.brace_or_digit(), self.brace_or_digit()
                return Operation("sum", (self.product(), variable, *bounds))
            case "between":
                inside, *bounds = self.brace_or_digit(), self.brace_or_digit(), self.brace_or_digit()
                letters = sorted(symbols(inside) - CONSTANTS.keys())
                if not letters:
                    raise Unreadable("nothing to put in")
                return Operation("between", (inside, Symbol("x" if "x" in letters else letters[0]), *bounds))
            case "binom":
                return Operation("binom", (self.brace_or_digit(), self.brace_or_digit()))
        raise Unreadable(name)

    def fraction(self) -> Expression:
        if (derivative := self.leibniz()) is not None:
            return derivative
        top = self.brace_or_digit()
        return Operation("/", (top, self.brace_or_digit()))

    def brace_or_digit(self) -> Expression:
        """The argument of a LaTeX command: `{…}`, or one letter or digit. Of `\\frac12` the number token is `12`."""
        token = self.peek()
        if token is None or token.kind != "number" or len(token.text) < 2 or not (token.text.isascii() and token.text.isdigit()):
            return self.atom()
        first, rest = token.text[0], token.text[1:]
        tokens = list(self.tokens)
        tokens[self.at] = Token("number", rest, token.start + 1, token.end, Fraction(rest), glued=True)
        self.tokens = tokens
        return Number(Fraction(first))

    def leibniz(self) -> Expression | None:
        r"""`\frac{d}{dx} …` and `\frac{dy}{dx}`; None where the fraction is another one."""
        texts = [token.text for token in self.tokens[self.at : self.at + 7]]
        kinds = [token.kind for token in self.tokens[self.at : self.at + 7]]
        if texts[:3] == ["{", "d", "}"] and texts[3:4] == ["{"] and kinds[4:5] == ["differential"]:
            self.at += 6
            return Operation("derivative", (self.power(), Symbol(texts[4])))
        if kinds[1:2] == ["differential"] and texts[2:4] == ["}", "{"] and kinds[4:5] == ["differential"]:
            self.at += 6
            return Symbol(f"{texts[1]}'")
        return None

    def root(self) -> Expression:
        if self.next_is("["):
            self.take()
            degree = self.sum()
            self.expect("]")
            return Operation("root", (self.atom(), degree))
        return Operation("sqrt", (self.brace_or_digit(),))

    def integral(self) -> Expression:
        limits: dict[str, Expression] = {}
        while self.next_is("_", "^"):
            sign = self.take().text
            limits[sign] = self.signed() if self.next_is("-") else self.brace_or_digit()
        inside: Expression = Number(Fraction(1)) if self.is_differential() else self.sum()
        if not self.is_differential():
            raise Unreadable("an integral without dx")
        variable = Symbol(self.take().text)
        return Operation("integral", (inside, variable, *(limits[sign] for sign in "_^" if sign in limits)))

    def is_differential(self) -> bool:
        token = self.peek()
        return token is not None and token.kind == "differential"
