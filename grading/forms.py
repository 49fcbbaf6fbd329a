"""What comes from the pages, brought into shape. What may be done with it is decided in the rules below the views."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.forms import LinesField
from accounts.models import Classroom
from grading import reading, review
from grading.evidence import LONGEST_ANSWER
from grading.models import Assignment, Problem, RubricItem

MOST_ITEMS = 30  # lines of a rubric
DATE_FORMAT = "%Y-%m-%dT%H:%M"  # of <input type="datetime-local">


class ClassroomForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    class Meta:
        model = Classroom
        fields = ["name"]


class ProblemForm(forms.ModelForm):  # type: ignore[type-arg]
    """A problem's text and key. An answer that the checker cannot read is refused: no student's could ever equal it."""

    class Meta:
        model = Problem
        fields = ["text", "answer", "reference", "topic"]
        field_classes = {"text": LinesField, "reference": LinesField}  # the same text again is no other text
        widgets = {
            "text": forms.Textarea(attrs={"rows": 4, "data-preview": "text-preview"}),
            "reference": forms.Textarea(attrs={"rows": 5, "data-preview": "reference-preview"}),
            "topic": forms.TextInput(attrs={"list": "topics", "autocomplete": "off"}),
        }

    def clean_answer(self) -> str:
        answer: str = self.cleaned_data["answer"]
        if answer and not reading.read(answer):
            raise forms.ValidationError(_("This could not be read as mathematics. Write it as 3/4, x = 2, [1, 5) or in LaTeX."))
        return answer


class AssignmentForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Assignment
        fields = ["title", "notes", "due", "late_allowed", "attempts", "help", "reveal_answer", "anonymous", "random_order"]
        field_classes = {"notes": LinesField}
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 3}),
            "due": forms.DateTimeInput(format=DATE_FORMAT, attrs={"type": "datetime-local"}),
        }


class ExtensionForm(forms.Form):
    student = forms.IntegerField()
    due = forms.DateTimeField(widget=forms.DateTimeInput(format=DATE_FORMAT, attrs={"type": "datetime-local"}))


class ThresholdsForm(forms.ModelForm):  # type: ignore[type-arg]
    """From which confidence on a proposal is trusted, in hundredths."""

    class Meta:
        model = Assignment
        fields = ["auto_from", "glance_from"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        auto, glance = cleaned.get("auto_from"), cleaned.get("glance_from")
        if auto is None or glance is None:
            return cleaned
        if not 0 < glance <= auto:
            raise forms.ValidationError(_("The second threshold lies between 0 and the first."))
        return cleaned


class WorkForm(forms.Form):
    """A student's working, typed or from a text file, and the final answer where it is given apart."""

    work = forms.CharField(required=False, strip=False)
    answer = forms.CharField(required=False, max_length=LONGEST_ANSWER)
    anyway = forms.BooleanField(required=False)


class DecisionForm(forms.Form):
    """A grader's decision, with the version of the mark that it is about, and where to go afterwards."""

    version = forms.IntegerField(min_value=0)
    ticked = forms.TypedMultipleChoiceField(required=False, coerce=int)
    adjustment = forms.DecimalField(required=False, max_digits=6, decimal_places=2)
    comment = LinesField(required=False, max_length=review.LONGEST_COMMENT)
    first_error = forms.IntegerField(required=False, min_value=-1, max_value=1_000)
    reviewed = forms.BooleanField(required=False)
    blind = forms.BooleanField(required=False)
    why = forms.CharField(required=False, max_length=review.LONGEST_REASON)
    then = forms.ChoiceField(required=False, choices=[("stay", ""), ("next", ""), ("previous", ""), ("newer", "")])

    def __init__(self, data: QueryDict, rubric: list[RubricItem]) -> None:
        super().__init__(data)
        self.typed = data
        field = self.fields["ticked"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        # A line that a colleague has just deleted comes too: it counts for nothing, and is no mistake of this grader's.
        field.choices = [(pk, pk) for pk in {*(item.pk for item in rubric), *(int(pk) for pk in data.getlist("ticked") if pk.isdecimal())}]

    def as_typed(self) -> dict[str, Any]:
        """What the grader sent, to be shown again: valid or not."""
        first_error = self.typed.get("first_error", "")
        return {
            "ticked": [int(pk) for pk in self.typed.getlist("ticked") if pk.isdecimal()],
            "comment": self.typed.get("comment", ""),
            "adjustment": self.typed.get("adjustment", ""),
            "first_error": int(first_error) if first_error.lstrip("-").isdecimal() else None,
            "why": self.typed.get("why", ""),
        }

    def decision(self) -> review.Decision:
        cleaned = self.cleaned_data
        return review.Decision(
            ticked=cleaned["ticked"],
            adjustment=cleaned["adjustment"] or Decimal(0),
            comment=cleaned["comment"],
            first_error=cleaned["first_error"],
            reviewed=cleaned["reviewed"],
            blind=cleaned["blind"],
            why=cleaned["why"],
        )


class RubricItemForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RubricItem
        fields = ["text", "points", "negative", "rule"]
        widgets = {
            "points": forms.NumberInput(attrs={"min": "0"}),
            "negative": forms.Select(choices=[(False, "+"), (True, "−")]),
        }


class PointsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Problem
        fields = ["points", "from_full"]
        widgets = {
            "points": forms.NumberInput(attrs={"min": "0.25"}),
            "from_full": forms.Select(choices=[(False, _("from zero")), (True, _("from full points"))]),
        }


RubricFormSet = forms.inlineformset_factory(
    Problem, RubricItem, form=RubricItemForm, extra=0, can_delete=True, max_num=MOST_ITEMS, validate_max=True
)
