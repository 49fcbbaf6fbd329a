"""Pairs made by hand: (expected, given) by kind, and what the checker must say. Each kind has pairs that only look equal.

A pair is UNDECIDED where a careful teacher would have to look at the question.
"""

from grading.tests.facts.pairs import chinese, collections, formulas, measures, numbers, told_apart, words

SUBJECTS = numbers, measures, formulas, collections, words, told_apart, chinese
CORRECT = {kind: pairs for subject in SUBJECTS for kind, pairs in subject.CORRECT.items()}
INCORRECT = {kind: pairs for subject in SUBJECTS for kind, pairs in subject.INCORRECT.items()}
UNDECIDED = {kind: pairs for subject in SUBJECTS for kind, pairs in subject.UNDECIDED.items()}
