"""Every page's address."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("tutor.urls")),
    path("accounts/", include("accounts.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
