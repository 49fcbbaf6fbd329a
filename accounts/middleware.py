"""Turning away those who are not logged in, and leaving nothing behind for them."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin

from accounts.returning import page_of


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

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]) -> HttpResponseRedirect:
        """Django's own leads back to the address, whatever the method: from a form, to an empty 405."""
        return redirect_to_login(page_of(request), self.get_login_url(view_func), self.get_redirect_field_name(view_func))


class NoPageStays(MiddlewareMixin):
    """The computers of a school are shared: after logging out, the browser's Back button would show the pages of who was there before."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_cache_control(response, private=True, no_store=True)
        return response
