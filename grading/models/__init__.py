"""What teachers set, what students hand in, and what it is worth."""

from grading.models.assignments import Assignment, Extension, Presence
from grading.models.marks import Mark, MarkChange, RegradeRequest
from grading.models.problems import Problem, RubricItem, Sample
from grading.models.uploads import Upload, UploadedWork
from grading.models.work import Group, Submission

__all__ = [
    "Assignment",
    "Extension",
    "Group",
    "Mark",
    "MarkChange",
    "Presence",
    "Problem",
    "RegradeRequest",
    "RubricItem",
    "Sample",
    "Submission",
    "Upload",
    "UploadedWork",
]
