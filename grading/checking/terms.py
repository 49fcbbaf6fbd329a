r"""Reads sums, products, powers, fractions, roots and functions: the formulas inside of answers (`syntax` reads what holds them)."""

from fractions import Fraction

from grading.checking.cursor import Cursor
from grading.checking.nodes import InBase, NamedSet, Node, Num, Op, Quantity, Symbol
from grading.checking.tokens import FUNCTIONS, Token, Unreadable, letters
from grading.checking.units import read_unit

GREEK_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho sigma tau phi varphi chi psi omega"
    " Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell"
)
GREEK = frozenset("\\" + name for name in GREEK_NAMES.split())
DECORATIONS = frozenset({r"\vec", r"\overrightarrow", r"\overline", r"\hat", r"\bar", r"\widehat", r"\tilde", r"\angle", r"\triangle"})
NAMED_SETS = {r"\R": "R", r"\Z": "Z", r"\N": "N", r"\Q": "Q", r"\C": "C", r"\emptyset": "empty"}
CONSTANTS = {r"\pi": "pi", "pi": "pi", r"\infty": "oo", "infinity": "oo", "inf": "oo", "oo": "oo", "e": "e", "i": "i"}
SIGNS = ("+", "-", r"\pm", r"\mp")
TIMES = ("*", r"\times", r"\cdot", r"\ast")
DIVIDED = ("/", r"\div")
FLOORS = {r"\lfloor": ("floor", r"\rfloor"), r"\lceil": ("ceil", r"\rceil")}
FACTOR_COMMANDS = {r"\frac", r"\sqrt", r"\binom", r"\pi", r"\infty", *FLOORS} | GREEK | DECORATIONS | {f"\\{name}" for name in FUNCTIONS}
CHOSEN = {"C": "binomial", "P": "permutations", "A": "permutations"}  # `C_5^2`, `A_5^2` in Chinese schools, `5C2`, `5P2`
KNOWN_BASES = ("2", "10")  # `log2(8)`, `log10(5)` are written so in every programming language
OPAQUE = frozenset("fgh")  # `f(x)` is a function's value, `a(x+1)` a product
ROOTS = {"sqrt": 2, "cbrt": 3}
MINUS_ONE = Op("neg", (Num(Fraction(1), 0, 1),))


