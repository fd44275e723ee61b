"""A settlement: the stored intent to charge or credit what was decided outside of a purchase."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain import settlement as domain
from billing.models.invoice import Invoice
from billing.models.purchase import Purchase
from billing.models.subscription import Subscription

MOVING_STATES = tuple(sorted(state.value for state in domain.MOVING))


class SettlementQuerySet(models.QuerySet["Settlement"]):
    """Settlements in the words of the domain."""

    def moving(self) -> "SettlementQuerySet":
        """Return those whose seats are about to change."""
        return self.filter(state__in=MOVING_STATES)


class Settlement(models.Model):
    """Lines that become one invoice and the seats that follow; see `billing.domain.settlement`.

    One per organization and reference, such as "true-up 2026-Q3". The row is committed before
    Stripe is asked for anything; its id and `round` are in every idempotency key and on the
    invoice, so a call that is repeated charges nothing twice. A new round begins when a person
    tries again after a stop.

    `has_terms` was decided when it was reserved: seats then come with the invoice, and otherwise
    with its payment. `quantity_to` are the seats it leaves, known once it is `applying`; `told_at`
    is when Stripe bills that number, `granted_at` when the ledger has it.
    """

    class State(models.TextChoices):
        RESERVED = domain.State.RESERVED.value, _("being drawn up")
        DRAFTED = domain.State.DRAFTED.value, _("drawn up")
        ISSUED = domain.State.ISSUED.value, _("waiting for payment")
        ON_TERMS = domain.State.ON_TERMS.value, _("on terms")
        PAID = domain.State.PAID.value, _("paid")
        APPLYING = domain.State.APPLYING.value, _("changing seats")
        SETTLED = domain.State.SETTLED.value, _("settled")
        STOPPED = domain.State.STOPPED.value, _("stopped")
        FAILED = domain.State.FAILED.value, _("not paid")
        LAPSED = domain.State.LAPSED.value, _("paid after its term")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="settlements"
    )
    reference = models.CharField(_("reference"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RESERVED)
    round = models.PositiveSmallIntegerField(default=1)
    currency = models.CharField(_("currency"), max_length=3)
    tax_basis_points = models.PositiveIntegerField(_("tax rate"))
    tax_minor = models.BigIntegerField(_("tax"))
    total_minor = models.BigIntegerField(_("total"))
    seats_from = models.PositiveIntegerField()
    seats_delta = models.IntegerField(_("seats"))
    quantity_to = models.PositiveIntegerField(null=True, blank=True)
    term_ends_at = models.DateTimeField()
    collection = models.CharField(
        _("collection"),
        max_length=10,
        choices=Purchase.Collection,
        default=Purchase.Collection.CARD,
    )
    net_days = models.PositiveSmallIntegerField(default=0)
    has_terms = models.BooleanField(default=False)
    po_number = models.CharField(_("purchase order number"), max_length=30, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    stripe_invoice_id = models.CharField(max_length=80, blank=True)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.SET_NULL, null=True, related_name="settlements"
    )
    differences = models.JSONField(default=list)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True)
    collect_asked_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    terms_granted_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    granted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "reference"],
                name="one_settlement_per_organization_and_reference",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state="applying"),
                name="one_settlement_changes_seats_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["applying", "settled"])
                | Q(paid_at__isnull=False)
                | Q(terms_granted_at__isnull=False),
                name="a_settlement_changes_seats_when_paid_or_on_terms",
            ),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(granted_at__isnull=False),
                name="a_settlement_is_settled_with_its_seats",
            ),
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True) | Q(quantity_to__isnull=False),
                name="settled_seats_are_a_known_number",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"]),
            models.Index(
                fields=["created_at"],
                condition=~Q(state__in=["settled", "stopped", "failed", "lapsed"]),
                name="settlements_under_way",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def key(self) -> str:
        """What names this round at Stripe."""
        return f"{self.pk}/{self.round}"

    def domain_lines(self) -> tuple[domain.Line, ...]:
        """Return the lines as the domain computes with them, in their order."""
        return tuple(line.line() for line in self.lines.all())


class SettlementLine(models.Model):
    """One line: seats and an amount net of tax; `tax_minor` is what the invoice adds to it."""

    class Kind(models.TextChoices):
        OVERAGE = domain.LineKind.OVERAGE.value, _("overage")
        REACTIVATION = domain.LineKind.REACTIVATION.value, _("reactivation")
        REMOVAL = domain.LineKind.REMOVAL.value, _("removal")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    seats = models.IntegerField(_("seats"))
    amount_minor = models.BigIntegerField(_("amount"))
    tax_minor = models.BigIntegerField(_("tax"), default=0)
    description = models.CharField(_("description"), max_length=500)

    class Meta:
        ordering = ["settlement", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "settlement", "position"],
                name="one_line_per_settlement_and_position",
            ),
            models.CheckConstraint(
                condition=Q(kind="removal", seats__lt=0, amount_minor__lte=0)
                | (~Q(kind="removal") & Q(seats__gt=0, amount_minor__gte=0)),
                name="a_removal_credits_and_everything_else_charges",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor=0)
                | Q(amount_minor__gt=0, tax_minor__gte=0, tax_minor__lte=F("amount_minor"))
                | Q(amount_minor__lt=0, tax_minor__lte=0, tax_minor__gte=F("amount_minor")),
                name="tax_of_a_settlement_line_follows_its_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.description

    def line(self) -> domain.Line:
        """Return the line as the domain computes with it."""
        return domain.Line(
            domain.LineKind(self.kind), self.seats, self.amount_minor, self.description
        )
