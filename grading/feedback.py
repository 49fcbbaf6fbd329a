"""What the student reads first: where it goes wrong, by the number of the step, without the answer unless the teacher allows it."""

from django.utils.translation import gettext as _

from grading.checking.reasons import Reason
from grading.evidence import Evidence, misconception_name


def say(reason: Reason) -> str:
    """The sentence in the reader's language."""
    return _(reason.template).format(**reason.values)


def compose(evidence: Evidence, *, answer: str = "", misconception: str = "", reveal: bool) -> str:
    """A comment in the active language; "" where there is nothing to say. A teacher's name for the `misconception` goes before ours.

    What would have been right, and the expected `answer`, are said only if `reveal`.
    """
    sentences = _about_the_step(evidence, misconception, reveal=reveal)
    if evidence.outcome == "incorrect" and evidence.first_error is None:
        sentences.append(_("The final answer is not right."))
    if evidence.outcome == "incorrect" and reveal and answer:
        sentences.append(_("The right answer is {answer}.").format(answer=answer))
    return " ".join(sentences).replace("。 ", "。")


def _about_the_step(evidence: Evidence, misconception: str, *, reveal: bool) -> list[str]:
    if evidence.first_error is None:
        return []
    step, number = evidence.steps[evidence.first_error], evidence.first_error + 1
    right = evidence.outcome == "correct"
    begin = _("The final answer is right, but look at step {number} again.") if right else _("Look at step {number} again.")
    sentences = [begin.format(number=number)]
    if name := misconception or (_(misconception_name(step.misconception)) if step.misconception else ""):
        sentences.append(_("It looks like this: {misconception}.").format(misconception=name.rstrip(".。")))
    if reveal:
        sentences.append(say(step.reason))
    if reveal and step.should_be:
        sentences.append(_("It should be {step}.").format(step=step.should_be))
    if any(later.status == "carried" for later in evidence.steps[evidence.first_error + 1 :]):
        sentences.append(_("The steps after it follow from it."))
    return sentences