class Terms(Cursor):
    """`tight`: how `1/2x` is read, as `1/(2x)` or as `(1/2)x`; `ambiguous`: whether there was such a place."""

    def __init__(self, found: list[Token], *, tight: bool) -> None:
        super().__init__(found)
        self.tight = tight
        self.ambiguous = False
        self.bars = 0  # open `|`

    def bracketed(self, opening: str) -> Node:
        """What a bracket that was just taken opens."""
        raise NotImplementedError

    def braces(self) -> Node:
        r"""What a `\{` that was just taken opens."""
        raise NotImplementedError

    def environment(self, name: str) -> Node:
        raise NotImplementedError

    def inside(self, closing: str) -> Node:
        """What stands before a closing brace."""
        raise NotImplementedError

    # --- sums and products

    def sum(self) -> Node:
        self.deeper(1)
        node = self._signed()
        while self.peek(*SIGNS):
            sign = self.take().text
            right = self.product()
            node = Op("+", (node, right if sign == "+" else Op(_name_of(sign), (right,))))
        self.deeper(-1)
        return node

    def _signed(self) -> Node:
        if not self.peek(*SIGNS):
            return self.product()
        sign = self.take().text
        node = self.product()
        return node if sign == "+" else Op(_name_of(sign), (node,))

    def product(self) -> Node:
        node = self.power()
        divided = False  # the last sign was a slash
        while True:
            if self.accept(*TIMES):
                node, divided = Op("*", (node, self._factor())), False
            elif self.peek(*DIVIDED) and not (self.after_next and self.after_next.kind == "text"):
                self.take()
                node, divided = Op("/", (node, self._factor())), True
            elif self._starts_factor():
                node = self._beside(node, divided=divided)
            else:
                return node

    def _factor(self) -> Node:
        """A factor, with a sign of its own (`2*-3`)."""
        return Op("neg", (self.power(),)) if self.accept("-") else self.power()

    def _beside(self, node: Node, *, divided: bool) -> Node:
        """`2x`, `1\\frac12`; and `1/2x`, which people read in two ways."""
        if isinstance(node, Num) and self.kind("num"):
            raise Unreadable
        in_brackets = self.peek("(")
        right = self.power()
        if not in_brackets and _is_mixed(node, right):
            return Op("+", (node, right))
        if divided and isinstance(node, Op):
            self.ambiguous = True
            if self.tight:
                return Op("/", (node.args[0], Op("*", (node.args[1], right))))
        return Op("*", (node, right))

    def _starts_factor(self) -> bool:
        token = self.next
        if token is None or token.kind == "text":
            return False
        if token.kind == "word":
            return read_unit(token.text) is None and len(token.text) <= 3
        if token.kind == "cmd":
            return token.text in FACTOR_COMMANDS
        if token.kind == "env":
            return token.text.startswith(r"\begin")
        return token.kind in ("num", "name") or token.text in ("(", "{") or (token.text == "|" and not self.bars)

    # --- powers

    def power(self) -> Node:
        node = self.atom()
        while True:
            if self.accept("!"):
                node = Op("!", (node,))
            elif self.accept("%"):
                node = Quantity(node, "%")
            elif self.accept("^", "**"):
                node = self._raised(node)
            else:
                return node

    def _raised(self, node: Node) -> Node:
        if mark := self._mark():
            return Quantity(node, "°") if mark == r"\circ" else _primed(node)
        return Op("^", (node, self._exponent()))

    def _mark(self) -> str | None:
        r"""The `\circ` of `90^\circ` or the `\prime` of `f^{\prime}`."""
        if self.peek(r"\circ", r"\prime"):
            return self.take().text
        if self.peek("{") and self.after_next and self.after_next.text in (r"\circ", r"\prime"):
            return self.raw()
        return None

    def _exponent(self) -> Node:
        if self.accept("-"):
            return Op("neg", (self._exponent(),))
        if self.accept("+"):
            return self._exponent()
        node = self.argument(whole_number=True)
        return Op("^", (node, self._exponent())) if self.accept("^", "**") else node

    # --- atoms

    def atom(self) -> Node:
        token = self.take()
        match token.kind:
            case "num":
                return self._number(token.text)
            case "name":
                return self._name(token.text)
            case "word":
                self.at -= 1
                self.replace_next(*letters(token.text, token.glued))
                return self.atom()
            case "text" if is_letter(token):
                return self._name(token.text)
            case "env" if token.text.startswith(r"\begin"):
                return self.environment(token.text[7:-1])
            case "cmd":
                return self._command(token.text)
            case "op":
                return self.bracketed(token.text)
        raise Unreadable

    def _number(self, text: str) -> Node:
        if self.peek("_") and text.isdigit():
            self.take()
            base = self.raw()
            if base.isdigit() and 2 <= int(base) <= 36 and int(max(text)) < int(base):
                return InBase(text, int(base))
            raise Unreadable
        if "." in text and (self.peek(r"\overline", r"\dot") or self._is_repeated()):
            raise Unreadable  # a repeating decimal is a number, and read there
        return self._chosen_from(number(text)) or number(text)

    def _is_repeated(self) -> bool:
        """`0.1(6)`, with the digits that come again in brackets."""
        ahead = self.tokens[self.at : self.at + 3]
        return len(ahead) == 3 and ahead[0].text == "(" and ahead[0].glued and ahead[1].text.isdigit() and ahead[2].text == ")"

    def _chosen_from(self, total: Num) -> Node | None:
        """`5C2`; None where no such thing comes next."""
        name, part = self.next, self.after_next
        if not (name and part and name.glued and part.glued and name.text in CHOSEN and part.text.isdigit()):
            return None
        self.at += 2
        return chosen(name.text, total, number(part.text))

    def _name(self, name: str) -> Node:
        if name in FUNCTIONS or name in ("cbrt", "abs"):
            return self._function(name)
        if name in CONSTANTS and not self.peek("_"):
            return Symbol(CONSTANTS[name])
        return self._symbol(name)

    def _symbol(self, name: str) -> Node:
        name = name.lstrip("\\")
        if self.accept("_"):
            below = self.raw()
            if name in CHOSEN and below.isdigit() and self.accept("^"):
                return self._chosen_above(name, below)
            name += f"_{below}"
        while self.accept("'"):
            name += "'"
        if name in OPAQUE and self._is_inverse():
            name += "^{-1}"
        if ((name[:1] in OPAQUE and name[1:].strip("'") in ("", "^{-1}")) or name.endswith("'")) and self.accept("("):
            args = [self.sum()]
            while self.accept(",", ";"):
                args.append(self.sum())
            self.expect(")")
            return Op(f"apply {name}", tuple(args))
        return Symbol(name)

    def _is_inverse(self) -> bool:
        """The `^{-1}` of `f^{-1}(x)`, which is taken."""
        ahead = "".join(token.text for token in self.tokens[self.at : self.at + 6])
        length = next((length for length, text in ((5, "^{-1}("), (3, "^-1(")) if ahead.startswith(text)), 0)
        self.at += length
        return length > 0

    def _chosen_above(self, name: str, below: str) -> Node:
        """`C_5^2`; and `A_1^2`, the square of a value with an index, where the upper number is the larger one."""
        exponent, total = self._exponent(), number(below)
        if isinstance(exponent, Num) and 0 <= exponent.value <= total.value:
            return chosen(name, total, exponent)
        return Op("^", (Symbol(f"{name}_{below}"), exponent))

    def _command(self, name: str) -> Node:
        if name in NAMED_SETS:
            return NamedSet(NAMED_SETS[name] + (self.raw() if self.accept("^", "_") else ""))
        if name in CONSTANTS:
            return Symbol(CONSTANTS[name])
        if name in DECORATIONS:
            return self._symbol(_decorated(name[1:], self.raw_letters()))
        if name in GREEK:
            return self._symbol(name)
        if name[1:] in FUNCTIONS and name != r"\sqrt":
            return self._function(name[1:])
        return self._construct(name)

    def _construct(self, name: str) -> Node:
        match name:
            case r"\{":
                return self.braces()
            case r"\frac" | r"\binom":
                top = self.argument()
                return Op("/" if name == r"\frac" else "binomial", (top, self.argument()))
            case r"\sqrt":
                return self._root()
            case r"\lfloor" | r"\lceil":
                function, closing = FLOORS[name]
                node = self.sum()
                self.expect(closing)
                return Op(function, (node,))
        raise Unreadable

    def _root(self) -> Node:
        degree: Node = Num(Fraction(2))
        if self.accept("["):
            degree = self.sum()
            self.expect("]")
        return Op("root", (self.argument(), degree))

    # --- functions and arguments

    def _function(self, name: str) -> Node:
        """`\\sin 2x`, `\\sin^2 x`, `\\log_2 8`, `sqrt(3)`."""
        if name in ROOTS:
            return Op("root", (self.argument(), Num(Fraction(ROOTS[name]))))
        base = self._base() if name == "log" else ()
        exponent = self._exponent() if self.accept("^") else None
        if exponent == MINUS_ONE:
            name, exponent = f"arc{name}", None
            if name not in FUNCTIONS:
                raise Unreadable
        node = Op(name, (self._function_argument(), *base))
        return node if exponent is None else Op("^", (node, exponent))

    def _base(self) -> tuple[Node, ...]:
        """The base of a logarithm; `log3(9)` can be read in two ways."""
        if self.accept("_"):
            return (self.argument(),)
        digits, bracket = self.next, self.after_next
        if not (digits and digits.kind == "num" and digits.glued and bracket and bracket.text == "(" and bracket.glued):
            return ()
        self.ambiguous = self.ambiguous or digits.text not in KNOWN_BASES
        return (number(self.take().text),) if digits.text in KNOWN_BASES or self.tight else ()

    def _function_argument(self) -> Node:
        """In brackets; without them it goes on over factors that stand side by side, up to the next function."""
        if self.peek("(", "{"):
            node = self.atom()
            if self.peek("^", "**"):  # `\sin(x)^2`: of the sine or of x?
                raise Unreadable
            return node
        negative = self.accept("-")
        node = self.power()
        while self._starts_factor() and not self._starts_function() and not self.peek("("):
            node = Op("*", (node, self.power()))
        if _is_of_pi(node) and self.peek("/") and self.after_next and self.after_next.kind == "num":  # `cos π/4`
            self.take()
            node = Op("/", (node, number(self.take().text)))
        return Op("neg", (node,)) if negative else node

    def _starts_function(self) -> bool:
        return self.next is not None and self.next.text.removeprefix("\\") in FUNCTIONS - {"sqrt"}

    def argument(self, *, whole_number: bool = False) -> Node:
        """What TeX takes as an argument: a group, or one token; of a number its first digit, unless `whole_number`."""
        if self.accept("{"):
            return self.inside("}")
        token = self.next
        if token is None or token.kind != "num":
            return self.atom()
        if not whole_number and token.text.isdigit() and len(token.text) > 1:
            self.replace_next(Token("num", token.text[0], token.glued), Token("num", token.text[1:], True))
        return number(self.take().text)


