"""The Celery application: one queue of turns, JSON only; a message that comes twice or not at all does no harm (tutor.leases)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lemma")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    # A message is acknowledged when its turn begins: from then on the turn's lease answers for it, not the broker. Late
    # acknowledgement would add nothing but its failures (kombu 5.7 ends the worker when one meets a restarted broker).
    task_acks_late=False,
    worker_disable_prefetch=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a worker waits for its broker for as long as it takes
    # Who asks must not wait for a broker that is away: a message that is not sent is sent again by a worker's sweep.
    task_publish_retry=False,
    broker_transport_options={"socket_connect_timeout": 2, "socket_timeout": 10, "max_retries": 1, "interval_start": 0, "interval_step": 0},
)
app.conf.imports = ["config.tasks"]
app.autodiscover_tasks()
