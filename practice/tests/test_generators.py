"""Problems made by code: keys that hold when they are derived anew from the text, in both languages the same, and enough different ones."""

import math
import re
from fractions import Fraction
from random import Random

import pytest
import sympy

from grading.checking.answers import Outcome, check
from grading.checking.fitting import is_refuted
from practice.form import has_form
from practice.generators import families
from practice.generators.draft import Draft, Family
from practice.skills import SKILLS
from practice.tests import derived

DRAWN = 5  # of each family here; benchmarks.practice draws more


def drafts(family):
    chance = Random(family.code)
    return [families.draw(family, chance) for _time in range(DRAWN)]


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.code)
def test_keys_are_what_the_text_comes_to(family):
    for draft in drafts(family):
        assert derived.agrees(family.code, draft.en, draft.expected), draft


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.code)
def test_both_languages_tell_the_same(family):
    for draft in drafts(family):
        assert sorted(derived.numbers(draft.en)) == pytest.approx(sorted(derived.numbers(draft.zh))) or family.code == "nth-term"
        assert derived.formulas(draft.en) == derived.formulas(draft.zh)


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.code)
def test_the_checker_takes_the_key(family):
    draft = drafts(family)[0]
    assert check(draft.expected, draft.expected).outcome is Outcome.CORRECT
    assert not is_refuted(draft.en, draft.expected)
    assert not is_refuted(draft.zh, draft.expected)


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.code)
def test_the_key_has_the_form_that_is_asked_for_and_the_problem_has_not(family):
    for draft in drafts(family):
        assert has_form(draft.expected, draft.form), draft
        echoes = [draft.en, draft.zh, *derived.formulas(draft.en)]
        for echo in (*echoes, *(spelling.format(formula) for formula in echoes[2:] for spelling in ("({})", "${}$", "{} = x", "{} ≈ 2"))):
            assert not (has_form(echo, draft.form) and check(draft.expected, echo).outcome is Outcome.CORRECT), (draft, echo)


def steep(length, away):
    """As a ladder stands, of 2 to 10 m; in dm."""
    return 20 <= length <= 100 and 2 * away**2 < length**2


def parts(draft):
    """The fractions of its formula."""
    return [Fraction(f"1/{bottom}") for bottom in re.findall(r"\\frac\{\w+\}\{(\d+)\}", draft.en)]


def is_least(draft):
    """Whether the hint has the least common denominator, and the fraction that has another one."""
    one, other = (part.denominator for part in parts(draft))
    common, shown, _as = derived.numbers(draft.hint_en)
    return common == math.lcm(one, other) and one != other and shown.denominator != common


def fewest_multiplied(draft):
    """How many equations of a system must be multiplied until an unknown falls out."""
    sides = [derived.equation(formula).lhs for formula in derived.formulas(draft.en)]
    coefficients = ([abs(side.coeff(unknown)) for side in sides] for unknown in (derived.X, derived.Y))
    return min(sum(each != math.lcm(*map(int, pair)) for each in pair) for pair in coefficients)


def is_quickest(draft):
    """Whether the unknown that the hint names is gone after what the hint says, and with as few factors as any can be."""
    one, other = (derived.equation(formula).lhs for formula in derived.formulas(draft.en))
    by = [re.search(rf"{which}(?: equation)? by (\d+)", draft.hint_en) for which in ("first", "second")]
    first, second = (int(found[1]) if found else 1 for found in by)
    left = sympy.expand(first * one + (-1 if "ubtract" in draft.hint_en else 1) * second * other)
    gone = left.coeff(sympy.Symbol(re.search(r"(\w) falls out", draft.hint_en)[1])) == 0
    return gone and draft.hint_en.count(" by ") == fewest_multiplied(draft)


def goes_on(draft):
    """Whether the equation that the hint shows has the same solution."""
    [root] = derived.key(draft.expected)
    return derived.equation(derived.formulas(draft.hint_en)[0]).subs(derived.X, root) == sympy.true


def discriminant(draft):
    return sympy.discriminant(derived.equation(derived.formulas(draft.en)[0]).lhs, derived.X)


@pytest.mark.parametrize(
    ("code", "ugly"),
    [
        ("fraction-sums", lambda draft: "/" not in draft.expected),
        ("fraction-products", lambda draft: "/" not in draft.expected),
        ("percent-twice", lambda draft: "/" in draft.expected),
        ("order-of-operations", lambda draft: re.search(r"\((\d) - \1\)", draft.en)),
        ("linear-brackets", lambda draft: "$(x" in draft.en),
        ("expand-one-bracket", lambda draft: "$(" in draft.en),
        ("catching-up", lambda draft: not all(40 <= speed <= 130 for speed in derived.numbers(draft.en)[1:3])),  # of a bus and a car
        ("pythagoras", lambda draft: "ladder" in draft.en and not steep(*derived.numbers(draft.en)[:2])),
        ("box", lambda draft: derived.numbers(draft.en)[0] < derived.numbers(draft.en)[1]),  # longer than wide
        ("rectangle-path", lambda draft: derived.numbers(draft.en)[0] < derived.numbers(draft.en)[1]),
        ("fraction-sums", lambda draft: not is_least(draft)),
        ("fraction-of-whole", lambda draft: "times 1$" in draft.hint_en),
        ("linear-fractions", lambda draft: derived.numbers(draft.hint_en)[0] != math.lcm(*(each.denominator for each in parts(draft)))),
        ("system-elimination", lambda draft: " 1 " in draft.hint_en or "-" in draft.hint_en or not is_quickest(draft)),
        ("linear-one-side", lambda draft: not goes_on(draft)),
        ("linear-both-sides", lambda draft: not goes_on(draft)),
        ("linear-brackets", lambda draft: not goes_on(draft)),
        ("quadratic-general", lambda draft: derived.numbers(draft.hint_en)[-1] != discriminant(draft)),
    ],
)
def test_no_problem_is_ugly(code, ugly):
    chance = Random(code)
    assert not [draft for _time in range(60) if ugly(draft := families.draw(families.BY_CODE[code], chance))]


def test_what_is_to_be_factored_is_given_as_a_product():
    for family in (family for family in families.FAMILIES if family.skill == "factoring"):
        for draft in drafts(family):
            assert draft.form == "factored"
            assert sympy.factor_list(derived.read(draft.expected)) == sympy.factor_list(derived.value(draft.en))


def test_every_skill_has_every_level():
    assert {(family.skill, family.level) for family in families.FAMILIES} == {
        (skill.code, level) for skill in SKILLS for level in (1, 2, 3)
    }


def test_a_key_that_is_not_confirmed_is_never_given():
    wrong = Draft(en="1 + 1?", zh="1 + 1？", expected="3", hint_en="", hint_zh="", confirmed=False)
    with pytest.raises(families.NotConfirmed):
        families.draw(Family("wrong", "arithmetic", 1, lambda _chance: wrong), Random(1))
