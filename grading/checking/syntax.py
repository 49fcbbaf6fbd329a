r"""Reads the plain spelling of an answer (`text.plain`) into a tree (`nodes`): formulas, lists, sets, intervals, relations, matrices.

What is not known for sure is not read: sums, integrals, limits, `\ldots` and words in the middle of formulas raise Unreadable.
"""

from grading.checking.nodes import Chain, Combined, Group, Many, Matrix, NamedSet, Node, Op, Quantity, Ratio, Words, named_set
from grading.checking.terms import Terms, is_letter
from grading.checking.tokens import Unreadable, may_be_product, tokens
from grading.checking.units import is_countable

RELATIONS = {
    **dict.fromkeys(("=", "==", ":=", r"\equiv"), "="),
    "<": "<",
    ">": ">",
    **dict.fromkeys(("<=", "=<"), "<="),
    ">=": ">=",
    "!=": "!=",
    r"\le": "<=",
    r"\ge": ">=",
    r"\ne": "!=",
    r"\approx": "~",
    r"\in": "in",
}
SETS = {r"\cup": "union", r"\cap": "intersection", r"\setminus": "difference", r"\backslash": "difference"}
JOINTS = {r"\lor": "or", r"\vee": "or", r"\land": "and", r"\wedge": "and"}
MONEY = ("$", "€", "£", "¥")
CLOSING = (")", "]", r"\}", "}")
SUCH_THAT = ("|", ":", r"\mid", ";")
MATRICES = {"matrix", "pmatrix", "bmatrix", "Bmatrix", "array", "smallmatrix"}
SYSTEMS = {"cases", "aligned", "align", "align*", "gathered", "split"}


def read(text: str, *, tight: bool = False) -> tuple[Node, bool]:
    """The tree, and whether the text has two readings, of which `tight` chooses one (`1/2x` as `1/(2x)`). Raises Unreadable."""
    reader = _Reader(tokens(text), tight=tight)
    node = reader.many()
    reader.expect_end()
    return node, reader.ambiguous


