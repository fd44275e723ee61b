"""The seat ledger: every change of an organization's seats, never changed afterwards."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain import ledger
from billing.models.invoice import Invoice
from billing.models.purchase import Purchase
from billing.models.quote import Quote
from billing.models.scheduled_change import ScheduledChange
from billing.models.settlement import Settlement
from billing.models.subscription import Subscription


class SeatLedgerEntry(models.Model):
    """One line of the ledger. Insert-only: a trigger refuses update and delete.

    A second trigger refuses an entry whose `sequence` does not follow the last one, or whose
    `seats_after` is not the last one's plus `seats_delta`; it then writes both balances to the
    subscription. `amount_minor` is the total of the invoice, tax included; `effective_at` is the
    second from which the seats were paid for, `recorded_at` the moment of writing.
    """

    class Cause(models.TextChoices):
        PURCHASE = ledger.Cause.PURCHASE.value, _("purchase")
        SCHEDULED_DECREASE = ledger.Cause.SCHEDULED_DECREASE.value, _("planned decrease")
        SCHEDULED_INCREASE = ledger.Cause.SCHEDULED_INCREASE.value, _("planned increase")
        RENEWAL = ledger.Cause.RENEWAL.value, _("renewal")
        RENEWAL_INCREASE = ledger.Cause.RENEWAL_INCREASE.value, _("increase at renewal")
        SWITCH = ledger.Cause.SWITCH.value, _("change of plan or interval")
        TRUE_UP_OVERAGE = ledger.Cause.TRUE_UP_OVERAGE.value, _("true-up, overage")
        TRUE_UP_REMOVAL = ledger.Cause.TRUE_UP_REMOVAL.value, _("true-up, removal")
        TRUE_UP_REACTIVATION = (
            ledger.Cause.TRUE_UP_REACTIVATION.value,
            _("true-up, reactivation"),
        )
        CORRECTION = ledger.Cause.CORRECTION.value, _("correction")
        END = ledger.Cause.END.value, _("end of the subscription")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="ledger_entries"
    )
    sequence = models.PositiveIntegerField()
    cause = models.CharField(_("cause"), max_length=20, choices=Cause)
    seats_delta = models.IntegerField(_("seats"))
    seats_after = models.PositiveIntegerField(_("seats after"))
    next_term_seats_after = models.PositiveIntegerField(_("seats of the next term"))
    amount_minor = models.BigIntegerField(_("amount"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    effective_at = models.DateTimeField(_("effective at"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(_("by"), max_length=200)
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, null=True, related_name="+")
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, null=True, related_name="ledger_entries"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, related_name="ledger_entries"
    )
    scheduled_change = models.ForeignKey(
        ScheduledChange, on_delete=models.PROTECT, null=True, related_name="ledger_entries"
    )
    settlement = models.ForeignKey(
        Settlement, on_delete=models.PROTECT, null=True, related_name="ledger_entries"
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subscription", "sequence"],
                name="one_ledger_entry_per_subscription_and_sequence",
            ),
            models.UniqueConstraint(
                fields=["organization", "purchase"],
                condition=Q(purchase__isnull=False),
                name="one_ledger_entry_per_purchase",
            ),
            models.UniqueConstraint(
                fields=["organization", "settlement", "cause"],
                condition=Q(settlement__isnull=False),
                name="one_ledger_entry_per_settlement_and_cause",
            ),
            models.UniqueConstraint(
                fields=["organization", "subscription", "effective_at"],
                condition=Q(cause="renewal"),
                name="one_renewal_per_subscription_and_period",
            ),
            # Several purchases may share an invoice, where small ones are bundled.
            models.UniqueConstraint(
                fields=["organization", "invoice", "cause"],
                condition=Q(
                    cause__in=[
                        "renewal",
                        "true_up_overage",
                        "true_up_reactivation",
                        "true_up_removal",
                    ],
                    invoice__isnull=False,
                ),
                name="one_ledger_entry_per_invoice_and_cause",
            ),
            models.CheckConstraint(
                condition=~Q(cause="scheduled_decrease")
                | Q(next_term_seats_after__lte=models.F("seats_after")),
                name="a_planned_decrease_keeps_at_most_its_seats",
            ),
            models.CheckConstraint(
                condition=~Q(cause="scheduled_increase")
                | Q(next_term_seats_after__gte=models.F("seats_after")),
                name="a_planned_increase_keeps_at_least_its_seats",
            ),
            models.CheckConstraint(
                condition=~Q(cause__in=["switch", "renewal_increase"])
                | Q(next_term_seats_after=models.F("seats_after")),
                name="a_new_term_leaves_nothing_planned",
            ),
            models.CheckConstraint(
                condition=~Q(cause="end") | Q(seats_after=0, next_term_seats_after=0),
                name="the_end_leaves_no_seat",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.seats_delta:+d}"

    def entry(self) -> ledger.Entry:
        """Return the entry as the domain computes with it."""
        return ledger.Entry(
            cause=ledger.Cause(self.cause),
            effective_at=self.effective_at,
            seats_delta=self.seats_delta,
            seats_after=self.seats_after,
            next_term_after=self.next_term_seats_after,
            amount_minor=self.amount_minor,
        )
