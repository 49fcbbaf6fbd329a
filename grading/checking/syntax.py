r"""Reads the plain spelling of an answer (`text.plain`) into a tree (`nodes`): formulas, lists, sets, intervals, relations, matrices.

What is not known for sure is not read: sums, integrals, limits, `\ldots` and words in the middle of formulas raise Unreadable.
`1/2x` has two readings; `read` gives the one that `tight` says and whether there was such a place.
"""

from collections.abc import Callable
from fractions import Fraction

from grading.checking.nodes import Chain, Combined, Group, InBase, Many, Matrix, NamedSet, Node, Num, Op, Quantity, Ratio, Symbol, Words
from grading.checking.tokens import FUNCTIONS, Token, Unreadable, letters, tokens
from grading.checking.units import read_unit

DEEPEST = 40  # nested brackets

RELATIONS = {
    **{"=": "=", "==": "=", ":=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!=": "!="},
    **{r"\le": "<=", r"\ge": ">=", r"\ne": "!=", r"\approx": "~", r"\in": "in", r"\equiv": "="},
}
GREEK = {
    f"\\{name}"
    for name in "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho sigma tau phi varphi chi"
    " psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell".split()
}
DECORATIONS = {r"\vec", r"\overrightarrow", r"\overline", r"\hat", r"\bar", r"\widehat", r"\tilde", r"\angle", r"\triangle"}
NAMED_SETS = {r"\R": "R", r"\Z": "Z", r"\N": "N", r"\Q": "Q", r"\C": "C", r"\emptyset": "empty"}
CONSTANTS = {r"\pi": "pi", "pi": "pi", r"\infty": "oo", "infinity": "oo", "inf": "oo", "oo": "oo", "e": "e", "i": "i"}
SPELLED = {"theta", "alpha", "beta", "gamma", "lambda"}
SETS = {r"\cup": "union", r"\cap": "intersection", r"\setminus": "difference", r"\backslash": "difference"}
TIMES = {"*", r"\times", r"\cdot", r"\ast"}
DIVIDED = {"/", r"\div"}
FLOORS = {r"\lfloor": ("floor", r"\rfloor"), r"\lceil": ("ceil", r"\rceil")}
OPAQUE = frozenset("fgh")  # `f(x)` is a function's value, `a(x+1)` a product
CLOSING = {")", "]", r"\}", "}", r"\rfloor", r"\rceil", r"\rangle"}
MATRICES = {"matrix", "pmatrix", "bmatrix", "Bmatrix", "array", "smallmatrix"}
SYSTEMS = {"cases", "aligned", "align", "align*", "gathered", "split"}
REVERSED = {"]": "(", "[": ")"}  # `]0, 1[` is `(0, 1)` in France


def read(text: str, *, tight: bool = False) -> tuple[Node, bool]:
    """The tree, and whether the text has two readings. Raises Unreadable."""
    reader = _Reader(tokens(text), tight)
    node = reader.many(top=True)
    reader.expect_end()
    return node, reader.ambiguous


