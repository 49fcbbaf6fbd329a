"""What stages and the figures that they leave are called on the pages; a stage's own names are those of its files and of the terminal."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STAGES: Mapping[str, str | Promise] = {
    "evolve": _("New problems are made out of known ones."),
    "dedup": _("What is there twice, or nearly, is left out."),
    "split": _("Some problems are set apart, to be measured on."),
    "sample": _("The model solves each problem several times."),
    "label": _("Each solution is judged by its answer."),
    "difficulty": _("How often the model is right on each problem is found out."),
    "decontaminate": _("What stands in the sets that are measured on is left out."),
    "score": _("The reward model gives each right solution a score."),
    "curate": _("The solutions that the model is to learn from are picked."),
    "reward_model": _("A reward model learns to tell right solutions from wrong ones."),
    "sft": _("The model learns to write the picked solutions (fine-tuning)."),
    "grpo": _("The model solves problems and learns from what is rewarded (reinforcement)."),
    "verl": _("What verl needs for reinforcement on several machines is written."),
    "export": _("The model is written in the forms that engines load."),
    "evaluate": _("How often a model is right is measured on a set of problems."),
}
FIGURES: Mapping[str, str | Promise] = {
    "samples": _("Solutions written"),
    "steps": _("Steps"),
    "loss": _("Loss at the last step"),
    "problems": _("Problems"),
    "right": _("Right"),
    "wrong": _("Wrong"),
    "undecided": _("Undecided"),
    "rows": _("Solutions read"),
    "rows_without_label": _("neither right nor wrong"),
    "rows_double": _("there twice"),
    "responses_too_long": _("too long"),
    "groups": _("Groups of right and wrong solutions"),
    "responses": _("Solutions in groups"),
    "pairs": _("Pairs of a right and a wrong one"),
    "groups_without_pair": _("Problems without such a pair, left out"),
    "dev_groups": _("Groups that it did not learn from"),
    "dev_pairs_right": _("Of their pairs, ranked right"),
    "scored": _("With a score"),
    "kept": _("Picked"),
    "rows_cut": _("cut, because too long"),
    "rows_left_out": _("left out"),
    "tokens": _("Tokens"),
    "tokens_trained": _("Tokens that it learns to write"),
    "model": _("Model"),
    "adapter": _("Adapter"),
    "n": _("Responses to each"),
    "greedy": _("Right at temperature 0"),
    "first": _("Right, the first response"),
    "mean": _("Right, mean of all responses"),
    "seconds": _("Seconds a response"),
    "failed_blocks": _("Blocks of code that failed"),
}
MEASURED: Mapping[str, str | Promise] = {"tokens": _("Tokens a response")}  # where `evaluate` means something else
PICKED: Mapping[str, str | Promise] = {
    "maj": _("Right by majority of {n}"),
    "rm": _("Right by the reward model's pick of {n}"),
    "weighted": _("Right by weighted majority of {n}"),
    "pass": _("Any of {n} right"),
}


def of_figure(name: str, kind: str = "") -> str:
    """Of a stage's kind; what nobody has named is called as the stage calls it."""
    rule, at, count = name.partition("@")
    if at and rule in PICKED:
        return str(PICKED[rule]).format(n=count)
    return str((MEASURED if kind == "evaluate" else {}).get(name) or FIGURES.get(name, name))


def of_stage(kind: str) -> str:
    return str(STAGES.get(kind, ""))
