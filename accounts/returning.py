"""Where a person comes back to after logging in, or after switching the language."""

from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def page_of(request: HttpRequest) -> str:
    """The page that is asked for, or that a form was sent from: the form's own address may be one that cannot be read."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    _, _, path, query, _ = urlsplit(referer)
    return urlunsplit(("", "", path or "/", query, ""))
