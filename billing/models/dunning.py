"""Unpaid invoices: the policy, the cases, what was done about each, attempts to pay one."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain import dunning
from billing.models.invoice import Invoice
from billing.models.subscription import Subscription


class _Days(models.Model):
    """The days of a policy, as they stand in the policy and in each case that began under it."""

    class End(models.TextChoices):
        CANCELED = dunning.End.CANCELED.value, _("the subscription is canceled")
        UNPAID = dunning.End.UNPAID.value, _("the subscription is unpaid, nothing more is charged")
        PAST_DUE = dunning.End.PAST_DUE.value, _("the subscription stays past due")

    reminder_days = ArrayField(models.PositiveSmallIntegerField())
    restrict_after_days = models.PositiveSmallIntegerField(_("restricted after days"))
    end_after_days = models.PositiveSmallIntegerField(_("ended after days"))
    end = models.CharField(_("end"), max_length=10, choices=End)

    class Meta:
        abstract = True

    def policy(self) -> dunning.Policy:
        """Return the days as the domain computes with them."""
        return dunning.Policy(
            tuple(self.reminder_days),
            self.restrict_after_days,
            self.end_after_days,
            dunning.End(self.end),
        )


class DunningPolicy(_Days):
    """One version of the vendor's policy; the latest is in force for cases that begin after it.

    Insert-only: a trigger refuses update and delete.
    """

    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"v{self.pk}"


class DunningCase(_Days):
    """What is done about one invoice that is overdue; one case an invoice.

    past_due -> restricted -> ended; closed at any time by a payment, or because nothing is owed.
    The case keeps the days it began under, so that what was announced stays true. `held_days` moves
    the steps that are still to come by the days of a pause. `end_asked_at` is the intent to end the
    subscription at Stripe, stored before the call; `collects_again` is false from the moment that
    coming invoices are kept back until Stripe is told to charge them again.
    """

    class Stage(models.TextChoices):
        PAST_DUE = dunning.Stage.PAST_DUE.value, _("past due")
        RESTRICTED = dunning.Stage.RESTRICTED.value, _("restricted")
        ENDED = dunning.Stage.ENDED.value, _("ended")

    class Outcome(models.TextChoices):
        PAID = "paid", _("paid")
        GIVEN_UP = "given_up", _("given up by the vendor")
        SUBSCRIPTION_ENDED = "subscription_ended", _("the subscription has ended")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="dunning_cases")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, related_name="+"
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.PAST_DUE)
    overdue_since = models.DateTimeField(_("overdue since"))
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    restricted_at = models.DateTimeField(null=True, blank=True)
    end_asked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    held_days = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True)
    paused_by_label = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    collects_again = models.BooleanField(default=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["overdue_since"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "invoice"],
                name="one_dunning_case_per_organization_and_invoice",
            ),
            models.CheckConstraint(
                condition=~Q(stage="restricted") | Q(restricted_at__isnull=False),
                name="a_restriction_happens_at_a_known_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_step_at"],
                condition=Q(closed_at__isnull=True),
                name="open_dunning_cases",
            )
        ]

    def __str__(self) -> str:
        return str(self.invoice)


class DunningNotice(models.Model):
    """A step that was taken, or passed over; unique per case and step, so that none is repeated."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    case = models.ForeignKey(DunningCase, on_delete=models.PROTECT, related_name="notices")
    step = models.CharField(max_length=20)
    at = models.DateTimeField()
    is_skipped = models.BooleanField(default=False)
    recipients = ArrayField(models.EmailField(), default=list)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "case", "step"],
                name="one_notice_per_case_and_step",
            )
        ]

    def __str__(self) -> str:
        return self.step


class InvoicePaymentAttempt(models.Model):
    """The intent to pay an open invoice now, written before the card is charged.

    asked -> paid | confirm (the bank asks the payer) | refused. One at a time an invoice; its id is
    the idempotency key, so a repeated call charges once.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("being paid")
        PAID = "paid", _("paid")
        CONFIRM = "confirm", _("to be confirmed")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="attempts_to_pay")
    payment_method_id = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    failure_code = models.CharField(max_length=60, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "invoice"],
                condition=Q(state="asked"),
                name="one_attempt_to_pay_an_invoice_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.invoice)
