"""A purchase: the stored intent to buy, from the click to the seats."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain import collection, purchase
from billing.models.catalog import Price
from billing.models.contract import CollectedInvoice
from billing.models.invoice import Invoice
from billing.models.quote import Quote
from billing.models.subscription import Subscription

UNFINISHED_STATES = tuple(sorted(state.value for state in purchase.UNFINISHED))


# Stripe prints at most this much of a custom field.
LONGEST_PO_NUMBER = 30


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    """Purchases in the words of the domain."""

    def unfinished(self) -> "PurchaseQuerySet":
        """Return those that still wait for something."""
        return self.filter(state__in=UNFINISHED_STATES)


class Purchase(models.Model):
    """One attempt to buy the seats of one quote; its states are in `billing.domain.purchase`.

    The row is written before Stripe is asked for anything, and its id is in the idempotency key of
    every call, so a repeated call cannot charge twice. Constraints: one purchase per organization
    and idempotency key, one per quote, and one unfinished at a time per organization; seats only
    when it is paid, or on terms for a collection that has them. `collected_in` is the invoice that
    a monthly one waited for; without it (and without an invoice) it is noted and not yet invoiced.
    `noted_repair` is what a person chose when Stripe had noted other amounts. `waiting_entry_ids`
    are those of the waiting list that it was made for; they are seated before the rest of the list.
    """

    class NotedRepair(models.TextChoices):
        NONE = "", _("none")
        ADD_LINE = "add_line", _("one line for the difference")
        REPLACE = "replace", _("our lines instead of Stripe's")

    class State(models.TextChoices):
        RESERVED = purchase.PurchaseState.RESERVED.value, _("reserved")
        AWAITING_PAYMENT = purchase.PurchaseState.AWAITING_PAYMENT.value, _("being paid")
        REQUIRES_ACTION = purchase.PurchaseState.REQUIRES_ACTION.value, _("to be confirmed")
        ON_TERMS = purchase.PurchaseState.ON_TERMS.value, _("on terms")
        PAID = purchase.PurchaseState.PAID.value, _("paid")
        PROVISIONED = purchase.PurchaseState.PROVISIONED.value, _("done")
        FAILED = purchase.PurchaseState.FAILED.value, _("not paid")
        EXPIRED = purchase.PurchaseState.EXPIRED.value, _("expired")

    class Collection(models.TextChoices):
        CARD = collection.Collection.CARD.value, _("by card")
        INVOICE = collection.Collection.INVOICE.value, _("by invoice")
        MONTHLY = collection.Collection.MONTHLY.value, _("by monthly invoice")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="purchases"
    )
    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="purchase")
    idempotency_key = models.CharField(max_length=200)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.RESERVED)
    kind = models.CharField(
        _("kind"), max_length=12, choices=Quote.Kind, default=Quote.Kind.INCREASE
    )
    price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, related_name="+")
    quantity_from = models.PositiveIntegerField()
    quantity_to = models.PositiveIntegerField()
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.BigIntegerField(_("total"))
    collection = models.CharField(
        _("collection"), max_length=10, choices=Collection, default=Collection.CARD
    )
    net_days = models.PositiveSmallIntegerField(default=0)
    po_number = models.CharField(_("purchase order number"), max_length=30, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    noted_repair = models.CharField(max_length=10, choices=NotedRepair, blank=True)
    stripe_invoice_id = models.CharField(max_length=80, blank=True)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, related_name="purchases"
    )
    collected_in = models.ForeignKey(
        CollectedInvoice, on_delete=models.PROTECT, null=True, related_name="purchases"
    )
    hosted_invoice_url = models.URLField(max_length=500, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    waiting_entry_ids = ArrayField(models.BigIntegerField(), default=list)
    seated_membership_ids = ArrayField(models.BigIntegerField(), default=list)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    charge_requested_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    terms_granted_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    provisioned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "idempotency_key"],
                name="one_purchase_per_organization_and_idempotency_key",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=UNFINISHED_STATES),
                name="one_open_purchase_per_organization",
            ),
            models.CheckConstraint(
                condition=~Q(state="provisioned") | Q(provisioned_at__isnull=False),
                name="seats_are_granted_at_a_known_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "on_terms", "provisioned"])
                | (~Q(state="on_terms") & Q(paid_at__isnull=False))
                | (~Q(state="paid") & Q(terms_granted_at__isnull=False)),
                name="seats_are_granted_only_when_paid_or_on_terms",
            ),
            models.CheckConstraint(
                condition=Q(terms_granted_at__isnull=True) | ~Q(collection="card"),
                name="a_card_has_no_terms",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"]),
            models.Index(
                fields=["organization"],
                condition=Q(collection="monthly", invoice__isnull=True),
                name="noted_purchases",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=UNFINISHED_STATES),
                name="unfinished_purchases",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seats} seats"

    @property
    def seats(self) -> int:
        """The seats that it adds."""
        return self.quantity_to - self.quantity_from

    @property
    def is_finished(self) -> bool:
        """Whether it waits for nothing any more."""
        return self.state not in UNFINISHED_STATES

    @property
    def waits_for_noted_lines(self) -> bool:
        """Whether it is a monthly addition that Stripe has not noted as it was quoted."""
        return (
            self.collection == self.Collection.MONTHLY and self.state == self.State.AWAITING_PAYMENT
        )
