"""How the lines of a solution are read: what they state, and what their words say about it."""

import re
from collections.abc import Sequence

from grading.checking.working.claims import Chain
from grading.checking.working.expressions import CONSTANTS, Symbol, symbols
from grading.checking.working.systems import all_relations, solved_form
from grading.checking.working.task import Relation, read_relations
from grading.checking.working.tokens import plain

# A line with these supposes something, and does not conclude it.
SUPPOSES = re.compile(
    r"\b(?:if|suppose|assume|case|when|whenever|try|check|let|say|define|denote|plug\w*|substitut\w*|set|setting|test|verify|otherwise|for"
    r"|angenommen|falls|probe|einsetzen|eingesetzt|supposons|soit|vérif\w*)\b|\bvs\b|^\s*[a-z]\s*=\s*-?[\d./]+\s*:|假设|假如|如果|若|设|检验|验证|令|当|代入检",
    re.IGNORECASE,
)
REJECTS = re.compile(
    r"reject|discard|extraneous|invalid|not valid|cannot be|can't be|ignore|must be positive|since .{0,20}(?:>|positive)"
    r"|(?:not|n't) an? (?:\w+ )?(?:solution|root|zero)\b|no solution|do(?:es)?(?: not|n't) (?:work|satisfy)|fails|too (?:small|big)"
    r"|(?:not|im)[ -]?possible|not allowed|\bundefined|not defined|\bn/a\b|not in the domain"
    r"|舍去|舍|增根|不合题意|不符合|不满足|不可能|不成立|无意义|无解",
    re.IGNORECASE,
)
# What was found is tried, and not all of it kept. It may be too few all the same.
LEAVES_OUT = re.compile(r"\bonly\b|(?:is|are)n't\b|doesn't (?:check|fit)|≠|只有|不是[^，。,;；]{0,8}[解根]", re.IGNORECASE)
ONLY_SOME = re.compile(
    r"positiv|negativ|nonzero|non-zero|smallest|largest|integer|正|负|最小|最大|整数"
    # A length is not negative, and nobody says so.
    r"|triangle|rectangle|hypotenuse|\bsides?\b|length|width|height|radius|distance|perimeter|cosines?\b|pythagor"
    r"|kleinst|größt|ganzzahl|dreieck|rechteck|länge|breite|höhe|seite|abstand|umfang"
    r"|plus (?:petit|grand)|entier|longueur|largeur|hauteur|côté"
    r"|△|\\triangle|三角形|长方形|正方形|斜边|边长|半径|距离|周长|余弦定理|勾股",
    re.IGNORECASE,
)
ROUNDING = re.compile(
    r"round|decimal|nearest|approximat|significant|to the cent|\brunde|gerundet|nachkomma|arrondi|décimale|小数|四舍五入|保留|精确|近似",
    re.IGNORECASE,
)
TOLD = re.compile(r"\b(?:if|given|what|how|let|where|such|when)\b|已知|若|如果|多少", re.IGNORECASE)
OF_ROOTS = re.compile(r"\b(?:roots?|solutions?|zeros?)\b|根|的解", re.IGNORECASE)  # what a problem may tell of an equation with a parameter
EXPRESSED = re.compile(r"已知(?=[^，。；;]{1,40}[，,;；。]?\s*(?:请)?用含)")  # what it tells is the equation itself
OF_ALL = re.compile(r"\b(?:system|both)\b|组的(?:整数)?解", re.IGNORECASE)  # what is said of all inequalities together
GOES_ON = re.compile(
    r"simplif|solving|combin|rearrang|collect|multiply|multipli|divid|subtract|add(?:ing)?|we get|becomes"
    r"|化简|整理|移项|合并|去括号|去分母|得",
    re.IGNORECASE,
)


ANOTHER = r"[\s$]*(?:(?:,(?=\s|[-−$])|[，、]|\bor\b|\band\b|或|和)[\s$]*)+"  # between values of one unknown; `2,5` may be a decimal
ENDS = r"[\s$]*(?:$|[.;,，、。；)]|\b(?:or|and|are)\b|或|和|都?是)"  # behind such a value, and not what it counts


def read_statements(chains: Sequence[Chain], known: frozenset[str], text: str) -> list[list[list[Relation]]]:
    """The chains of a step as statements, each of them alternatives, each of which is relations that hold together."""
    statements: list[list[list[Relation]]] = []
    for chain in _with_all_values(chains, plain(text)):
        relations = [
            _plain_names(relation, known) for relation in read_relations(chain) if symbols(relation.left) | symbols(relation.right)
        ]
        if not relations:
            continue
        if statements and (chain.joined == "or" or _is_other_value(statements[-1], relations)):
            statements[-1].append(relations)
        elif statements and chain.joined == "and" and any(relation.operator != "=" for relation in relations):
            statements[-1][-1].extend(relations)
        else:
            statements.append([relations])
    return statements


def _with_all_values(chains: Sequence[Chain], text: str) -> list[Chain]:
    """`x = 2 or -2` as `x = 2 or x = -2`."""
    found: list[Chain] = []
    for chain in chains:
        goes_on = bool(found) and _is_another_value(found[-1], chain, text)
        found.append(Chain((found[-1].sides[0], chain.sides[0]), ("=",), "or") if goes_on else chain)
    return found


def _is_another_value(before: Chain, chain: Chain, text: str) -> bool:
    if len(chain.sides) > 1 or before.relations != ("=",) or not all(map(solved_form, read_relations(before))):
        return False
    between = f"{re.escape(before.sides[1].text)}{ANOTHER}{re.escape(chain.sides[0].text)}{ENDS}"
    return not symbols(chain.sides[0].readings[0]) - CONSTANTS.keys() and re.search(between, text) is not None


def _is_other_value(before: list[list[Relation]], relations: list[Relation]) -> bool:
    """`x = 2, x = 3`: two values of one unknown are alternatives."""
    if len(relations) != 1 or len(before[-1]) != 1:
        return False
    one, other = solved_form(before[-1][0]), solved_form(relations[0])
    return one is not None and other is not None and one[0] == other[0] and one[1] != other[1]


def _plain_names(relation: Relation, known: frozenset[str]) -> Relation:
    """`x_1` as x, where x is what is looked for."""
    solved = solved_form(relation)
    if solved is None or solved[0] in known or solved[0].split("_")[0] not in known:
        return relation
    return Relation(Symbol(solved[0].split("_")[0]), "=", solved[1], relation.text)


def as_solution(alternatives: Sequence[Sequence[Relation]]) -> dict[str, str]:
    """What the unknown is, as it was written: `x = 2 or x = 3`, `-2 < x, x < 2`; nothing where it still has to be solved."""
    relations = all_relations(alternatives)
    names = {name for relation in relations for name in relation.symbols - CONSTANTS.keys()}
    if len(names) != 1 or not all(map(_is_solved, relations)):
        return {}
    return {names.pop(): " or ".join(dict.fromkeys(", ".join(relation.text for relation in all_of) for all_of in alternatives))}


def _is_solved(relation: Relation) -> bool:
    """Whether an unknown stands alone on one side, and on the other none."""
    return solved_form(Relation(relation.left, "=", relation.right)) is not None
