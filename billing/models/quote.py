"""A quote: every figure of a change at one second, as it was shown."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain.changes import ChangeKind
from billing.domain.collection import Collection
from billing.domain.quoting import QuoteFigures
from billing.models.catalog import Price
from billing.models.snapshot import figures_from_json
from billing.models.subscription import Subscription


class Quote(models.Model):
    """An immutable snapshot. Insert-only: a trigger refuses update and delete.

    `figures` holds every line, `terms` the price table they follow from. `prorated_at` is the
    second that Stripe is asked to prorate at as well. `fingerprint` identifies the figures: when
    the same computation gives another one later, this quote can no longer be bought. `collection`
    says how the money would come; `invoice_on` and `due_on` are days of the organization's time
    zone, without a card alone. `price` is the one after the change where that is another than
    before.
    """

    class Kind(models.TextChoices):
        INCREASE = ChangeKind.INCREASE.value, _("more seats")
        PLAN_CHANGE = ChangeKind.PLAN_CHANGE.value, _("another plan")
        SWITCH = ChangeKind.SWITCH.value, _("another interval")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    number = models.PositiveIntegerField(_("number"))
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.INCREASE)
    price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, related_name="+")
    quantity_from = models.PositiveIntegerField()
    quantity_to = models.PositiveIntegerField()
    currency = models.CharField(_("currency"), max_length=3)
    prorated_at = models.DateTimeField()
    total_now_minor = models.BigIntegerField(_("charged now"))
    tax_now_minor = models.BigIntegerField(_("tax"))
    next_invoice_minor = models.BigIntegerField(_("next invoice"))
    collection = models.CharField(_("collection"), max_length=10, default=Collection.CARD.value)
    net_days = models.PositiveSmallIntegerField(default=0)
    invoice_on = models.DateField(_("invoiced on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    next_invoice_at = models.DateTimeField()
    terms = models.JSONField()
    figures = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"))

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="one_quote_per_organization_and_number"
            ),
            models.CheckConstraint(
                condition=Q(quantity_to__gt=models.F("quantity_from"))
                | (~Q(kind="increase") & Q(quantity_to=models.F("quantity_from"))),
                name="a_quote_adds_seats_or_changes_the_price",
            ),
            models.CheckConstraint(
                condition=Q(kind="increase", price__isnull=True)
                | (~Q(kind="increase") & Q(price__isnull=False)),
                name="a_quote_of_another_price_names_it",
            ),
            models.CheckConstraint(
                condition=Q(total_now_minor__gte=0), name="a_quote_never_charges_below_zero"
            ),
        ]
        indexes = [models.Index(fields=["organization", "-created_at"])]

    def __str__(self) -> str:
        return f"Q-{self.number}"

    @property
    def seats(self) -> int:
        """The seats that it adds."""
        return self.quantity_to - self.quantity_from

    def is_open(self, now: datetime) -> bool:
        """Tell whether the quote has not run out at `now`."""
        return now < self.expires_at

    def snapshot(self) -> QuoteFigures:
        """Return the stored figures as the domain's own."""
        return figures_from_json(self.figures)
