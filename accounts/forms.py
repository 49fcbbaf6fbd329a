"""Logging in and signing up; a new key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UserCreationForm, UsernameField
from django.contrib.sessions.backends.db import SessionStore
from django.utils.translation import gettext_lazy as _

from accounts import devices, tries
from accounts.models import User
from accounts.text import with_line_ends


class LinesField(forms.CharField):
    """A text of several lines, stored with one character for a line's end."""

    def to_python(self, value: Any) -> str:  # noqa: ANN401 (Django's)
        return with_line_ends(super().to_python(value) or "")


@contextmanager
def _tried(door: str) -> Iterator[None]:
    """A password is looked at inside, which raises where it is a wrong one. Raises `ValidationError` after too many of these."""
    try:
        tries.begin(door)
    except tries.TooManyTries as error:
        raise forms.ValidationError(_("Too many wrong passwords. Wait ten minutes, then try again.")) from error
    yield
    tries.forget(door)


class LogInForm(AuthenticationForm):
    """Django's, with an end to guessing."""

    username = UsernameField(max_length=150, widget=forms.TextInput(attrs={"autofocus": True}))  # Django's has no end, our columns have

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password"):
            return self.cleaned_data  # no password is looked at
        with _tried(tries.door(username, devices.known(self.request, username) if self.request else None)):
            cleaned: dict[str, Any] = super().clean()
        SessionStore.clear_expired()  # a row for each log-in, which Django deletes for who logs out alone
        return cleaned


class AdminLogInForm(LogInForm, AdminAuthenticationForm):
    """The same at the administration's own door."""


class PasswordForm(PasswordChangeForm):
    """Django's, with an end to guessing the old one, by whoever finds a browser that somebody is logged in with."""

    def clean_old_password(self) -> str:
        with _tried(tries.change_door(self.user.pk)):
            old: str = super().clean_old_password()
        return old


class AdminPasswordForm(PasswordForm, AdminPasswordChangeForm):
    """The same on the administration's pages."""


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A new student: the role is never taken from the form."""

    class Meta:
        model = User
        fields = ["username"]
        help_texts = {"username": ""}  # Django's tells of rules that an ordinary name keeps by itself


class KeyForm(forms.Form):
    """What a new API key is for."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)