def is_letter(token: Token) -> bool:
    r"""`\text{x}` and the like."""
    return len(token.text) == 1 and token.text.isascii() and token.text.isalpha()


def number(text: str) -> Num:
    return Num(Fraction(text), len(text.partition(".")[2]), len(text.replace(".", "").lstrip("0")))


def _decorated(mark: str, letters: str) -> str:
    """One name for what is one thing: a triangle's corners have no order, a line and an angle no direction; a vector has one."""
    if mark == "triangle" or (mark == "overline" and letters.isupper()):
        letters = "".join(sorted(letters))
    elif mark in ("angle", "widehat"):
        letters = min(letters, letters[::-1])
    return f"{mark} {letters}"


def _name_of(sign: str) -> str:
    return "neg" if sign == "-" else sign[1:]


def _is_of_pi(node: Node) -> bool:
    match node:
        case Symbol("pi") | Op("*", (Num(), Symbol("pi"))):
            return True
    return False


def _is_mixed(left: Node, right: Node) -> bool:
    r"""`2\frac{1}{2}` is two and a half."""
    match left, right:
        case Num(_, 0), Op("/", (Num(top, 0), Num(bottom, 0))):
            return 0 < top < bottom
    return False


def chosen(name: str, total: Node, part: Node) -> Node:
    """In how many ways `part` of `total` things are chosen, or put in order."""
    ways = Op("binomial", (total, part))
    return ways if CHOSEN[name] == "binomial" else Op("*", (ways, Op("!", (part,))))


def _primed(node: Node) -> Node:
    if isinstance(node, Symbol):
        return Symbol(node.name + "'")
    raise Unreadable
