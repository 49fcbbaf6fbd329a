"""Signing up; a new key."""

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A new student: the role is never taken from the form."""

    class Meta:
        model = User
        fields = ["username"]
        help_texts = {"username": ""}  # Django's tells of rules that an ordinary name keeps by itself


class KeyForm(forms.Form):
    """What a new API key is for."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)
