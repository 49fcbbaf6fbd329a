from django.apps import AppConfig
from django.db.models import fields
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        fields.BLANK_CHOICE_LABEL = "–"  # Django's own words have no translation yet
        from accounts import checks  # noqa: F401 (to be registered, once the apps are there)
