"""The pages of practice and mastery."""

from django.urls import path

from practice import views

app_name = "practice"
urlpatterns = [
    path("", views.index, name="index"),
    path("start/", views.start, name="start"),
    path("reading/", views.reading, name="reading"),
    path("mastery/", views.own_mastery, name="mastery"),
    path("items/<uuid:pk>/", views.item, name="item"),
    path("items/<uuid:pk>/answer/", views.answer, name="answer"),
    path("items/<uuid:pk>/help/", views.ask_help, name="help"),
    path("items/<uuid:pk>/reveal/", views.reveal, name="reveal"),
    path("items/<uuid:pk>/variant/", views.variant, name="variant"),
    path("items/<uuid:pk>/report/", views.report, name="report"),
    path("reports/", views.reports, name="reports"),
    path("reports/<int:pk>/handled/", views.handle_report, name="handle_report"),
    path("writings/<uuid:pk>/", views.writing, name="writing"),
    path("writings/<uuid:pk>/again/", views.write_again, name="write_again"),
    path("turns/<uuid:pk>/", views.like_turn, name="like_turn"),
    path("classes/<uuid:pk>/", views.classroom, name="classroom"),
    path("enrolments/<int:pk>/", views.student, name="student"),
]
