"""What the vendor gives away: a percentage off a subscription, or money as credit."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain.discount import Discount
from billing.models.subscription import Subscription


class SubscriptionDiscount(models.Model):
    """A percentage off every invoice of a subscription while it is in force.

    asked for (`starts_at` is empty) -> in force -> over (`ends_at` has come, or `ended_at` is set)

    The row is written before Stripe is asked; `stripe_key` is in the keys of every call. Stripe's
    own seconds become `starts_at` and `ends_at`, so that both sides agree which invoice is the
    last one. One that is not over is the only one of its subscription.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="discounts"
    )
    basis_points = models.PositiveIntegerField(_("basis points"))
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    stripe_key = models.UUIDField(default=uuid.uuid4, editable=False)
    stripe_coupon_id = models.CharField(max_length=80, blank=True)
    stripe_discount_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    end_asked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subscription"],
                condition=Q(ended_at__isnull=True),
                name="one_discount_at_a_time_per_subscription",
            ),
            models.CheckConstraint(
                condition=Q(basis_points__gte=1, basis_points__lte=10_000),
                name="a_discount_takes_something_and_at_most_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.basis_points / 100:g} %"

    @property
    def discount(self) -> Discount | None:
        """The discount as the domain computes with it; None while Stripe does not know it."""
        if self.starts_at is None:
            return None
        ends = [moment for moment in (self.ends_at, self.ended_at) if moment is not None]
        return Discount(self.basis_points, self.starts_at, min(ends, default=None))

    def is_over(self, now: datetime) -> bool:
        """Tell whether nothing is reduced by it any more."""
        return self.ended_at is not None or (self.ends_at is not None and self.ends_at <= now)


class CreditGrant(models.Model):
    """An amount put on an organization's credit balance, with the reason.

    Written before Stripe is asked; `done_at` is set once Stripe has booked it. Above the vendor's
    amount it waits for a second person first: waiting -> approved | refused. Who asked may take it
    back, which is a refusal too.
    """

    class Approval(models.TextChoices):
        NOT_NEEDED = "not_needed", _("one person is enough")
        WAITING = "waiting", _("waits for a second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="credit_grants"
    )
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=300)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    idempotency_key = models.CharField(max_length=200)
    stripe_key = models.UUIDField(default=uuid.uuid4, editable=False)
    stripe_transaction_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    approval = models.CharField(
        _("approval"), max_length=10, choices=Approval, default=Approval.NOT_NEEDED
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decision_note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(approval__in=["not_needed", "approved"]),
                name="a_credit_is_booked_after_its_approval",
            ),
            models.CheckConstraint(
                condition=~Q(approval="approved")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("granted_by"))),
                name="a_credit_is_approved_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["organization", "idempotency_key"],
                name="one_credit_per_organization_and_idempotency_key",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="a_credit_gives_something"
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def may_be_booked(self) -> bool:
        """Whether nobody has to decide about it any more, and nobody refused it."""
        return self.approval in (self.Approval.NOT_NEEDED, self.Approval.APPROVED)