class _Reader:
    def __init__(self, found: list[Token], tight: bool) -> None:
        self.tokens = found
        self.tight = tight
        self.at = 0
        self.depth = 0
        self.bars = 0  # open `|`
        self.ambiguous = False

    # --- tokens

    @property
    def next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def peek(self, *texts: str, kinds: tuple[str, ...] = ("op", "cmd", "name", "env")) -> bool:
        token = self.next
        return token is not None and token.text in texts and token.kind in kinds

    def kind(self, *kinds: str) -> bool:
        return self.next is not None and self.next.kind in kinds

    def take(self) -> Token:
        token = self.next
        if token is None:
            raise Unreadable
        self.at += 1
        return token

    def accept(self, *texts: str) -> bool:
        found = self.peek(*texts)
        self.at += found
        return found

    def expect(self, *texts: str) -> None:
        if not self.accept(*texts):
            raise Unreadable

    def expect_end(self) -> None:
        if self.next is not None:
            raise Unreadable

    # --- lists

    def many(self, *, top: bool = False) -> Node:
        """Answers side by side."""
        items, joints = [self.chain()], []
        while (joint := self._joint()) is not None:
            if self.next is None or (self.peek(*CLOSING) and not top):
                break
            items.append(self.chain())
            joints.append(joint)
        return items[0] if len(items) == 1 else Many(tuple(items), tuple(joints))

    def _joint(self) -> str | None:
        """What separates two answers; `, and` is `and`."""
        joint = None
        while True:
            if self.peek(",", ";", kinds=("op",)):
                joint = joint or self.take().text
                self.at += self.peek(",", ";", kinds=("op",)) and joint is None
                self._skip_same()
            elif self.kind("joint"):
                joint = self.take().text
            elif self.peek(r"\lor", r"\vee"):
                self.take()
                joint = "or"
            elif self.peek(r"\land", r"\wedge"):
                self.take()
                joint = "and"
            elif self.kind("break") or self.peek(r"\quad", r"\qquad"):
                self.take()
                joint = joint or ","
            else:
                return joint

    def _skip_same(self) -> None:
        while self.peek(",", kinds=("op",)):
            self.take()

    def chain(self) -> Node:
        """A value, or relations between values."""
        items, relations = [self.ratio()], []
        while self.kind("op", "cmd") and self.next is not None and (relation := RELATIONS.get(self.next.text)):
            self.take()
            items.append(self.ratio())
            relations.append(relation)
        return items[0] if not relations else Chain(tuple(items), tuple(relations))

    def ratio(self) -> Node:
        parts = [self.union()]
        while self.accept(":"):
            parts.append(self.union())
        return parts[0] if len(parts) == 1 else Ratio(tuple(parts))

    def union(self) -> Node:
        node = self.quantity()
        while self.kind("cmd") and self.next is not None and (name := SETS.get(self.next.text)):
            self.take()
            node = Combined(name, node, self.quantity())
        return node

    def quantity(self) -> Node:
        """A value and what it counts."""
        if self.kind("text") and not self._starts_variable():
            return self._words()
        node = self.sum()
        unit = self._unit()
        return Quantity(node, unit) if unit else node

    def _starts_variable(self) -> bool:
        return self.next is not None and len(self.next.text) == 1 and self.next.text.isascii() and self.next.text.isalpha()

    def _words(self) -> Node:
        words = [self.take().text]
        while self.kind("text", "word"):
            words.append(self.take().text)
        return Words(" ".join(words))

    def _unit(self) -> str:
        words = []
        while self.kind("text", "word"):
            words.append(self.take().text)
            if self.accept("^"):
                words[-1] += f"^{self._raw()}"
            if self.peek("/", kinds=("op",)) and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].kind in ("text", "word"):
                words.append(self.take().text)
        return " ".join(words).replace(" / ", "/").strip()

    # --- formulas

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST * 4:
            raise Unreadable
        node = self._signed()
        while self.peek("+", "-", r"\pm", r"\mp", kinds=("op", "cmd")):
            sign = self.take().text
            right = self.product()
            if sign == "-":
                right = Op("neg", (right,))
            elif sign != "+":
                right = Op(sign[1:], (right,))
            node = Op("+", (node, right))
        self.depth -= 1
        return node

    def _signed(self) -> Node:
        if self.accept("+"):
            return self.product()
        if self.accept("-"):
            return Op("neg", (self.product(),))
        if self.peek(r"\pm", r"\mp"):
            return Op(self.take().text[1:], (self.product(),))
        return self.product()

    def product(self) -> Node:
        node = self.power()
        divided = False  # the last sign was a slash
        while True:
            token = self.next
            if token is not None and token.text in TIMES and token.kind in ("op", "cmd"):
                self.take()
                node, divided = Op("*", (node, self._factor())), False
            elif token is not None and token.text in DIVIDED and token.kind in ("op", "cmd") and not self._per_unit():
                self.take()
                node, divided = Op("/", (node, self._factor())), True
            elif self._starts_factor():
                node = self._beside(node, divided)
            else:
                return node

    def _factor(self) -> Node:
        """A factor, with a sign of its own (`2*-3`)."""
        return Op("neg", (self.power(),)) if self.accept("-") else self.power()

    def _per_unit(self) -> bool:
        return self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].kind == "text"

    def _beside(self, node: Node, divided: bool) -> Node:
        """`2x`, `1\frac12`; and `1/2x`, which people read in two ways."""
        if isinstance(node, Num) and self.kind("num"):
            raise Unreadable
        bracketed = self.peek("(")
        right = self.power()
        if not bracketed and _is_mixed(node, right):
            return Op("+", (node, right))
        if divided and isinstance(node, Op):
            self.ambiguous = True
            if self.tight:
                return Op("/", (node.args[0], Op("*", (node.args[1], right))))
        return Op("*", (node, right))

    def _starts_factor(self) -> bool:
        token = self.next
        if token is None:
            return False
        if token.kind in ("num", "name", "env"):
            return token.kind != "env" or token.text.startswith(r"\begin")
        if token.kind == "word":
            return read_unit(token.text) is None and len(token.text) <= 3
        if token.kind == "text":
            return False
        if token.kind == "cmd":
            return token.text in (r"\frac", r"\sqrt", r"\binom", r"\pi", r"\infty", r"\lfloor", r"\lceil") or (
                token.text in GREEK or token.text in DECORATIONS or token.text[1:] in FUNCTIONS or token.text == r"\Gamma"
            )
        return token.text in ("(", "{") or (token.text == "|" and not self.bars)

    def power(self) -> Node:
        node = self.atom()
        while True:
            if self.accept("!"):
                node = Op("!", (node,))
            elif self.accept("%"):
                node = Quantity(node, "%")
            elif self.peek("^", "**"):
                self.take()
                node = self._raised(node)
            else:
                return node

    def _raised(self, node: Node) -> Node:
        if self._accept_circle():
            return Quantity(node, "°")
        if self.peek("{") and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].text in (r"\circ", r"\prime"):
            self.take()
            mark = self.take().text
            self.expect("}")
            return Quantity(node, "°") if mark == r"\circ" else _primed(node)
        if self.accept(r"\prime"):
            return _primed(node)
        exponent = self._exponent()
        if isinstance(node, Op) and node.name in FUNCTIONS and exponent == Op("neg", (Num(Fraction(1), 0, 1),)):
            raise Unreadable  # `\sin^{-1}` is read where the function is
        return Op("^", (node, exponent))

    def _accept_circle(self) -> bool:
        return self.accept(r"\circ")

    def _exponent(self) -> Node:
        if self.accept("-"):
            return Op("neg", (self._exponent(),))
        if self.accept("+"):
            return self._exponent()
        node = self.group_or_token(whole_number=True)
        if self.peek("^", "**"):
            self.take()
            node = Op("^", (node, self._exponent()))
        return node

    # --- atoms

    def atom(self) -> Node:
        token = self.take()
        match token.kind:
            case "num":
                return self._number(token)
            case "name":
                return self._name(token.text)
            case "word":
                self.at -= 1
                self.tokens[self.at : self.at + 1] = letters(token.text, token.glued)
                return self.atom()
            case "text" if len(token.text) == 1 and token.text.isascii():
                return self._name(token.text)
            case "env" if token.text.startswith(r"\begin"):
                return self._environment(token.text[7:-1])
            case "cmd":
                return self._command(token.text)
            case "op":
                return self._bracketed(token.text)
        raise Unreadable

    def _number(self, token: Token) -> Node:
        if self.peek("_") and token.text.isdigit():
            self.take()
            base = self._raw()
            if base.isdigit() and 2 <= int(base) <= 36:
                return InBase(token.text, int(base))
            raise Unreadable
        if "." in token.text and (self.peek(r"\overline", r"\dot", "(")):
            raise Unreadable  # repeating decimals are numbers, and read there
        return number(token.text)

    def _name(self, name: str) -> Node:
        if name in FUNCTIONS or name in ("cbrt", "abs"):
            return self._function(name)
        if name in CONSTANTS:
            return Symbol(CONSTANTS[name]) if not self.peek("_") else self._symbol(name)
        return self._symbol(f"\\{name}" if name in SPELLED else name)

    def _symbol(self, name: str) -> Node:
        name = name.lstrip("\\")
        if self.accept("_"):
            name += f"_{self._raw()}"
        while self.accept("'"):
            name += "'"
        if (name.rstrip("'") in OPAQUE or name.endswith("'")) and self.peek("("):
            self.take()
            return Op(f"apply {name}", self._arguments(")"))
        return Symbol(name)

    def _arguments(self, closing: str) -> tuple[Node, ...]:
        args = [self.sum()]
        while self.accept(",", ";"):
            args.append(self.sum())
        self.expect(closing)
        return tuple(args)

    def _command(self, name: str) -> Node:
        if name in NAMED_SETS:
            return self._named_set(NAMED_SETS[name])
        if name in CONSTANTS:
            return Symbol(CONSTANTS[name])
        if name == r"\{":
            return self._braces()
        if name[1:] in FUNCTIONS and name != r"\sqrt":
            return self._function(name[1:])
        if name in FLOORS:
            function, closing = FLOORS[name]
            node = self.sum()
            self.expect(closing)
            return Op(function, (node,))
        special: dict[str, Callable[[], Node]] = {r"\frac": self._fraction, r"\sqrt": self._root, r"\binom": self._binomial}
        if name in special:
            return special[name]()
        if name in DECORATIONS:
            return self._symbol(f"{name[1:]} {self._raw_letters()}")
        if name in GREEK:
            return self._symbol(name)
        raise Unreadable

    def _named_set(self, name: str) -> Node:
        if self.accept("^", "_"):
            name += self._raw()
        return NamedSet(name)

    def _fraction(self) -> Node:
        top = self.group_or_token()
        return Op("/", (top, self.group_or_token()))

    def _binomial(self) -> Node:
        top = self.group_or_token()
        return Op("binomial", (top, self.group_or_token()))

    def _root(self) -> Node:
        degree: Node = Num(Fraction(2))
        if self.accept("["):
            degree = self.sum()
            self.expect("]")
        return Op("root", (self.group_or_token(), degree))

    def _function(self, name: str) -> Node:
        """`\\sin 2x`, `\\sin^2 x`, `\\log_2 8`, `sqrt(3)`: an argument without brackets goes as far as the factors beside one another do."""
        if name in ("sqrt", "cbrt"):
            return Op("root", (self.group_or_token(), Num(Fraction(2 if name == "sqrt" else 3))))
        base = self.group_or_token() if name in ("log",) and self.accept("_") else None
        exponent = self._exponent() if self.peek("^") and self.take() else None
        inverse = exponent == Op("neg", (Num(Fraction(1), 0, 1),))
        if inverse:
            name, exponent = f"arc{name}", None
            if name not in FUNCTIONS:
                raise Unreadable
        node = Op(name, (self._argument(),) if base is None else (self._argument(), base))
        return node if exponent is None else Op("^", (node, exponent))

    def _argument(self) -> Node:
        if self.peek("(", "{"):
            bracketed = self.atom()
            return Op("^", (bracketed, self._exponent())) if self._power_of_argument() else bracketed
        negative = self.accept("-")
        node = self.power()
        while self._starts_factor() and not self._starts_function() and not self.peek("("):
            node = Op("*", (node, self.power()))
        return Op("neg", (node,)) if negative else node

    def _power_of_argument(self) -> bool:
        """`\\sin(x)^2`: of the sine, or of x? Nobody knows."""
        if self.peek("^", "**"):
            raise Unreadable
        return False

    def _starts_function(self) -> bool:
        return self.next is not None and (self.next.text in FUNCTIONS or self.next.text.removeprefix("\\") in FUNCTIONS - {"sqrt"})

    def group_or_token(self, *, whole_number: bool = False) -> Node:
        """What TeX takes as an argument: a group, or one token; of a number its first digit, unless `whole_number`."""
        if self.accept("{"):
            node = self.sum_or_many("}")
            return node
        if self.peek("("):
            return self.atom()
        if self.kind("num") and not whole_number and self.next is not None and len(self.next.text) > 1:
            token = self.take()
            if not token.text.isdigit():
                return number(token.text)
            self.at -= 1
            self.tokens[self.at : self.at + 1] = [Token("num", token.text[0], token.glued), Token("num", token.text[1:], True)]
        return self._single()

    def _single(self) -> Node:
        if self.kind("num"):
            return number(self.take().text)
        return self.atom()

    def sum_or_many(self, closing: str) -> Node:
        node = self.many()
        self.expect(closing)
        return node

    # --- brackets

    def _bracketed(self, opening: str) -> Node:
        if opening == "{":
            return self.sum_or_many("}")
        if opening == "|":
            self.bars += 1
            node = self.sum()
            self.expect("|")
            self.bars -= 1
            return Op("abs", (node,))
        if opening == "(":
            return self._round()
        if opening in ("[", "]"):
            return self._square(opening)
        raise Unreadable

    def _round(self) -> Node:
        bars, self.bars = self.bars, 0
        items = self._items()
        closing = self.take().text
        self.bars = bars
        if closing == ")" and len(items) == 1:
            return items[0]
        if closing in (")", "]", "["):
            return Group("(", REVERSED.get(closing, closing) if closing == "[" else closing, items)
        raise Unreadable

    def _square(self, opening: str) -> Node:
        items = self._items()
        closing = self.take().text
        if closing not in (")", "]", "["):
            raise Unreadable
        if len(items) == 1 and isinstance(items[0], Matrix):
            return items[0]
        return Group(REVERSED["]"] if opening == "]" else "[", REVERSED["["] if closing == "[" else closing, items)

    def _items(self) -> tuple[Node, ...]:
        self.depth += 4
        if self.depth > DEEPEST * 4:
            raise Unreadable
        node = self.many()
        self.depth -= 4
        return node.items if isinstance(node, Many) else (node,)

    def _braces(self) -> Node:
        """A set: its items, or what holds for them (`{x | x > 2}`)."""
        if self.accept(r"\}"):
            return NamedSet("empty")
        self.bars += 1  # here `|` means "such that"
        node = self._before_condition()
        if self.accept("|", ":", r"\mid", r"\vert", ";"):
            self.bars -= 1
            condition = self.many()
            self.expect(r"\}")
            return Group("{", "|", (node, condition))
        self.bars -= 1
        items = [node]
        while self._joint() is not None:
            items.append(self.chain())
        self.expect(r"\}")
        return Group("{", "}", tuple(items))

    def _before_condition(self) -> Node:
        start = self.at
        if self.kind("name", "num", "op", "cmd"):
            if self.peek("|"):
                self.bars -= 1
                node = self.chain()
                self.bars += 1
                return node
            node = self.union()
            if self.peek(r"\in"):
                self.take()
                node = Chain((node, self.union()), ("in",))
            if self.peek("|", ":", r"\mid", ",", r"\}", ";"):
                return node
            self.at = start
        return self.chain()

    def _environment(self, name: str) -> Node:
        if name == "array":
            self.accept("{")
            while not self.accept("}"):
                self.take()
        rows = self._rows()
        self.expect(f"\\end{{{name}}}")
        if name in MATRICES and len({len(row) for row in rows}) == 1:
            return Matrix(tuple(rows))
        if name in SYSTEMS and all(len(row) == 1 for row in rows) and rows:
            items = tuple(row[0] for row in rows)
            return items[0] if len(items) == 1 else Many(items, ("and",) * (len(items) - 1))
        raise Unreadable

    def _rows(self) -> list[tuple[Node, ...]]:
        rows: list[tuple[Node, ...]] = []
        while True:
            if self.kind("env"):
                return rows
            row = [self.chain()]
            while self.accept("&"):
                row.append(self.chain())
            rows.append(tuple(row))
            self.accept(",", ";", ".")
            if not self.kind("break"):
                return rows
            self.take()
            while self.kind("break"):
                self.take()

    # --- raw text

    def _raw(self) -> str:
        """A subscript or the like, as written but for spaces."""
        if not self.accept("{"):
            return self.take().text
        out = []
        depth = 1
        while True:
            token = self.take()
            depth += (token.text == "{") - (token.text == "}")
            if not depth:
                return "".join(out)
            out.append(token.text)

    def _raw_letters(self) -> str:
        if self.peek("{"):
            return self._raw()
        out = self.take().text
        while self.kind("name") and self.next is not None and self.next.text.isupper() and out.isupper():
            out += self.take().text
        return out


def number(text: str) -> Num:
    return Num(Fraction(text), len(text.partition(".")[2]), len(text.replace(".", "").lstrip("0")))


def _is_mixed(left: Node, right: Node) -> bool:
    r"""`2\frac{1}{2}` is two and a half."""
    return (
        isinstance(left, Num)
        and not left.decimals
        and isinstance(right, Op)
        and right.name == "/"
        and all(isinstance(part, Num) and not part.decimals for part in right.args)
        and _value(right.args[0]) < _value(right.args[1])
    )


def _value(node: Node) -> Fraction:
    assert isinstance(node, Num)
    return node.value


def _primed(node: Node) -> Node:
    if isinstance(node, Symbol):
        return Symbol(node.name + "'")
    raise Unreadable
