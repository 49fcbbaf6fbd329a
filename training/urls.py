"""The addresses of the administrator's pages of training."""

from django.urls import path

from training.views import datasets, evaluations, models, runs

app_name = "training"
urlpatterns = [
    path("", runs.index, name="runs"),
    path("runs/", runs.table, name="table"),
    path("start/", runs.start, name="start"),
    path("compare/", runs.compare, name="compare"),
    path("runs/<uuid:pk>/", runs.show, name="run"),
    path("runs/<uuid:pk>/log/", runs.log, name="log"),
    path("runs/<uuid:pk>/cancel/", runs.cancel, name="cancel"),
    path("runs/<uuid:pk>/resume/", runs.resume, name="resume"),
    path("runs/<uuid:pk>/delete/", runs.delete, name="delete_run"),
    path("models/", models.index, name="models"),
    path("models/workers/", models.workers, name="workers"),
    path("models/rollback/", models.roll_back, name="roll_back"),
    path("models/<uuid:pk>/", models.show, name="model"),
    path("models/<uuid:pk>/promote/", models.promote, name="promote"),
    path("models/<uuid:pk>/measure/", models.measure, name="measure"),
    path("models/<uuid:pk>/delete/", models.delete, name="delete_model"),
    path("evaluations/", evaluations.index, name="evaluations"),
    path("evaluations/<uuid:pk>/", evaluations.show, name="evaluation"),
    path("evaluations/<uuid:pk>/transcripts.jsonl", evaluations.transcripts, name="transcripts"),
    path("evaluations/<uuid:pk>/delete/", evaluations.delete, name="delete_evaluation"),
    path("data/", datasets.index, name="datasets"),
    path("data/import/", datasets.import_file, name="import"),
    path("data/build/<slug:source>/", datasets.build, name="build"),
    path("data/<uuid:pk>/", datasets.show, name="dataset"),
    path("data/<uuid:pk>/export/", datasets.export, name="export"),
    path("data/<uuid:pk>/delete/", datasets.delete, name="delete_dataset"),
]
