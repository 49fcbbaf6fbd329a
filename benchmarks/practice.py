"""Practice problems made by code: are the keys right, and does one repeat another?

    python -m benchmarks.practice [--items 300] [--seed 1]

Makes items for one student in a database of its own, skill by skill and level by level, every second one as a variant of the one before it.
Each key is derived anew from the English text alone (practice.tests.derived: sympy, or the story's numbers), and each item is compared with
all the others. Prints a Markdown table.
"""

import argparse
import os
import tempfile
import time
from collections import Counter
from random import Random


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LEMMA_VAR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        measure(options.items, options.seed)


def measure(count: int, seed: int) -> None:
    from django.core.management import call_command

    from practice.tests import derived

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    items = made(count, seed)
    seconds = time.perf_counter() - began
    wrong = [item for item in items if not derived.agrees(item.family, item.question["en"], item.expected)]
    repeated = [item for at, item in enumerate(items) if _is_repeated(item, items[:at])]
    print("| skill | problems | wrong keys | near duplicates |\n|---|---|---|---|")
    for skill, number in Counter(item.skill for item in items).items():
        print(f"| {skill} | {number} | {sum(each.skill == skill for each in wrong)} | {sum(each.skill == skill for each in repeated)} |")
    print(f"| all | {len(items)} | {len(wrong)} | {len(repeated)} ({100 * len(repeated) / len(items):.1f} %) |")
    exact = len(items) - len({item.question["en"] for item in items})
    print(
        f"\n{len({item.family for item in items})} kinds of problems; {exact} equal texts; {1000 * seconds / len(items):.0f} ms a problem."
    )
    for item in (*wrong, *repeated):
        print(item.family, item.question["en"], item.expected)


def made(count: int, seed: int) -> list:
    from accounts.models import User
    from practice import making
    from practice.skills import LEVELS, SKILLS

    student, chance = User.objects.create(username="student"), Random(seed)
    items = []
    while len(items) < count:
        for skill in SKILLS:
            for level in LEVELS:
                item = making.make(student, skill.code, level, chance=chance)
                items += [item, making.make(student, skill.code, level, parent=item, chance=chance)]
    return items[:count]


def _is_repeated(item: object, others: list) -> bool:
    from inference.texts import is_repeated

    return is_repeated(item.question["en"], [other.question["en"] for other in others])


if __name__ == "__main__":
    main()
