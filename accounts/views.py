"""Logging in and signing up; another password; keys for programs."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import changes, devices, keys
from accounts.forms import KeyForm, LogInForm, PasswordForm, SignUpForm
from accounts.models import User
from accounts.request import Request


class LogIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        devices.remember(response, form.get_user().get_username())
        return response


class FirstLogIn(PasswordResetConfirmView):
    """Who has no password, new on a roster or because it was forgotten, chooses one, by a link that works once."""

    template_name = "accounts/first_login.html"
    post_reset_login = True
    success_url = reverse_lazy("tutor:home")

    def get_user(self, uidb64: str) -> User | None:
        """Nobody who teaches by now: the class's teacher may have kept the link."""
        user = super().get_user(uidb64)
        return None if user is None or user.teaches else user

    def get_context_data(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (Django's)
        return super().get_context_data(**more, changes=changes.of(self.user) if self.user and self.validlink else [])


class Password(PasswordChangeView):
    """A person's own password becomes another one. Every other browser that is logged in with the old one is logged out."""

    template_name = "accounts/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("tutor:home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        super().form_valid(form)
        return render(self.request, self.template_name, {"changed": True})

    def get_context_data(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (Django's)
        assert isinstance(self.request.user, User)
        return super().get_context_data(**more, changes=changes.of(self.request.user))


@require_safe
def here(request: Request) -> HttpResponse:
    """Who is logged in, and a token that holds for them: a page asks before it sends a form (static/js/sending.js)."""
    return JsonResponse({"person": request.user.pk, "token": get_token(request)}, headers={"Cache-Control": "no-store"})


@require_http_methods(["GET", "HEAD", "POST"])
def keys_page(request: Request) -> HttpResponse:
    """A person's API keys. A new one is shown in the answer to the form that made it, and never again."""
    form = KeyForm(request.POST or None)
    made = ""
    if form.is_valid():
        try:
            made = keys.make(request.user, form.cleaned_data["name"])
            form = KeyForm()
        except keys.TooManyKeys:
            form.add_error("name", _("You have as many keys as one may have. Revoke one first."))
    context = {"keys": keys.keys_of(request.user), "form": form, "made": made, "base": request.build_absolute_uri("/v1")}
    quota = {"used": keys.used_today(request.user), "limit": settings.API_TOKENS_A_DAY, "requests": settings.API_REQUESTS_A_MINUTE}
    return render(request, "accounts/keys.html", context | quota)


@require_POST
def revoke_key(request: Request, pk: int) -> HttpResponse:
    keys.revoke(request.user, pk)
    return redirect("accounts:keys")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Make a student's account and log them in."""
    if request.user.is_authenticated:
        return redirect("tutor:home")
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        login(request, form.save())
        return redirect("tutor:home")
    return render(request, "accounts/signup.html", {"form": form})
