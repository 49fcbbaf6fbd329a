"""What a problem asks for, as far as calculation can follow it: equations to solve, or an expression to rewrite."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from grading.checking.working.claims import Chain, Side, find_chains
from grading.checking.working.expressions import Expression, Operation, Symbol, operations, symbols
from grading.checking.working.symbolic import Functions

type Kind = Literal["solve", "rewrite", "differentiate", "integrate", "other"]

KEYWORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("differentiate", re.compile(r"derivative|differentiate|dy/dx|ableit|\bleite\b.*\bab\b|dériv|求导|导数|导函数|微分", re.IGNORECASE)),
    ("integrate", re.compile(r"\bint[eé]gr|antiderivative|stammfunktion|\bprimitives? d|\\int|∫|积分|原函数", re.IGNORECASE)),
    (
        "solve",
        re.compile(
            r"\bsolve|\broots?\b|solutions?\b|\bfind (?:the values? of )?\$?[a-z]\b"
            r"|\blös(?!e?n? die klammer)|lösung|\brés(?:ou|ol)|\b(?:bestimme|trouver?) \$?[a-z]\b"
            r"|\bmake\b.{1,40}\bsubject\b|\bchange the subject\b|\b(?:rearrange|transpose)\b|\bexpress \$?[a-z]\$? in terms of\b"
            r"|用含.{1,8}的(?:代数)?式子?表示|解方程|解不等式|解下列|解关于|求解|方程组|的解|求\s*\$?[a-z]",
            re.IGNORECASE,
        ),
    ),
    (
        "rewrite",
        re.compile(
            r"simplif|expand|factor|multiply out|evaluate|calculate|compute|work out|write .{1,40} as|rationali[sz]e|combine|reduce"
            r"|\bin the form\b|complet\w+ (?:the )?square|\blimit|\blim\b|\bprove\b|\bshow that\b"
            r"|vereinfach|multiplizier|faktorisier|berechne|klammer|fasse\b|kürze\b|développe|calcule|rédui"
            r"|化简|展开|分解|计算|求值|通分|约分|合并|因式|配方|极限",
            re.IGNORECASE,
        ),
    ),
)

FORM = re.compile(r"\bin the form\b[^.;?\n]*", re.IGNORECASE)  # what an expression is to look like
# One of the conditions under which a function is this or that.
PIECE = re.compile(
    r"(?:\b(?:if|when|for|where)\b|当|若|[,，(（&])[\s$]*(?:-?\d+(?:\.\d+)?\s*(?:[<≤]|\\le)\S*\s*)?[a-z]\s*(?:[<>≤≥=≠]|\\(?:le|ge|ne))"
    r"|\botherwise\b|其他|其余"
)
WORD = re.compile(r"[A-Za-zß-ÿ]{2,}|[\u4e00-\u9fff]")
MATHS = re.compile(r"\\[A-Za-z]+|\b(?:sqrt|sin|cos|tan|log|ln)\b|\\begin\{[a-z]+\}|\\end\{[a-z]+\}|(?<=[{ ])cases(?=})")
_EN = """solve the equation equations system of inequality for and or find all solutions solution so then therefore thus hence we
get have is to by from both sides subtract add divide multiply simplifying gives answer roots real value values
algebraically each side this that which means simplify expand factor factorise calculate evaluate compute differentiate
derivative integral integrate rearrange transpose make change subject formula express terms
löse lösung lösungen die gleichung ungleichung gleichungssystem bestimme von vereinfache berechne multipliziere faktorisiere aus
und oder nach ableitung leite ab résous résoudre résolvez équation inéquation les solutions de simplifie développe factorise calcule dérive
dérivée et ou"""
_ZH = (
    "化简展开因式计算求导数积分原函数如图解方程不等式组下列的求所以故得因此即移项合并把"
    "同类去括号分母系数化为两边相加减代入由可将第一二用含代数表示"
)
SOLVING_WORDS = frozenset(_EN.split()) | frozenset(_ZH)
# `the limit of … as x → 3`
LIMIT = re.compile(
    r"(?<=\bas )\$?[a-z]\s*(?:->|→|\\to|(?:tends|goes) to|approaches)\s*\S+|(?<=当)\s*[a-z]\s*(?:→|趋于|趋近于?)\s*[^\s，。时]+"
)
WHAT = re.compile(r"\b(?:what|how much) is\b|是多少|等于多少", re.IGNORECASE)
TOWARDS = re.compile(r"->|→|\\to(?![a-z])|(?:tends|goes) to|approaches|趋于|趋近于?")
MOST_WORDS = 3  # of a problem that is nothing but its equations


@dataclass(frozen=True, slots=True)
class Relation:
    """`left operator right`, in the first reading, and as it was written; `other` is it in the last one: `z/3y` as z/(3y)."""

    left: Expression
    operator: str
    right: Expression
    text: str = ""
    other: "Relation | None" = field(default=None, compare=False)

    @property
    def symbols(self) -> frozenset[str]:
        return symbols(self.left) | symbols(self.right)


@dataclass(frozen=True, slots=True)
class Task:
    """`relations` are to be solved, `expression` is to be rewritten, which may have a `name`: y; `value` is an expression that stands
    beside relations; `functions` are those that the problem defines."""

    kind: Kind
    relations: tuple[Relation, ...] = ()
    expression: Side | None = None
    functions: Functions = field(default_factory=Functions)
    by: str = "x"
    has_relations: bool = False
    name: str = ""
    value: Side | None = None


def read_task(problem: str, variables: frozenset[str]) -> Task:
    """What a problem asks for, and what it gives; kind "other" where the text does not say so plainly. `variables` are its letters."""
    kind: Kind = next((kind for kind, pattern in KEYWORDS if pattern.search(problem)), "other")
    chains = find_chains(FORM.sub(" ", problem), variables)
    functions = Functions()
    relations = [relation for chain in chains for relation in read_relations(chain) if not _defines(relation, functions, kind)]
    if len(PIECE.findall(problem)) > 1:
        functions = Functions()  # what it is depends on where
    if kind == "other" and len(chains) == 1 and _expression(chains) is not None and is_bare(WHAT.sub(" ", problem), 0):
        kind = "rewrite"  # `0.1 + 0.2` and nothing else
    expression = _expression(chains) if kind in ("rewrite", "differentiate", "integrate") else None
    if kind == "rewrite" and expression is not None and (limit := LIMIT.search(problem)):
        expression = _limit_of(expression, find_chains(TOWARDS.sub("=", limit[0]), variables))
    name = ""
    if kind == "rewrite" and expression is None:
        name, expression = _named(chains) if FORM.search(problem) else ("", None)
    if kind == "rewrite" and expression is None:
        kind = "solve" if relations else "other"
    by = _variable(expression, functions)
    given = tuple(relations) if kind in ("solve", "other") else ()
    value = _expression(chains) if given else None
    return Task(kind, given, expression, functions, by, bool(relations), name, value)


def read_relations(chain: Chain) -> list[Relation]:
    """Of each pair of neighbours that can be read, the first reading, and with it the last."""
    pairs = zip(chain.sides, chain.relations, chain.sides[1:], strict=False)
    return [_read(left, operator, right) for left, operator, right in pairs if left.readings and right.readings]


def _read(left: Side, operator: str, right: Side) -> Relation:
    text = f"{left.text} {operator} {right.text}"
    last = Relation(left.readings[-1], operator, right.readings[-1], text)
    first = Relation(left.readings[0], operator, right.readings[0], text)
    return first if first == last else replace(first, other=last)


def _defines(relation: Relation, functions: Functions, kind: Kind) -> bool:
    """Whether the problem names a function: `f(x) = …`, or `y = …` whose derivative is asked for."""
    if functions.define(relation.left, relation.right):
        return True
    if (
        kind == "differentiate"
        and isinstance(relation.left, Symbol)
        and relation.operator == "="
        and relation.left.name not in symbols(relation.right)
    ):
        functions.bodies[relation.left.name] = _first_symbol(relation.right), relation.right
        return True
    return False


def _named(chains: Sequence[Chain]) -> tuple[str, Side | None]:
    """`y = x^2 - 8x + 3`, to be written in another form."""
    for chain in chains:
        left, right = chain.sides[0], chain.sides[-1]
        if chain.relations == ("=",) and left.readings and isinstance(left.readings[0], Symbol) and right.readings:
            return left.readings[0].name, right
    return "", None


def _limit_of(expression: Side, bounds: Sequence[Chain]) -> Side:
    """The limit of an expression where a letter goes somewhere, which reads as `x = 3`."""
    if not bounds or bounds[0].relations != ("=",) or any("limit" in operations(reading) for reading in expression.readings):
        return expression
    letter, to = (side.readings[0] if side.readings else None for side in bounds[0].sides)
    if letter is None or to is None:
        return expression
    return Side(expression.text, tuple(Operation("limit", (reading, letter, to)) for reading in expression.readings))


def _first_symbol(expression: Expression) -> str:
    names = sorted(symbols(expression) - {"euler", "pi"})
    return "x" if "x" in names or not names else names[0]


def _variable(expression: Side | None, functions: Functions) -> str:
    for variable, _ in functions.bodies.values():
        return variable
    return _first_symbol(expression.readings[0]) if expression is not None and expression.readings else "x"


def _expression(chains: Sequence[Chain]) -> Side | None:
    """The expression that stands alone in the problem: the longest one, which has an operation."""
    alone = [chain.sides[0] for chain in chains if len(chain.sides) == 1 and operations(chain.sides[0].readings[0]) - {"neg"}]
    alone += [chain.sides[0] for chain in chains if len(chain.sides) == 2 and not chain.sides[1].text and chain.sides[0].readings]
    return max(alone, key=lambda side: len(side.text), default=None)


def asked(task: Task) -> Side | None:
    """The expression that the answer must be identical to: with the derivative or the integral that is asked for around it."""
    if task.expression is None:
        bodies = list(task.functions.bodies.values())
        if task.kind != "differentiate" or not bodies:
            return None
        return Side("", (Operation("derivative", (bodies[0][1], Symbol(bodies[0][0]))),))
    readings = task.expression.readings
    wrapped = {"differentiate": "derivative", "integrate": "integral"}.get(task.kind, "")
    if wrapped and not any(wrapped in operations(reading) for reading in readings):
        readings = tuple(Operation(wrapped, (reading, Symbol(task.by))) for reading in readings)
    return Side(task.expression.text, readings)


def is_bare(text: str, most: int) -> bool:
    """Whether there are few words in a text, besides those that say that something is solved."""
    words = [word for word in WORD.findall(MATHS.sub(" ", text)) if word.lower() not in SOLVING_WORDS]
    return len(words) <= most
