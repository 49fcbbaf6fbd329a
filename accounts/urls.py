"""Logging in and out, signing up, choosing the first password and another one."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.LogIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("here/", views.here, name="here"),
    path("keys/", views.keys_page, name="keys"),
    path("keys/<int:pk>/revoke/", views.revoke_key, name="revoke_key"),
    path("password/", views.Password.as_view(), name="password"),
    path("signup/", views.signup, name="signup"),
    path("first/<uidb64>/<token>/", views.FirstLogIn.as_view(), name="first_login"),
]
