"""What is answered where no view was reached or none could: a page to a person, the API's own error to a program."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.views import defaults

from tutor import api_request


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not is_api(request):
        return defaults.bad_request(request, exception)
    unknown = isinstance(exception, DisallowedHost)
    words = "The server does not answer to this host name (ALLOWED_HOSTS)." if unknown else "The request could not be read."
    return api_request.bad_request(words).response()


def server_error(request: HttpRequest) -> HttpResponse:
    return api_request.accident().response() if is_api(request) else defaults.server_error(request)


def too_large(request: HttpRequest) -> HttpResponse:
    return api_request.too_large().response() if is_api(request) else _page("413.html", request, 413)


def too_much(request: HttpRequest) -> HttpResponse:
    """By itself it is not too large, but others send as well."""
    return api_request.too_much().response() if is_api(request) else _page("503.html", request, 503)


def _page(template: str, request: HttpRequest, status: int) -> HttpResponse:
    """Before any middleware, which would have chosen the language."""
    with translation.override(translation.get_language_from_request(request)):
        return HttpResponse(render_to_string(template), status=status)


class MethodNotAllowed(MiddlewareMixin):
    """Who opens the address of a form, by a link or from the history, gets a page. Django's own answer is empty."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.method != "GET" or not isinstance(response, HttpResponseNotAllowed):
            return response
        response.content = render_to_string("405.html", request=request)
        return response


def is_api(request: HttpRequest) -> bool:
    return f"{request.path_info}/".startswith("/v1/")
