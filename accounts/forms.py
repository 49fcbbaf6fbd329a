"""Signing up."""

from django.contrib.auth.forms import UserCreationForm

from accounts.models import User


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A new student: the role is never taken from the form."""

    class Meta:
        model = User
        fields = ["username"]
        help_texts = {"username": ""}  # Django's tells of rules that an ordinary name keeps by itself
