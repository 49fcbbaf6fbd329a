"""The question as it comes from the page. What may be asked is decided in `tutor.asking`; here it only takes its shape."""

from django import forms

from accounts.forms import LinesField
from tutor.models import Report, Turn


class QuestionForm(forms.Form):
    """A question, and for a follow-up the turn that it follows."""

    question = forms.CharField(required=False, strip=False)
    mode = forms.ChoiceField(choices=Turn.Mode)
    language = forms.ChoiceField(choices=Turn.Language)
    n = forms.RegexField(r"^[1-9][0-9]{0,2}b?$", required=False)  # solutions; `b`: in the background
    parent = forms.UUIDField(required=False)
    aim = forms.ChoiceField(choices=Turn.Aim, required=False)
    attempt = forms.CharField(required=False, strip=False)
    quote = forms.CharField(required=False, strip=False)
    problem = forms.UUIDField(required=False)

    @property
    def solutions(self) -> tuple[int, bool]:
        """How many, and whether in the background."""
        n = self.cleaned_data["n"] or "1"
        return int(n.removesuffix("b")), n.endswith("b")


class RequestForm(forms.Form):
    """What a student asks for within a lesson."""

    request = forms.ChoiceField(choices=Turn.Request)
    attempt = forms.CharField(required=False, strip=False)
    quote = forms.CharField(required=False, strip=False)


class ReportForm(forms.Form):
    """What a reader says of a solution."""

    kind = forms.ChoiceField(choices=Report.Kind)
    better = forms.IntegerField(min_value=0, required=False)
    reason = LinesField(max_length=1000, required=False)


class ShareForm(forms.Form):
    """A class whose teachers may read a conversation, or may not any more."""

    classroom = forms.UUIDField()
    shared = forms.BooleanField(required=False)


class TitleForm(forms.Form):
    """A conversation's new name."""

    title = forms.CharField(max_length=200)
