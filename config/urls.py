"""Every page's address."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.i18n import set_language

from tutor import api

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
urlpatterns = [
    re_path(r"^v1/models/?$", api.models),
    re_path(r"^v1/models/(?P<name>[^/]+)/?$", api.model),
    re_path(r"^v1/chat/completions/?$", api.chat_completions),
    re_path(r"^v1(?:/(?P<path>.*))?$", api.unknown),
    re_path(r"^(?P<path>models|chat/completions)/?$", api.elsewhere),
    path("", include("tutor.urls")),
    path("", include("grading.urls")),
    path("practice/", include("practice.urls")),
    path("training/", include("training.urls")),
    path("accounts/", include("accounts.urls")),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
]
