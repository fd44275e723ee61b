"""The beginning of a subscription that an organization chose by itself."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain import starting
from billing.models.catalog import Price
from billing.models.subscription import Subscription

UNFINISHED_STATES = tuple(sorted(state.value for state in starting.UNFINISHED))


class SubscriptionStart(models.Model):
    """One attempt to begin; its states are in `billing.domain.starting`.

    Written before anything is asked of Stripe, with the total that was shown. `subscription` is
    made when Stripe is asked and stays `reserved` until the first invoice is paid; Stripe's id is
    kept here until then. One unfinished at a time per organization, one per idempotency key.
    """

    class State(models.TextChoices):
        RESERVED = starting.StartState.RESERVED.value, _("waits for a card")
        ASKED = starting.StartState.ASKED.value, _("being started")
        REQUIRES_ACTION = starting.StartState.REQUIRES_ACTION.value, _("to be confirmed")
        DONE = starting.StartState.DONE.value, _("done")
        FAILED = starting.StartState.FAILED.value, _("not paid")
        WITHDRAWN = starting.StartState.WITHDRAWN.value, _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    seats = models.PositiveIntegerField(_("seats"))
    trial_days = models.PositiveSmallIntegerField(default=0)
    by_invoice = models.BooleanField(default=False)
    currency = models.CharField(_("currency"), max_length=3)
    tax_basis_points = models.PositiveIntegerField(default=0)
    tax_name = models.CharField(max_length=40, blank=True)
    invoice_minor = models.BigIntegerField(_("first invoice"))
    due_minor = models.BigIntegerField(_("charged now"))
    idempotency_key = models.CharField(max_length=200)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.RESERVED)
    subscription = models.OneToOneField(
        Subscription, on_delete=models.PROTECT, null=True, related_name="start"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    stripe_subscription_id = models.CharField(max_length=80, blank=True)
    hosted_invoice_url = models.URLField(max_length=500, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    seated_membership_ids = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "idempotency_key"],
                name="one_start_per_organization_and_idempotency_key",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=UNFINISHED_STATES),
                name="one_open_start_per_organization",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price.plan.name}, {self.seats}"

    @property
    def is_finished(self) -> bool:
        """Whether it waits for nothing any more."""
        return self.state not in UNFINISHED_STATES
