"""What is practised: skills in the order in which they are learned, and which of them a mistake points to."""

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
    "derivatives": "power_rule coefficient_lost product_rule quotient_rule chain_rule constant_kept trig_sign integrated_instead",
    "percent": "percent_as_number percent_added percent_of_wrong_base",
    "arithmetic": "power_as_product negative_squared sign_slip double_negative sign_of_product order_of_operations off_by_one "
    "decimal_point digits_swapped copied_wrongly wrong_operation unit_slip quantity_left_out quantity_extra",
}
SKILL_OF_MISTAKE = {code: skill for skill, codes in _MISTAKES.items() for code in codes.split()}
