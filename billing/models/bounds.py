"""Safety bounds: the limits, the purchases that stopped for a person, the renewals that are held.

Defaults stand in `billing.domain.bounds`; a row here replaces them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain.bounds import Approval
from billing.models.invoice import Invoice
from billing.models.purchase import Purchase
from billing.models.quote import Quote
from billing.models.start import SubscriptionStart


class VendorLimits(models.Model):
    """The limits of every organization that has none of its own. At most one row; empty is none."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    seats = models.PositiveIntegerField(_("seats in one purchase"), null=True, blank=True)
    factor_percent = models.PositiveIntegerField(
        _("seats after a purchase, in percent of today's"), null=True, blank=True
    )
    renewal_percent = models.PositiveIntegerField(
        _("renewal above the expected, in percent"), null=True, blank=True
    )
    repairs_need_two = models.BooleanField(_("repairs need two people"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="the_vendor_has_one_set_of_limits")
        ]

    def __str__(self) -> str:
        return "limits"


class AmountLimit(models.Model):
    """The most that passes without a person, in minor units of one currency; empty is none."""

    currency = models.CharField(_("currency"), max_length=3, primary_key=True)
    purchase_minor = models.BigIntegerField(_("in one purchase"), null=True, blank=True)
    day_minor = models.BigIntegerField(_("in 24 hours"), null=True, blank=True)

    class Meta:
        ordering = ["currency"]

    def __str__(self) -> str:
        return self.currency


class OrganizationLimits(models.Model):
    """What differs for one organization; what is empty is the vendor's.

    Amounts are minor units of the organization's currency.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="limits"
    )
    seats = models.PositiveIntegerField(_("seats in one purchase"), null=True, blank=True)
    factor_percent = models.PositiveIntegerField(
        _("seats after a purchase, in percent of today's"), null=True, blank=True
    )
    purchase_minor = models.BigIntegerField(_("amount in one purchase"), null=True, blank=True)
    day_minor = models.BigIntegerField(_("amount in 24 hours"), null=True, blank=True)
    renewal_percent = models.PositiveIntegerField(
        _("renewal above the expected, in percent"), null=True, blank=True
    )

    def __str__(self) -> str:
        return f"limits of {self.organization_id}"


class PurchaseReview(models.Model):
    """A purchase or a beginning that stopped before any charge, until a person lets it pass.

    open -> approved | refused. An approval covers as many seats for as much money, until
    `approved_until`, for one purchase that goes through.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    # A beginning has no quote.
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    quantity_from = models.PositiveIntegerField()
    quantity_to = models.PositiveIntegerField()
    total_minor = models.BigIntegerField()
    day_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    breaches = models.JSONField(default=list)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    opened_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    approved_until = models.DateTimeField(null=True, blank=True)
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, null=True, related_name="reviews"
    )
    start = models.ForeignKey(
        SubscriptionStart, on_delete=models.PROTECT, null=True, related_name="reviews"
    )

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "quantity_to"],
                condition=Q(state="open"),
                name="one_open_review_per_organization_and_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_until__isnull=False),
                name="an_approval_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seats} seats"

    @property
    def seats(self) -> int:
        """The seats that it adds."""
        return self.quantity_to - self.quantity_from

    @property
    def is_of_start(self) -> bool:
        """Whether it is about beginning a subscription."""
        return self.quote_id is None

    @property
    def is_used(self) -> bool:
        """Whether what was approved has been bought or begun."""
        return self.purchase_id is not None or self.start_id is not None

    @property
    def approval(self) -> Approval | None:
        """What was let pass, or None."""
        if self.state != self.State.APPROVED or self.approved_until is None:
            return None
        return Approval(self.quantity_to, self.total_minor, self.currency, self.approved_until)


class InvoiceHold(models.Model):
    """A renewal's invoice that was far above the expected, kept from being charged.

    held -> released | voided. `too_late` means that Stripe had charged it before we saw it.
    """

    class State(models.TextChoices):
        HELD = "held", _("held back")
        TOO_LATE = "too_late", _("seen too late to hold")
        RELEASED = "released", _("released")
        VOIDED = "voided", _("voided")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    stripe_invoice_id = models.CharField(max_length=80)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="holds")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    expected_minor = models.BigIntegerField()
    most_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    held_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering = ["-held_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "stripe_invoice_id"],
                name="one_hold_per_organization_and_invoice",
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_invoice_id
