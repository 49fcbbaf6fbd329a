"""The practice app."""

from django.apps import AppConfig
from django.db.models.signals import pre_delete


class PracticeConfig(AppConfig):
    name = "practice"

    def ready(self) -> None:
        from practice.answering import keep_asked  # once the models are there

        pre_delete.connect(keep_asked, sender="tutor.Conversation")
