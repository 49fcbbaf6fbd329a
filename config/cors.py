"""The API for pages of other sites, as chat clients that run in a browser are: without these headers (CORS) browsers keep its replies from
them. It takes keys and never looks at cookies, so no page gets more by it than whoever has a key."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from config.errors import is_api

FOR_ALL = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
ASKED_BEFORE = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Max-Age": "86400"}


class ApiForPages(MiddlewareMixin):
    """The first of all: a browser asks beforehand without a key, and reads no error either that has not these headers."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        asks_before = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        if not (asks_before and is_api(request)):
            return None
        headers = request.headers.get("Access-Control-Request-Headers", "")
        return HttpResponse(status=204, headers=ASKED_BEFORE | {"Access-Control-Allow-Headers": headers})

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_api(request):
            for name, value in FOR_ALL.items():
                response.headers[name] = value
        return response
