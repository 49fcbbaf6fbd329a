"""People, for administrators."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.forms import AdminLogInForm
from accounts.models import User

admin.site.login_form = AdminLogInForm


@admin.register(User)
class RoleUserAdmin(UserAdmin):  # type: ignore[type-arg]  # generic only in the stubs
    """Django's user admin with the role."""

    list_display = ("username", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    fieldsets = (*(UserAdmin.fieldsets or ()), (None, {"fields": ("role",)}))
    add_fieldsets = (*UserAdmin.add_fieldsets, (None, {"fields": ("role",)}))
