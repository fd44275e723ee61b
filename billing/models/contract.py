"""What was agreed with an organization about paying, and the invoices that collect a month."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain.collection import Conditions
from billing.models.invoice import Invoice
from billing.models.subscription import Subscription


class Contract(models.Model):
    """How an organization pays, as the vendor's finance approved it; one row an organization.

    The history holds every earlier version. `applied_at` is empty from the approval until Stripe's
    subscription collects the same way; nothing is bought in between, so that no card is charged
    for what was to be invoiced.
    """

    class Collection(models.TextChoices):
        CARD = "card", _("by card")
        INVOICE = "invoice", _("by invoice")

    class Cadence(models.TextChoices):
        IMMEDIATE = "immediate", _("each addition at once")
        MONTHLY = "monthly", _("small additions once a month")

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, primary_key=True, related_name="contract"
    )
    collection = models.CharField(
        _("collection"), max_length=10, choices=Collection, default=Collection.CARD
    )
    net_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    credit_limit_minor = models.BigIntegerField(_("credit limit"), default=0)
    needs_po_number = models.BooleanField(_("purchase order number needed"), default=False)
    cadence = models.CharField(
        _("invoices"), max_length=10, choices=Cadence, default=Cadence.IMMEDIATE
    )
    monthly_below_minor = models.BigIntegerField(_("small is below"), default=0)
    reason = models.CharField(_("reason"), max_length=500)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_by_label = models.CharField(max_length=200)
    approved_at = models.DateTimeField(_("approved at"))
    stripe_key = models.UUIDField(default=uuid.uuid4, editable=False)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(net_days__gte=1, net_days__lte=180), name="terms_are_1_to_180_days"
            ),
            models.CheckConstraint(
                condition=Q(credit_limit_minor__gte=0, monthly_below_minor__gte=0),
                name="limits_of_a_contract_are_never_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_collection_display()}, {self.get_cadence_display()}"

    def conditions(self) -> Conditions:
        """Return the agreement as the domain decides with it."""
        return Conditions(
            by_invoice=self.collection == self.Collection.INVOICE,
            net_days=self.net_days,
            credit_limit_minor=self.credit_limit_minor,
            is_monthly=self.cadence == self.Cadence.MONTHLY,
            monthly_below_minor=self.monthly_below_minor,
        )


class CollectedInvoice(models.Model):
    """The intent to invoice what was noted since the last time, written before Stripe is asked.

    reserved -> drafted -> issued; or stopped, when Stripe's total is not ours: an incident says so
    and finance decides. A purchase belongs to one of them at most. One a month for the month's
    end; an addition too large to wait has what was noted invoiced before it.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("being drawn up")
        DRAFTED = "drafted", _("drawn up")
        ISSUED = "issued", _("issued")
        STOPPED = "stopped", _("stopped")

    class Reason(models.TextChoices):
        MONTH = "month", _("end of the month")
        PURCHASE = "purchase", _("a larger addition")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("month"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RESERVED)
    total_minor = models.BigIntegerField(_("total"))
    currency = models.CharField(_("currency"), max_length=3)
    stripe_invoice_id = models.CharField(max_length=80, blank=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "month"],
                condition=Q(reason="month"),
                name="one_collected_invoice_per_organization_and_month",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=["reserved", "drafted"]),
                name="one_collected_invoice_under_way_per_organization",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