class _Reader(Terms):
    # --- several answers

    def many(self) -> Node:
        """Answers side by side."""
        items, joints = [self.chain()], []
        while (joint := self._joint()) is not None:
            if joint in (",", ";") and (self.next is None or self.peek(*CLOSING)):
                break
            items.append(self.chain())
            joints.append(joint)
        return items[0] if len(items) == 1 else Many(tuple(items), tuple(joints))

    def _joint(self) -> str | None:
        """What separates two answers; `, and` is `and`."""
        joint = None
        while True:
            if self.kind("joint"):
                joint = self.take().text
            elif self.peek(*JOINTS):
                joint = JOINTS[self.take().text]
            elif self.peek(",", ";"):
                joint = joint or self.take().text
                self.accept(",", ";")
            elif self.kind("break") or self.peek(r"\quad", r"\qquad"):
                self.take()
                joint = joint or ","
            else:
                return joint

    def chain(self) -> Node:
        """A value, or relations between values."""
        items, relations = [self.ratio()], []
        while self.peek(*RELATIONS):
            relations.append(RELATIONS[self.take().text])
            items.append(self.ratio() if relations[-1] != "in" else self._where())
        return items[0] if not relations else Chain(tuple(items), tuple(relations))

    def _where(self) -> Node:
        """Behind `∈` the letters of the sets of numbers are these sets."""
        token = self.next
        if token is None or token.kind != "name" or token.text not in "RZNQC":
            return self.union()
        self.take()
        return NamedSet(token.text + (self.raw() if self.accept("^", "_") else ""))

    def ratio(self) -> Node:
        parts = [self.union()]
        while self.accept(":"):
            parts.append(self.union())
        return parts[0] if len(parts) == 1 else Ratio(tuple(parts))

    def union(self) -> Node:
        node = self.quantity()
        while self.peek(*SETS):
            name = SETS[self.take().text]
            node = Combined(name, named_set(node), named_set(self.quantity()))
        return node

    # --- words and units

    def quantity(self) -> Node:
        """A value and what it counts; or words."""
        token = self.next
        if token is not None and (token.kind == "text" or (token.kind == "word" and not may_be_product(token.text))):
            if token.text in MONEY and self.after_next and self.after_next.kind == "num":
                self.take()
                return Quantity(self.sum(), token.text)
            if not is_letter(token):
                return self._words()
        node = self.sum()
        unit = self._unit()
        return Quantity(node, unit) if unit else node

    def _words(self) -> Node:
        words = []
        while self.kind("text", "word"):
            words.append(self.take().text)
        return Words(" ".join(words))

    def _unit(self) -> str:
        words = []
        while self.kind("text", "word"):
            words.append(self.take().text)
            if self.accept("^"):
                words[-1] += f"^{self.raw()}"
            if self.peek("/") and self.after_next and self.after_next.kind in ("text", "word"):
                words.append(self.take().text)
        if not all(map(is_countable, words)):
            raise Unreadable
        return " ".join(words).replace(" / ", "/").strip()

    # --- brackets

    def inside(self, closing: str) -> Node:
        node = self.many()
        self.expect(closing)
        return node

    def bracketed(self, opening: str) -> Node:
        match opening:
            case "{":
                return self.inside("}")
            case "|":
                return self._absolute_value()
            case "(" | "[" | "]":
                return self._group(opening)
        raise Unreadable

    def _absolute_value(self) -> Node:
        self.bars += 1
        node = self.sum()
        self.expect("|")
        self.bars -= 1
        return Op("abs", (node,))

    def _group(self, opening: str) -> Node:
        r"""A pair, an interval, a list, or just brackets; `]0, 1[` is `(0, 1)` in France."""
        bars, self.bars = self.bars, 0
        items = self._items()
        self.bars = bars
        closing = self.take().text
        if closing not in (")", "]", "["):
            raise Unreadable
        if len(items) == 1 and (opening + closing == "()" or isinstance(items[0], Matrix)):
            return items[0]
        return Group("[" if opening == "[" else "(", "]" if closing == "]" else ")", items)

    def _items(self) -> tuple[Node, ...]:
        self.deeper(4)
        node = self.many()
        self.deeper(-4)
        return node.items if isinstance(node, Many) else (node,)

    def braces(self) -> Node:
        """A set: its items, or what holds for them (`{x | x > 2}`)."""
        if self.accept(r"\}"):
            return NamedSet("empty")
        items = [self._element()]
        listed = self.peek(";")
        if self.accept(*SUCH_THAT):
            rest = self.many()
            self.expect(r"\}")
            others = rest.items if isinstance(rest, Many) else (rest,)
            if listed and not any(isinstance(each, Chain) for each in others):  # `{2; -3}`
                return Group("{", "}", (*items, *others))
            return Group("{", "|", (*items, rest))
        while self._joint() is not None:
            items.append(self.chain())
        self.expect(r"\}")
        return Group("{", "}", tuple(items))

    def _element(self) -> Node:
        """The first item of a set, where `|` and `:` may mean "such that"."""
        start, divides = self.at, not self.peek("|")
        self.bars += divides
        try:
            node = self.union()
            if self.accept(r"\in"):
                node = Chain((node, self._where()), ("in",))
        finally:
            self.bars -= divides
        if self.peek(*RELATIONS):
            self.at = start
            return self.chain()
        return node

    # --- matrices and systems

    def environment(self, name: str) -> Node:
        if name == "array":
            self.raw()  # how its columns are set
        rows = self._rows()
        self.expect(f"\\end{{{name}}}")
        if name in MATRICES and len({len(row) for row in rows}) == 1:
            return Matrix(tuple(rows))
        if name in SYSTEMS and rows and all(len(row) == 1 for row in rows):
            items = tuple(row[0] for row in rows)
            return items[0] if len(items) == 1 else Many(items, ("and",) * (len(items) - 1))
        raise Unreadable

    def _rows(self) -> list[tuple[Node, ...]]:
        rows: list[tuple[Node, ...]] = []
        while not self.kind("env"):
            row = [self.chain()]
            while self.accept("&"):
                row.append(self.chain())
            rows.append(tuple(row))
            self.accept(",", ";")
            if not self.kind("break"):
                return rows
            while self.kind("break"):
                self.take()
        return rows
