"""How likely a student knows a skill (Bayesian knowledge tracing), and when to come back to it.

Corbett & Anderson 1995, "Knowledge tracing: Modeling the acquisition of procedural knowledge" (User Modeling and User-Adapted
Interaction 4): a skill is known or not, an answer is evidence for either, and each answered problem is a chance to learn. Nothing is
forgotten in this model; forgetting is what the reviews are for. Only the first answer to a problem, given without help, is evidence.
"""

from dataclasses import dataclass
from datetime import timedelta

MASTERED = 0.95  # the threshold of Corbett & Anderson's tutor
MOST = 0.995  # else certainty would round to 1, and no wrong answer could move it any more


@dataclass(frozen=True, slots=True)
class Parameters:
    """Probabilities, within Corbett & Anderson's bounds: at most 0.3 for `guess`, 0.1 for `slip`. With these, three right answers from the
    beginning are mastery, and two are not."""

    known: float = 0.2  # before the first problem
    learn: float = 0.15  # from not known to known, at each problem
    guess: float = 0.2  # right without knowing
    slip: float = 0.1  # wrong in spite of knowing


DEFAULT = Parameters()


def update(known: float, *, right: bool, parameters: Parameters = DEFAULT) -> float:
    """The probability that the skill is known after an answer. Never below `learn`: from there three right answers are mastery."""
    p = parameters
    if right:
        evidence = known * (1 - p.slip) / (known * (1 - p.slip) + (1 - known) * p.guess)
    else:
        evidence = known * p.slip / (known * p.slip + (1 - known) * (1 - p.guess))
    return min(MOST, evidence + (1 - evidence) * p.learn)


# --- Reviews: each that goes well doubles the time until the next one (Leitner's boxes) --------------------------------------

LAST_BOX = 6  # 64 days


def interval(box: int) -> timedelta:
    """Until the next review: 1, 2, 4, … 64 days."""
    return timedelta(days=2 ** min(box, LAST_BOX))


def next_box(box: int, *, right: bool) -> int:
    return min(box + 1, LAST_BOX) if right else 0
