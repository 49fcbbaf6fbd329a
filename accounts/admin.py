"""People, for administrators."""

from collections import Counter
from collections.abc import Sequence

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import router
from django.db.models import QuerySet
from django.db.models.deletion import Collector
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import changes
from accounts.forms import AdminLogInForm
from accounts.models import User

GOES = {  # what people know of all that goes with a person; of what hangs on it, nobody needs the number
    "accounts.user": _("People"),
    "accounts.enrolment": _("Places in classes"),
    "accounts.apikey": _("API keys"),
    "tutor.conversation": _("Conversations"),
    "tutor.turn": _("Questions"),
    "practice.item": _("Practice problems"),
    "grading.submission": _("Handed-in work"),
    "grading.mark": _("Marks"),
    "grading.problem": _("Problems of their bank"),
    "admin.logentry": _("Entries of the administration"),
}

admin.site.login_form = AdminLogInForm
admin.site.unregister(Group)  # nothing asks for one


@admin.register(User)
class RoleUserAdmin(UserAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Django's user admin, where the role alone says what a person may do."""

    list_display = ("username", "first_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    fieldsets = (
        (None, {"fields": ("username", "password", "role", "is_active")}),
        (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (*UserAdmin.add_fieldsets, (None, {"fields": ("role",)}))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody stops being an administrator by their own hand: so one is always left. What has happened is nobody's to change."""
        own = obj is not None and obj.pk == request.user.pk
        return ("last_login", "date_joined", "role", "is_active") if own else ("last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.pk != request.user.pk)

    def save_model(self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool) -> None:
        """These pages are an administrator's: of one who was made here, too, and no more of one who is none any more."""
        obj.is_staff = obj.is_superuser = obj.role == User.Role.ADMIN
        super().save_model(request, obj, form, change)

    def get_deleted_objects(
        self, objs: "Sequence[User] | QuerySet[User]", request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Counts alone, of what people know: Django's list of all that goes along has a line for every few words that a student was ever
        answered. Of the people themselves, who asks is the one that stays.
        """
        collector = Collector(using=router.db_for_write(User))
        collector.collect(objs)
        counts: Counter[str] = Counter()
        for model, found in collector.data.items():
            counts[model._meta.label_lower] += len(found)
        for rows in collector.fast_deletes:
            counts[rows.model._meta.label_lower] += rows.count()
        said = {str(words): counts[label] for label, words in GOES.items() if counts[label]}
        return [str(each) for each in objs], said, set(), [str(each) for each in objs if each.pk == request.user.pk]

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        self.delete_queryset(request, User.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        changes.forget(list(queryset.values_list("pk", flat=True)))
        super().delete_queryset(request, queryset)
