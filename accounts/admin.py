"""Django's admin, for the vendor's admins alone: its staff, and organizations to look at.

`accounts.middleware.AdminScope` opens the staff scope around it. What customers do themselves has
pages of its own and is not changed here.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.middleware import may_open_admin
from accounts.models import Organization, User
from accounts.services.history import Actor, record

if TYPE_CHECKING:
    UserAdminBase = admin.ModelAdmin[User]
    OrganizationAdminBase = admin.ModelAdmin[Organization]
else:
    UserAdminBase = OrganizationAdminBase = admin.ModelAdmin

admin.site.site_header = _("Headroom: vendor operations")
admin.site.site_title = _("Vendor operations")
admin.site.index_title = _("Staff and organizations")


def _is_vendor_admin(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and may_open_admin(request.user)


@admin.register(User)
class StaffAdmin(UserAdminBase):
    """People of the vendor; customers' people are not listed.

    A new person has no password and sets one through "Forgot it?".
    """

    list_display = ("email", "name", "vendor_role", "is_active", "is_staff", "last_login")
    list_filter = ("vendor_role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "vendor_role", "is_active", "is_staff", "last_login")
    readonly_fields = ("last_login",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return the vendor's people."""
        return super().get_queryset(request).exclude(vendor_role=User.VendorRole.NONE)

    def save_model(
        self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool
    ) -> None:
        """Save, and write down who changed what."""
        if not change:
            obj.set_unusable_password()
        obj.email = obj.email.strip().lower()
        super().save_model(request, obj, form, change)
        if isinstance(request.user, User):
            record(
                actor=Actor.of(request.user),
                verb="staff_changed" if change else "staff_added",
                subject=obj,
                organization_id=None,
                now=timezone.now(),
                changes={name: str(form.cleaned_data.get(name)) for name in form.changed_data},
            )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_vendor_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _is_vendor_admin(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_vendor_admin(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _is_vendor_admin(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Organization)
class OrganizationAdmin(OrganizationAdminBase):
    """Organizations, to look at."""

    list_display = ("name", "external_id", "segment", "currency", "account_manager", "created_at")
    list_filter = ("segment", "currency")
    list_select_related = ("account_manager",)
    search_fields = ("name", "external_id", "slug")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_vendor_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        return _is_vendor_admin(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
