"""Turning away those who are not logged in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase


class LogInFirst(LoginRequiredMiddleware):
    """Sends a person to the log-in page, and tells a page's script 401: a fragment of a page must not become a log-in form."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[Any, Any],
    ) -> HttpResponseBase | None:
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        return HttpResponse(status=401) if refusal is not None and "HX-Request" in request.headers else refusal
