"""Credit notes and their lines, mirrored from Stripe, which owns them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.models.invoice import Invoice


class CreditNote(models.Model):
    """A mirror of one Stripe credit note, which takes back a part of an invoice or all of it.

    Amounts are minor units and positive. What was credited before payment lowers what is due on the
    invoice; what was credited after it was refunded to the payer, settled outside of Stripe, or put
    on the credit balance. `total_minor` includes tax and is the sum of all four.
    """

    class Status(models.TextChoices):
        ISSUED = "issued", _("issued")
        VOID = "void", _("void")

    class Reason(models.TextChoices):
        DUPLICATE = "duplicate", _("charged twice")
        FRAUDULENT = "fraudulent", _("a charge nobody made")
        ORDER_CHANGE = "order_change", _("the order was changed")
        PRODUCT_UNSATISFACTORY = "product_unsatisfactory", _("the product did not satisfy")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="credit_notes")
    stripe_credit_note_id = models.CharField(max_length=80)
    number = models.CharField(_("number"), max_length=80)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    reason = models.CharField(_("reason"), max_length=40, choices=Reason, blank=True)
    memo = models.CharField(_("note"), max_length=500, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    subtotal_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField(_("total"))
    before_payment_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    elsewhere_minor = models.BigIntegerField(default=0)
    to_balance_minor = models.BigIntegerField(default=0)
    issued_at = models.DateTimeField(_("issued at"))
    voided_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "stripe_credit_note_id"],
                name="one_mirror_per_organization_and_stripe_credit_note",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-issued_at"])]

    def __str__(self) -> str:
        return self.number or self.stripe_credit_note_id


class CreditNoteLine(models.Model):
    """One line of a credit note; `stripe_invoice_line_id` names the line that it takes back."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    credit_note = models.ForeignKey(CreditNote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    stripe_line_id = models.CharField(max_length=80)
    stripe_invoice_line_id = models.CharField(max_length=80, blank=True)
    description = models.CharField(max_length=500, blank=True)
    quantity = models.IntegerField(null=True)
    unit_amount_minor = models.BigIntegerField(null=True)
    amount_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    stripe_tax_rate_id = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["credit_note", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "credit_note", "position"],
                name="one_line_per_credit_note_and_position",
            ),
        ]

    def __str__(self) -> str:
        return self.description
