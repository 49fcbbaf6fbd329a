"""Wiring. The Celery application is loaded with the settings, so that every process can send a turn to the queue."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
