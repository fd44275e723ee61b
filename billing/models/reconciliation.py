"""What does not agree with Stripe: incidents as they happen, and what comparisons found."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain import reconciliation as domain
from billing.models.purchase import Purchase


class Incident(models.Model):
    """Our figure and Stripe's were not the same, or money came that nobody asked for.

    Never repaired in silence: finance closes it with a note. `subject` is the id at Stripe of what
    it is about, where that is not a purchase.
    """

    class Kind(models.TextChoices):
        PREVIEW_DIFFERS = "preview_differs", _("Stripe's preview differs from our quote")
        INVOICE_DIFFERS = "invoice_differs", _("the invoice differs from our quote")
        UNEXPECTED_PAYMENT = "unexpected_payment", _("a payment arrived after the end")
        GRANT_BLOCKED = "grant_blocked", _("paid seats could not be granted")
        RENEWAL_HELD = "renewal_held", _("a renewal is far above what was expected")
        TERMS_GIVEN_UP = "terms_given_up", _("an invoice on terms was given up after its seats")
        PO_NUMBER_MISSING = "po_number_missing", _("an invoice was issued without its order number")
        COLLECTED_DIFFERS = "collected_differs", _("a monthly invoice differs from what was noted")
        SETTLEMENT_DIFFERS = "settlement_differs", _("an invoice differs from what was signed")
        SETTLEMENT_LATE = "settlement_late", _("a true-up was paid after its term")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, null=True, related_name="incidents"
    )
    subject = models.CharField(max_length=120, blank=True)
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
            ),
            models.UniqueConstraint(
                fields=["organization", "subject", "kind"],
                condition=~Q(subject=""),
                name="one_incident_per_subject_and_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_about_noted(self) -> bool:
        """Whether a monthly addition stands still because Stripe noted other amounts."""
        return (
            self.kind == self.Kind.INVOICE_DIFFERS
            and self.purchase is not None
            and self.purchase.waits_for_noted_lines
        )


class ReconciliationRun(models.Model):
    """One comparison of what we hold with what Stripe holds: of everything, or of one organization.

    `only` is the name of that one organization and `only_id` its key, else empty and None. `done`
    of `total` objects have been compared so far. `seen` are the stages that were compared whole,
    `not_seen` those that Stripe did not answer: their differences are left as they were.
    """

    only = models.CharField(max_length=200, blank=True)
    only_id = models.BigIntegerField(null=True)
    requested_by = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    resumed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seen = models.JSONField(default=list)
    not_seen = models.JSONField(default=list)
    compared = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    opened = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    @property
    def differences(self) -> int:
        """How many things were found unequal."""
        return sum(self.found.values())

    @property
    def is_complete(self) -> bool:
        """Whether it ended and everything was seen."""
        return self.finished_at is not None and not self.not_seen


class Finding(models.Model):
    """What several runs may find: one row as long as it lasts, seen so many times since when.

    open -> repaired | accepted | gone. Accepted ones stay as long as both sides read the same;
    repaired and gone ones are over, and the same thing found later is a new row.
    """

    class State(models.TextChoices):
        OPEN = domain.State.OPEN.value, _("open")
        ACCEPTED = domain.State.ACCEPTED.value, _("accepted")
        REPAIRED = domain.State.REPAIRED.value, _("repaired")
        GONE = domain.State.GONE.value, _("gone by itself")

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    times_seen = models.PositiveIntegerField(default=1)
    repair = models.CharField(max_length=20, blank=True)
    repair_key = models.UUIDField(default=uuid.uuid4, editable=False)
    note = models.CharField(_("reason"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        """Whether nothing will be done about it any more."""
        return self.state in (self.State.REPAIRED, self.State.GONE)


_LASTING = Q(state__in=["open", "accepted"])


class Difference(Finding):
    """One thing about an organization that is not the same on both sides, as it reads now."""

    class Kind(models.TextChoices):
        CUSTOMER_MISSING = "customer_missing", _("the customer is not at Stripe")
        BALANCE = "balance", _("credit balance")
        PAYMENT_METHOD = "payment_method", _("payment method")
        SUBSCRIPTION_MISSING = "subscription_missing", _("the subscription is not live at Stripe")
        SUBSCRIPTION_UNKNOWN = "subscription_unknown", _("the subscription is only at Stripe")
        TWO_SUBSCRIPTIONS = "two_subscriptions", _("two live subscriptions at Stripe")
        ITEMS = "items", _("items of the subscription")
        STATUS = "status", _("status")
        QUANTITY = "quantity", _("seats")
        NEXT_QUANTITY = "next_quantity", _("seats of the next term")
        PRICE = "price", _("price")
        PERIOD = "period", _("billing period")
        COLLECTION = "collection", _("way of paying")
        TAX = "tax", _("tax rate")
        INVOICE_MISSING = "invoice_missing", _("the invoice is not at Stripe")
        INVOICE_UNKNOWN = "invoice_unknown", _("the invoice is only at Stripe")
        INVOICE_STATUS = "invoice_status", _("state of the invoice")
        INVOICE_TOTAL = "invoice_total", _("total of the invoice")
        INVOICE_PAID = "invoice_paid", _("paid amount of the invoice")
        INVOICE_LINES = "invoice_lines", _("lines of the invoice")
        PAYMENT_UNKNOWN = "payment_unknown", _("the payment is only at Stripe")
        PAYMENTS = "payments", _("payments of the invoice")
        SEAT_POOL = "seat_pool", _("seat pool against ledger")
        LEDGER = "ledger", _("ledger rule")
        AMOUNT = "amount", _("ledger against invoice")

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="differences"
    )
    kind = models.CharField(_("what"), max_length=30, choices=Kind)
    subject = models.CharField(max_length=120, blank=True)
    ours = models.CharField(_("ours"), max_length=200, blank=True)
    theirs = models.CharField(_("Stripe's"), max_length=200, blank=True)

    class Meta:
        ordering = ["state", "organization", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "subject"],
                condition=_LASTING,
                name="one_lasting_difference_per_subject_and_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}".rstrip()

    def as_found(self) -> domain.Found:
        """Return it as the domain compares it."""
        return domain.Found(domain.Kind(self.kind), self.subject, self.ours, self.theirs)


class Stranger(Finding):
    """An object at Stripe whose customer belongs to no organization of ours.

    It has no tenant and stands in a table of the vendor's own. `amount_minor` is None where the
    object has no amount.
    """

    class Kind(models.TextChoices):
        CUSTOMER = domain.StrangerKind.CUSTOMER.value, _("customer")
        SUBSCRIPTION = domain.StrangerKind.SUBSCRIPTION.value, _("subscription")
        INVOICE = domain.StrangerKind.INVOICE.value, _("invoice")
        PAYMENT = domain.StrangerKind.PAYMENT.value, _("payment")

    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    stripe_id = models.CharField(max_length=80)
    customer_id = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=200, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        ordering = ["state", "kind", "stripe_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_id"], condition=_LASTING, name="one_lasting_stranger_per_object"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.stripe_id}"
