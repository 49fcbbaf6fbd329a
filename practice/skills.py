"""What is practised: skills in the order in which they are learned, and which of them a mistake or a question is about."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEVELS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Skill:
    """`needs` are the skills that it builds on: a recommendation, never a lock."""

    code: str
    name: str | Promise
    needs: tuple[str, ...] = ()


SKILLS = (
    Skill("arithmetic", _("Arithmetic")),
    Skill("fractions", _("Fractions"), ("arithmetic",)),
    Skill("percent", _("Percent"), ("fractions",)),
    Skill("geometry", _("Geometry"), ("arithmetic",)),
    Skill("linear", _("Linear equations"), ("arithmetic",)),
    Skill("expanding", _("Multiplying out"), ("arithmetic",)),
    Skill("factoring", _("Factoring"), ("expanding",)),
    Skill("systems", _("Systems of equations"), ("linear",)),
    Skill("quadratic", _("Quadratic equations"), ("linear", "factoring")),
    Skill("sequences", _("Sequences"), ("linear",)),
    Skill("derivatives", _("Derivatives"), ("expanding",)),
)
BY_CODE = {skill.code: skill for skill in SKILLS}
CHOICES = [(skill.code, skill.name) for skill in SKILLS]

# The codes of grading.checking.misconceptions, by the skill that mends them.
_MISTAKES = {
    "linear": "sign_lost one_side_only scaled_partly coefficient_subtracted divided_wrong_way inequality_not_flipped",
    "quadratic": "lost_solution extraneous_solution zero_product root_sign root_as_half formula_slip root_termwise",
    "expanding": "distributed_partly minus_bracket squared_termwise power_of_one_factor exponent_rule unlike_terms combined_wrongly",
    "factoring": "factored_wrongly",
    "fractions": "fractions_added_termwise fraction_scaled_twice reciprocal_forgotten cancelled_terms divided_partly negative_exponent",
    "derivatives": "power_rule coefficient_lost product_rule quotient_rule chain_rule constant_kept trig_sign",
    "percent": "percent_as_number percent_added percent_of_wrong_base",
    "arithmetic": "power_as_product negative_squared sign_slip double_negative sign_of_product order_of_operations off_by_one "
    "decimal_point digits_swapped copied_wrongly wrong_operation unit_slip quantity_left_out quantity_extra",
}
SKILL_OF_MISTAKE = {code: skill for skill, codes in _MISTAKES.items() for code in codes.split()}

# The first that is found in a question says which skill it is about.
_SIGNS = (
    ("derivatives", r"derivative|differentiate|slope of|tangent|导数|求导|斜率|切线|f'\s*\("),
    ("factoring", r"\bfactor(?:i[sz]e)?\b|因式"),
    ("expanding", r"\bexpand\b|multiply out|展开"),
    ("systems", r"system of|simultaneous|方程组|y[^=]*=[^=]*(?:\band\b|[,;，；]|\\\\)[^=]*y[^=]*="),
    ("quadratic", r"quadratic|二次方程|[a-z]\s*(?:\^\s*\{?2\}?|²)[^=]*="),
    ("sequences", r"sequence|series|n-?th term|数列|等差|等比"),
    ("percent", r"per\s?cent|%|百分"),
    ("geometry", r"triangle|circle|rectangle|area|volume|perimeter|angle|三角形|圆|长方形|面积|体积|周长"),
    ("linear", r"\d*\s*[a-z]\s*[-+]?[^=^²]*=|linear equation|一元一次|解方程"),
    ("fractions", r"\\d?frac|\bfractions?\b|\d\s*/\s*\d|分数|分之"),
)
_SEEN = [(skill, re.compile(sign, re.IGNORECASE)) for skill, sign in _SIGNS]


def seen_in(question: str) -> str | None:
    """The skill that a question shows signs of; None where nothing tells, and no generator is known to make its like."""
    return next((skill for skill, sign in _SEEN if sign.search(question)), None)


def about(question: str) -> str:
    """The skill that a question is most likely about; arithmetic where nothing tells."""
    return seen_in(question) or "arithmetic"
