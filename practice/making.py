"""Making an item for a student: a confirmed problem that is not one of theirs already."""

from random import Random

from accounts.models import User
from inference.texts import is_repeated
from practice.generators import families
from practice.generators.draft import Draft, Family
from practice.models import Item

TRIES = 60  # draws, before an old problem is given again
LOOKED_AT = 400  # of a student's items in a skill, the newest ones
ALONE = 4  # each fourth item of a skill is to be answered without help
PROOF = "computed, and confirmed by a second way"


def make(student: User, skill: str, level: int, *, parent: Item | None = None, review: bool = False, chance: Random | None = None) -> Item:
    """A new item: a variant of `parent` with other numbers, or one of the skill. Where a student has had them all, the oldest one again."""
    chance = chance or Random()
    mine = Item.objects.filter(student=student, skill=skill).order_by("-created")
    before = list(mine[:LOOKED_AT])
    family, draft = _drawn(skill, level, parent, before, chance)
    return _store(student, family, draft, parent=parent, review=review, alone=review or mine.count() % ALONE == ALONE - 1)


def _drawn(skill: str, level: int, parent: Item | None, before: list[Item], chance: Random) -> tuple[Family, Draft]:
    """A problem that the student has not had; else of those that were drawn the one that was given longest ago."""
    had = [item.question["en"] for item in before if "en" in item.question]
    old: dict[str, tuple[Family, Draft]] = {}
    for _try in range(TRIES):
        family = _family(skill, level, parent, before, chance)
        draft = families.draw(family, chance)
        if not is_repeated(draft.en, had):
            return family, draft
        old[draft.en] = family, draft
    return old[max(old, key=lambda text: _items_since(text, had))]


def _items_since(text: str, had: list[str]) -> int:
    return next(count for count, other in enumerate(had) if is_repeated(text, [other]))


def review(student: User, skill: str, level: int) -> Item:
    """A new item that is a review, or the one that was begun and is not answered yet."""
    begun = Item.objects.filter(student=student, skill=skill, review=True, attempts=None).first()
    return begun or make(student, skill, level, review=True)


def _family(skill: str, level: int, parent: Item | None, before: list[Item], chance: Random) -> Family:
    """The parent's, or one of the level: rather not the one that came last."""
    if parent is not None and parent.family in families.BY_CODE:
        return families.BY_CODE[parent.family]
    able = families.of(skill, level)
    last = before[0].family if before else ""
    return chance.choice([family for family in able if family.code != last] or able)


def _store(student: User, family: Family, draft: Draft, *, parent: Item | None, review: bool, alone: bool) -> Item:
    return Item.objects.create(
        student=student,
        skill=family.skill,
        level=family.level,
        question={"en": draft.en, "zh": draft.zh},
        hint={"en": draft.hint_en, "zh": draft.hint_zh},
        expected=draft.expected,
        form=draft.form,
        family=family.code,
        parent=parent,
        proof=PROOF,
        review=review,
        alone=alone,
    )
