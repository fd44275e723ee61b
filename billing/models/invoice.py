"""Invoices, their lines and payments, mirrored from Stripe, which owns them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.models.subscription import Subscription


class Invoice(models.Model):
    """A mirror of one Stripe invoice, rewritten whenever Stripe is asked for it again.

    Amounts are minor units. `total_minor` includes tax; `amount_due_minor` is what is left for the
    card after the credit balance. Credit notes before payment lower what is due, those after it
    give something back; `subtotal_minor` is before `discount_minor` and tax.

    `buyer` is who was billed, as Stripe fixed it when the invoice was finalized, and `seller` who
    sold by then: neither changes when the details of today do.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        PAID = "paid", _("paid")
        VOID = "void", _("void")
        UNCOLLECTIBLE = "uncollectible", _("uncollectible")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="invoices"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, related_name="invoices"
    )
    stripe_invoice_id = models.CharField(max_length=80)
    number = models.CharField(_("number"), max_length=80, blank=True)
    status = models.CharField(_("status"), max_length=15, choices=Status)
    billing_reason = models.CharField(max_length=40, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    subtotal_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField(_("total"))
    starting_balance_minor = models.BigIntegerField(default=0)
    ending_balance_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    credited_before_payment_minor = models.BigIntegerField(default=0)
    credited_after_payment_minor = models.BigIntegerField(default=0)
    buyer = models.JSONField(default=dict)
    seller = models.JSONField(default=dict)
    po_number = models.CharField(_("purchase order"), max_length=80, blank=True)
    amount_due_minor = models.BigIntegerField()
    amount_paid_minor = models.BigIntegerField()
    amount_remaining_minor = models.BigIntegerField()
    period_start = models.DateTimeField(null=True)
    period_end = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(_("issued at"))
    due_at = models.DateTimeField(_("due at"), null=True)
    finalized_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(_("paid at"), null=True)
    voided_at = models.DateTimeField(null=True)
    hosted_invoice_url = models.URLField(max_length=500, blank=True)
    pdf_url = models.URLField(max_length=500, blank=True)
    is_sent = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "stripe_invoice_id"],
                name="one_mirror_per_organization_and_stripe_invoice",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-issued_at"])]

    def __str__(self) -> str:
        return self.number or self.stripe_invoice_id


class InvoiceLine(models.Model):
    """One line of an invoice as Stripe wrote it.

    `stripe_item_id` names the item of the subscription, `stripe_price_id` the version of the price
    it was charged under; `unit_amount_minor` is None where the price of one seat is no whole number
    of minor units or the line has none. `renews` marks the lines that charge a whole period on the
    invoice of a renewal that stands; a period of an item is charged on one such invoice only, on
    several lines where its price has tiers. `amount_minor` is before `discount_minor`, both
    before tax.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    stripe_line_id = models.CharField(max_length=80)
    description = models.CharField(max_length=500, blank=True)
    quantity = models.IntegerField(null=True)
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    period_start = models.DateTimeField(null=True)
    period_end = models.DateTimeField(null=True)
    is_proration = models.BooleanField(default=False)
    renews = models.BooleanField(default=False)
    stripe_item_id = models.CharField(max_length=80, blank=True)
    stripe_price_id = models.CharField(max_length=80, blank=True)
    unit_amount_minor = models.BigIntegerField(null=True)
    discount_minor = models.BigIntegerField(default=0)
    stripe_tax_rate_id = models.CharField(max_length=80, blank=True)
    taxability_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "invoice", "position"],
                name="one_line_per_invoice_and_position",
            ),
            ExclusionConstraint(
                name="one_renewal_invoice_per_item_and_period",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("stripe_item_id", RangeOperators.EQUAL),
                    ("period_start", RangeOperators.EQUAL),
                    ("invoice", RangeOperators.NOT_EQUAL),
                ],
                condition=models.Q(renews=True),
            ),
        ]

    def __str__(self) -> str:
        return self.description


class Payment(models.Model):
    """One payment of an invoice, tried or done, with what it was paid with.

    `method` is Stripe's word for the kind (card, sepa_debit); empty until it is known. Brand and
    digits are those of the card that paid, which may not be the card of today.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="payments")
    stripe_payment_id = models.CharField(max_length=80)
    stripe_payment_intent_id = models.CharField(max_length=80, blank=True)
    status = models.CharField(_("status"), max_length=40)
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    paid_at = models.DateTimeField(_("paid at"), null=True)
    refunded_minor = models.BigIntegerField(_("refunded"), default=0)
    method = models.CharField(max_length=40, blank=True)
    payment_method_id = models.CharField(max_length=80, blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)

    class Meta:
        ordering = ["invoice", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "stripe_payment_id"],
                name="one_mirror_per_organization_and_stripe_payment",
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_payment_id
