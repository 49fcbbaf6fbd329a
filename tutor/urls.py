"""The tutor's pages."""

from django.urls import path

from tutor import views

app_name = "tutor"
urlpatterns = [
    path("", views.home, name="home"),
    path("help/<uuid:pk>/", views.help_with, name="help"),
    path("ask/", views.ask, name="ask"),
    path("c/<uuid:pk>/", views.conversation, name="conversation"),
    path("c/<uuid:pk>/rename/", views.rename, name="rename"),
    path("c/<uuid:pk>/delete/", views.delete, name="delete"),
    path("c/<uuid:pk>/export.md", views.export, name="export"),
    path("c/<uuid:pk>/share/", views.share, name="share"),
    path("shared/", views.shared, name="shared"),
    path("shared/<uuid:pk>/", views.shared_conversation, name="shared_conversation"),
    path("t/<uuid:pk>/stop/", views.stop, name="stop"),
    path("t/<uuid:pk>/regenerate/", views.regenerate, name="regenerate"),
    path("reports/", views.reports, name="reports"),
    path("reports/<int:pk>/", views.reported, name="reported"),
    path("reports/<int:pk>/handled/", views.handle_report, name="handle_report"),
    path("t/<uuid:pk>/report/", views.report, name="report"),
    path("t/<uuid:pk>/go-on/", views.go_on, name="go_on"),
    path("t/<uuid:pk>/edit/", views.edit, name="edit"),
    path("plots/<uuid:pk>.png", views.plot, name="plot"),
    path("history/", views.history, name="history"),
    path("notices/", views.notices, name="notices"),
    path("state/", views.state, name="state"),
]
