"""The Celery application: one queue of turns, JSON only, nothing run twice that the turn's lease does not allow."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lemma")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    # Above the longest turn: an earlier redelivery would only be turned away by the turn's lease, but costs a slot.
    broker_transport_options={"visibility_timeout": 3600},
)
app.autodiscover_tasks()
