"""Why a verdict is what it is, so that a page can say it in the reader's language: an English sentence with gaps, and what fills them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def template(sentence: str) -> str:
    """Marks `sentence` as one that the catalogues translate; its gaps are written `{name}`."""
    return sentence


@dataclass(frozen=True, slots=True)
class Reason:
    """`template` is also the key of its translations. `str()` is the English sentence."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)
