"""What the renewal of a subscription will bring: other seats, another price, or the end."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.models.catalog import Price
from billing.models.subscription import Subscription


class ScheduledChangeQuerySet(models.QuerySet["ScheduledChange"]):
    """Scheduled changes in the words of the domain."""

    def planned(self) -> "ScheduledChangeQuerySet":
        """Return those that still wait for their renewal."""
        return self.filter(state=ScheduledChange.State.PLANNED)


class ScheduledChange(models.Model):
    """One plan for the renewal.

    planned -> applied (the renewal brought it) | undone (a person took it back)
            -> superseded (another plan, a change at once or the end took its place)

    `effective_at` is the renewal it waits for. How many seats that renewal brings is in the seat
    ledger (`next_term_seats`), because purchases in between move it; `quantity_from` and
    `quantity_to` are what was asked for, `quantity_to` of a price is empty when it leaves the seats
    alone. Constraint: one planned change of a kind per subscription.
    """

    class Kind(models.TextChoices):
        SEATS = "seats", _("seats")
        PRICE = "price", _("price")
        CANCELLATION = "cancellation", _("cancellation")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        APPLIED = "applied", _("in force")
        UNDONE = "undone", _("undone")
        SUPERSEDED = "superseded", _("replaced")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="scheduled_changes"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    quantity_from = models.PositiveIntegerField()
    quantity_to = models.PositiveIntegerField(null=True, blank=True)
    price_from = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    price_to = models.ForeignKey(
        Price, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    effective_at = models.DateTimeField(_("takes effect"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_label = models.CharField(_("by"), max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_label = models.CharField(max_length=200, blank=True)

    objects = ScheduledChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subscription", "kind"],
                condition=Q(state="planned"),
                name="one_planned_change_per_subscription_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="seats", quantity_to__isnull=False, price_to__isnull=True)
                | Q(kind="price", price_to__isnull=False)
                | Q(kind="cancellation", quantity_to__isnull=True, price_to__isnull=True),
                name="a_scheduled_change_names_what_it_changes",
            ),
            models.CheckConstraint(
                condition=Q(state="planned", ended_at__isnull=True)
                | (~Q(state="planned") & Q(ended_at__isnull=False)),
                name="a_scheduled_change_ends_at_a_known_time",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-created_at"])]

    def __str__(self) -> str:
        return self.get_kind_display()
