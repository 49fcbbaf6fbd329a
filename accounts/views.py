"""Logging in and signing up."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from accounts.forms import SignUpForm


class LogIn(LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True


class FirstLogIn(PasswordResetConfirmView):
    """Who was put on a roster chooses a password, by a link that works once."""

    template_name = "accounts/first_login.html"
    post_reset_login = True
    success_url = reverse_lazy("tutor:home")


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
