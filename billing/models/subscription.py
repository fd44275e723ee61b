"""The subscription of an organization and its billing periods."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain.period import Period
from billing.models.catalog import Price

ENDED_STATUSES = ("canceled", "incomplete_expired")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions in the words of the domain."""

    def current(self) -> "SubscriptionQuerySet":
        """Return those that have not ended; an organization has one at most."""
        return self.exclude(status__in=ENDED_STATUSES)


class Subscription(models.Model):
    """Seats of one plan for one organization under the price it was sold at.

    reserved (not at Stripe yet) -> active -> past_due -> active | unpaid | canceled

    `purchased_seats` and `next_term_seats` are what the seat ledger amounts to: the ledger's own
    trigger writes them, and another refuses any other writer. More seats in the next term than now
    are a planned increase. `committed_baseline_seats` is what
    an annual commitment fixes; additions above it end with the same term.

    `plan_version` counts every change of what the renewal will bring, `plan_version_at_stripe` is
    the one that Stripe has been told; `plan_lease_until` keeps two tellers apart. `ends_at_stripe`
    is whether Stripe was told to end with the period; empty while that is being told.
    """

    class Status(models.TextChoices):
        RESERVED = "reserved", _("being set up")
        INCOMPLETE = "incomplete", _("first payment open")
        INCOMPLETE_EXPIRED = "incomplete_expired", _("never paid")
        TRIALING = "trialing", _("in trial")
        ACTIVE = "active", _("active")
        PAST_DUE = "past_due", _("payment overdue")
        UNPAID = "unpaid", _("unpaid")
        CANCELED = "canceled", _("canceled")
        PAUSED = "paused", _("paused")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="subscriptions"
    )
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="subscriptions")
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.RESERVED)
    stripe_subscription_id = models.CharField(max_length=80, blank=True)
    stripe_item_id = models.CharField(max_length=80, blank=True)
    stripe_key = models.UUIDField(default=uuid.uuid4, editable=False)
    committed_baseline_seats = models.PositiveIntegerField(default=0)
    purchased_seats = models.PositiveIntegerField(default=0)
    next_term_seats = models.PositiveIntegerField(default=0)
    anchor_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    past_due_since = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    plan_version = models.PositiveIntegerField(default=0)
    plan_version_at_stripe = models.PositiveIntegerField(default=0)
    plan_lease_until = models.DateTimeField(null=True, blank=True)
    ends_at_stripe = models.BooleanField(null=True, default=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=~Q(status__in=ENDED_STATUSES),
                name="one_active_subscription_per_organization",
            ),
            models.UniqueConstraint(
                fields=["stripe_subscription_id"],
                condition=~Q(stripe_subscription_id=""),
                name="one_subscription_per_stripe_subscription",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price.plan.name}, {self.purchased_seats}"

    @property
    def co_terming_seats(self) -> int:
        """Seats above an annual commitment; they end with it."""
        if not self.committed_baseline_seats:
            return 0
        return max(self.purchased_seats - self.committed_baseline_seats, 0)

    @property
    def may_grow(self) -> bool:
        """Whether seats can be bought now: the subscription is live and nothing is overdue."""
        return self.status in (self.Status.ACTIVE, self.Status.TRIALING)


class SubscriptionPeriod(models.Model):
    """One billing period `[start, end)`; periods of a subscription never overlap."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="periods")
    during = DateTimeRangeField(default_bounds="[)")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["subscription", "during"]
        constraints = [
            ExclusionConstraint(
                name="periods_of_a_subscription_do_not_overlap",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("subscription", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(during__startswith__isnull=False, during__endswith__isnull=False)
                & Q(during__isempty=False),
                name="a_period_has_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.during}"

    @property
    def period(self) -> Period:
        """The period as the domain computes with it."""
        return Period(self.during.lower, self.during.upper)
