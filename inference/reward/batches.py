"""Which tokens of several texts go through a model together: what they share once, and batches of a bounded size."""

from collections.abc import Sequence


def shared_prefix(rows: Sequence[Sequence[int]], most: int) -> int:
    """How many tokens all rows begin with, at most `most`. One row shares nothing with itself."""
    if len(rows) < 2:
        return 0
    length = 0
    for tokens in zip(*rows, strict=False):
        if length >= most or len(set(tokens)) > 1:
            break
        length += 1
    return length


def batches(lengths: Sequence[int], shared: int, budget: int) -> list[list[int]]:
    """Indices of the rows, in batches of similar length.

    A row counts as long as the longest of its batch, its `shared` tokens included; a batch holds at most `budget` tokens, or one row.
    """
    found: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if found and (len(found[-1]) + 1) * (shared + lengths[found[-1][0]]) <= budget:
            found[-1].append(index)
        else:
            found.append([index])
    return found
