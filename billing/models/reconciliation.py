"""What does not agree with Stripe: incidents as they happen, and the nightly comparison."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.models.purchase import Purchase


class Incident(models.Model):
    """Our figure and Stripe's were not the same, or money came that nobody asked for.

    Never repaired in silence: finance closes it with a note.
    """

    class Kind(models.TextChoices):
        PREVIEW_DIFFERS = "preview_differs", _("Stripe's preview differs from our quote")
        INVOICE_DIFFERS = "invoice_differs", _("the invoice differs from our quote")
        UNEXPECTED_PAYMENT = "unexpected_payment", _("a payment arrived after the end")
        GRANT_BLOCKED = "grant_blocked", _("paid seats could not be granted")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, null=True, related_name="incidents"
    )
    ours = models.JSONField(default=dict)
    theirs = models.JSONField(default=dict)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purchase", "kind"],
                condition=Q(purchase__isnull=False),
                name="one_incident_per_purchase_and_kind",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class ReconciliationRun(models.Model):
    """One comparison of everything we hold with everything Stripe holds."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    subscriptions = models.PositiveIntegerField(default=0)
    invoices = models.PositiveIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class Difference(models.Model):
    """One thing that a run found unequal, with both sides as they stood."""

    class Kind(models.TextChoices):
        SUBSCRIPTION_MISSING = "subscription_missing", _("the subscription is not at Stripe")
        SUBSCRIPTION_UNKNOWN = "subscription_unknown", _("the subscription is only at Stripe")
        STATUS = "status", _("status")
        QUANTITY = "quantity", _("seats")
        PRICE = "price", _("price")
        PERIOD = "period", _("billing period")
        OPEN_INVOICE = "open_invoice", _("open invoice")
        SEAT_POOL = "seat_pool", _("seat pool against ledger")
        LEDGER = "ledger", _("ledger rule")
        AMOUNT = "amount", _("ledger against invoice")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    run = models.ForeignKey(ReconciliationRun, on_delete=models.CASCADE, related_name="found")
    kind = models.CharField(_("what"), max_length=30, choices=Kind)
    subject = models.CharField(max_length=120, blank=True)
    ours = models.CharField(_("ours"), max_length=200, blank=True)
    theirs = models.CharField(_("Stripe's"), max_length=200, blank=True)

    class Meta:
        ordering = ["run", "organization", "kind"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.ours} / {self.theirs}"
