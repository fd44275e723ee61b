"""Who pays for an organization, and with what."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class BillingAccount(models.Model):
    """The payer of an organization; one row an organization.

    The card is described as Stripe describes it (brand, last four digits, expiry); its number never
    comes here. `credit_balance_minor` mirrors what Stripe holds for the customer, as a positive
    number; Stripe's own sign is the opposite.

    Payer, address, VAT id and purchase order are ours and are sent to Stripe: `details_key` is the
    intent of the last change, and while `details_pending_since` is set Stripe has not taken it yet.

    The tax is decided from address, VAT id and exemption (`billing.domain.tax`) and holds for later
    invoices; while `tax_pending_since` is set Stripe does not know it yet.
    """

    class Collection(models.TextChoices):
        CARD = "card", _("by card")
        INVOICE = "invoice", _("by invoice")

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, primary_key=True, related_name="billing_account"
    )
    stripe_customer_id = models.CharField(max_length=80, blank=True)
    stripe_key = models.UUIDField(default=uuid.uuid4, editable=False)
    payer_name = models.CharField(_("payer"), max_length=200, blank=True)
    payer_email = models.EmailField(_("e-mail address for invoices"), blank=True)
    address_line1 = models.CharField(_("street"), max_length=200, blank=True)
    address_line2 = models.CharField(_("more address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    po_number = models.CharField(_("purchase order number"), max_length=80, blank=True)
    details_key = models.UUIDField(null=True, blank=True, editable=False)
    details_pending_since = models.DateTimeField(null=True, blank=True, editable=False)
    stripe_tax_id = models.CharField(max_length=80, blank=True, editable=False)
    collection = models.CharField(
        _("collection"), max_length=10, choices=Collection, default=Collection.CARD
    )
    payment_method_id = models.CharField(max_length=80, blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_exp_month = models.PositiveSmallIntegerField(null=True, blank=True)
    card_exp_year = models.PositiveSmallIntegerField(null=True, blank=True)
    tax_rate_basis_points = models.PositiveIntegerField(_("tax rate"), default=0)
    tax_name = models.CharField(max_length=40, blank=True)
    tax_reason = models.CharField(max_length=20, blank=True)
    is_tax_exempt = models.BooleanField(_("exempt from tax"), default=False)
    tax_pending_since = models.DateTimeField(null=True, blank=True, editable=False)
    credit_balance_minor = models.BigIntegerField(_("credit balance"), default=0)
    last_quote_number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    synced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_customer_id"],
                condition=~models.Q(stripe_customer_id=""),
                name="one_billing_account_per_stripe_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.payer_name or str(self.organization_id)

    @property
    def has_card(self) -> bool:
        """Whether a card is kept at Stripe for this account."""
        return bool(self.payment_method_id)
