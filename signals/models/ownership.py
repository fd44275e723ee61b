"""Who works which accounts: rules for accounts without a manager, and absences of the staff.

These tables are the vendor's own and hold no tenant's data.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User


class OwnerRule(models.Model):
    """A group of account managers and the accounts they work; the first rule that fits decides.

    Empty fields fit every account. `countries` are ISO codes separated by commas; the bounds of
    the annual recurring revenue are whole US dollars, roughly converted from other currencies.
    """

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    segment = models.CharField(
        _("segment"), max_length=20, choices=Organization.Segment, blank=True
    )
    countries = models.CharField(_("countries"), max_length=200, blank=True)
    seats_from = models.PositiveIntegerField(_("seats from"), null=True, blank=True)
    seats_to = models.PositiveIntegerField(_("seats to"), null=True, blank=True)
    arr_from = models.PositiveBigIntegerField(_("revenue from"), null=True, blank=True)
    arr_to = models.PositiveBigIntegerField(_("revenue to"), null=True, blank=True)
    managers = models.ManyToManyField(
        User,
        verbose_name=_("account managers"),
        limit_choices_to={"vendor_role": "account_manager"},
        related_name="+",
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats_from__isnull=True)
                | Q(seats_to__isnull=True)
                | Q(seats_from__lte=F("seats_to")),
                name="an_owner_rule_has_its_seats_in_order",
            ),
            models.CheckConstraint(
                condition=Q(arr_from__isnull=True)
                | Q(arr_to__isnull=True)
                | Q(arr_from__lte=F("arr_to")),
                name="an_owner_rule_has_its_revenue_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.get_segment_display() or self.countries}"


class StaffProfile(models.Model):
    """To whom a person of the vendor reports, and when they are away with whom standing in."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_profile"
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("manager"),
    )
    absent_from = models.DateField(_("away from"), null=True, blank=True)
    absent_until = models.DateField(_("away until"), null=True, blank=True)
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deputy"),
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(absent_from__isnull=True, absent_until__isnull=True)
                | Q(absent_from__lte=F("absent_until")),
                name="an_absence_begins_before_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")),
                name="nobody_is_their_own_deputy",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class VendorView(models.Model):
    """Filters of a vendor's list under a name; `query` is what follows the "?" of its address.

    Its owner sees it, and with `is_shared` everybody who may see the list. The rows that it shows
    depend on the reader, as the list itself does. A deleted view is kept, to be taken back.
    """

    class Page(models.TextChoices):
        TASKS = "tasks", _("Tasks")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=20, choices=Page, default=Page.TASKS)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "page", "name"],
                condition=Q(deleted_at__isnull=True),
                name="one_vendor_view_per_owner_and_name",
            )
        ]

    def __str__(self) -> str:
        return self.name
