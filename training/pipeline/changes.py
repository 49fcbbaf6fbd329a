"""One change of one problem, as a stage asks for it; `inference.rewriting` has the words."""

from dataclasses import dataclass

from inference import prompts, rewriting
from inference.events import Language
from inference.rewriting import Change
from training.evaluation.datasets import Problem


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change to ask for. `partner` is the second problem of `combine`, and None for all others."""

    parent: Problem
    change: Change
    number: int
    seed: int
    partner: Problem | None = None

    @property
    def id(self) -> str:
        return f"{self.parent.id}~{self.change}-{self.number}"

    @property
    def parents(self) -> list[Problem]:
        return [self.parent] if self.partner is None else [self.parent, self.partner]

    @property
    def roots(self) -> list[str]:
        return list(dict.fromkeys(root for parent in self.parents for root in (parent.roots or (parent.id,))))

    @property
    def language(self) -> Language:
        return prompts.detect_language(self.parent.question)


def prompt(proposal: Proposal) -> str:
    """The ChatML text that the model continues with the new problem."""
    parent, partner = proposal.parent, proposal.partner
    second = partner.question if partner else ""
    return rewriting.prompt(proposal.change, parent.question, language=proposal.language, answer=parent.expected, second=second)
