"""What an administrator fills in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from training import recipes
from training.models import Dataset, ModelVersion


class DatasetField(forms.ModelChoiceField):  # type: ignore[type-arg]  # it takes none when it runs
    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401 (Django's)
        return f"{obj} ({obj.rows})"


class BaseField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401 (Django's)
        return _("{model} (learnt from what was deleted since)").format(model=obj) if obj.data_deleted else str(obj)


class StartForm(forms.Form):
    """A run: the recipe, and, where it is not to begin with the recipe's own, a model and data."""

    recipe = forms.ChoiceField(label=_("Recipe"))
    base = BaseField(ModelVersion.objects.none(), required=False, label=_("Begin with"), empty_label=_("The recipe's own model"))
    problems = DatasetField(Dataset.objects.none(), required=False, label=_("Problems"), empty_label=_("The recipe's own"))
    judged = DatasetField(Dataset.objects.none(), required=False, label=_("Judged solutions"), empty_label=_("None"))

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 (Django's)
        super().__init__(*arguments, **named)
        self.fields["recipe"].choices = [(name, name) for name in recipes.names()]  # type: ignore[attr-defined]
        querysets = {
            "base": ModelVersion.objects.all(),
            "problems": Dataset.objects.filter(kind=Dataset.Kind.PROBLEMS),
            "judged": Dataset.objects.filter(kind=Dataset.Kind.JUDGED),
        }
        for name, queryset in querysets.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    @property
    def datasets(self) -> list[Dataset]:
        return [found for name in ("problems", "judged") if (found := self.cleaned_data[name]) is not None]


class ImportForm(forms.Form):
    name = forms.SlugField(
        max_length=80, label=_("Dataset name"), allow_unicode=True, error_messages={"invalid": _("Only letters, digits, - and _, please.")}
    )
    file = forms.FileField(label=_("JSONL file"))
    provenance = forms.CharField(max_length=2000, required=False, label=_("Where it comes from"))
    licence = forms.CharField(max_length=80, required=False, label=_("Licence"))


class MeasureForm(forms.Form):
    problems = DatasetField(Dataset.objects.none(), required=False, empty_label=_("The sets that the candidate was measured on"))

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 (Django's)
        super().__init__(*arguments, **named)
        self.fields["problems"].queryset = Dataset.objects.filter(kind=Dataset.Kind.PROBLEMS)  # type: ignore[attr-defined]
