"""`manage.py demo_accounts`: one account for each role, to look around with, and a class to look at."""

import secrets

from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.models import User


class Command(BaseCommand):
    help = "Make the accounts student, teacher and admin where they are missing; their random passwords are printed this once."

    def handle(self, **options: object) -> None:
        for role in User.Role.values:
            if not User.objects.filter(username=role).exists():
                password = secrets.token_urlsafe(9)
                if role == User.Role.ADMIN:
                    User.objects.create_superuser(role, password=password)
                else:
                    User.objects.create_user(role, password=password, role=role)
                self.stdout.write(f"{role:8} {password}")
        call_command("demo_class")
