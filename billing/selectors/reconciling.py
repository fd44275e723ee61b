"""What the pages of the reconciliation show: differences in words, runs, what agrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import HistoryEntry
from accounts.selectors.history import HistoryLine, history_line
from accounts.templatetags.headroom import format_money, localtime, number, percent
from billing.domain.reconciliation import STAGE_OF, Kind, Stage, amount_of, period_of
from billing.domain.reconciliation import StrangerKind as Unknown
from billing.domain.repairs import Repair, Side, Suggestion, Why, suggest, suggest_for_stranger
from billing.models import (
    BillingAccount,
    Difference,
    Invoice,
    ReconciliationRun,
    Stranger,
    Subscription,
)
from billing.selectors.sides import has_unexplained_payment, price_of

_REASONS: Final[Mapping[Why, Promise]] = {
    Why.STRIPE_COLLECTS: gettext_lazy(
        "Stripe collects the money and knows first what became of it. Our copy is out of date."
    ),
    Why.STRIPE_KEEPS_DOCUMENTS: gettext_lazy(
        "Invoices are written by Stripe. Our copy has to read as the original does."
    ),
    Why.NOBODY_PAID_FOR_IT: gettext_lazy(
        "No purchase and no paid invoice explains the seats that Stripe has more. They were "
        "changed there by hand, and nobody paid for them."
    ),
    Why.SOMEBODY_PAID_FOR_IT: gettext_lazy(
        "The customer paid an invoice for a change of this subscription that no entry of the "
        "ledger names. The seats are paid for and have to be granted."
    ),
    Why.SEATS_WERE_PAID_FOR: gettext_lazy(
        "The ledger holds seats that were paid for until the end of the term. Stripe was changed "
        "by hand and would charge too little at the renewal."
    ),
    Why.TERMS_ARE_OURS: gettext_lazy(
        "The terms of the contract are kept here. Stripe has to charge by them: change it there, "
        "then look again."
    ),
    Why.ONE_SUBSCRIPTION_EACH: gettext_lazy(
        "An organization has one subscription, and this one was not started here. The customer may "
        "be paying twice: cancel one of them at Stripe, then look again."
    ),
    Why.LEDGER_IS_THE_SUM: gettext_lazy(
        "The seats that people may use follow from the ledger, entry by entry. The pool has to "
        "be what the entries sum up to."
    ),
    Why.LEDGER_IS_NEVER_CHANGED: gettext_lazy(
        "Entries of the ledger are never changed. Find out what happened, and note it here."
    ),
    Why.A_PERSON_MUST_FIND_OUT: gettext_lazy(
        "Nothing that is stored says which side is right. Find out what happened first."
    ),
}
_SIDES: Final[Mapping[Side, Promise]] = {
    Side.OURS: gettext_lazy("Ours is right"),
    Side.THEIRS: gettext_lazy("Stripe is right"),
    Side.NOBODY: gettext_lazy("Nobody knows yet"),
}
_REPAIRS: Final[Mapping[Repair, tuple[Promise, Promise]]] = {
    Repair.MIRROR_AGAIN: (
        gettext_lazy("Copy from Stripe again"),
        gettext_lazy("We ask Stripe once more and write what it says. Nothing changes at Stripe."),
    ),
    Repair.SET_QUANTITY: (
        gettext_lazy("Set Stripe to the seats of the ledger"),
        gettext_lazy(
            "Stripe gets the ledger's number of seats. Nothing is charged or credited for it now; "
            "the next renewal charges that number."
        ),
    ),
    Repair.CORRECT_LEDGER: (
        gettext_lazy("Correct the ledger to Stripe's seats"),
        gettext_lazy(
            "An entry with your reason takes the ledger and the seats that people may use to "
            "Stripe's number. Nothing changes at Stripe."
        ),
    ),
    Repair.SET_POOL: (
        gettext_lazy("Set the seat pool to the ledger"),
        gettext_lazy("People may use as many seats as the ledger sums up to."),
    ),
    Repair.IMPORT_INVOICE: (
        gettext_lazy("Import the invoice"),
        gettext_lazy("We copy the invoice with its lines and payments. It grants no seats."),
    ),
    Repair.LINK_CUSTOMER: (
        gettext_lazy("Link the customer to an organization"),
        gettext_lazy("From then on everything of this customer is compared with the organization."),
    ),
    Repair.AT_STRIPE: (
        gettext_lazy("Change it at Stripe"),
        gettext_lazy("This is done in Stripe's dashboard. Look again afterwards."),
    ),
    Repair.ACCEPT: (
        gettext_lazy("Accept as it is"),
        gettext_lazy("It stays as it is and is not reported again until a side changes."),
    ),
}
_STAGES: Final[Mapping[Stage, Promise]] = {
    Stage.CUSTOMERS: gettext_lazy("Customers"),
    Stage.SUBSCRIPTIONS: gettext_lazy("Subscriptions"),
    Stage.INVOICES: gettext_lazy("Invoices"),
    Stage.PAYMENTS: gettext_lazy("Payments"),
    Stage.LEDGER: pgettext_lazy("reconciliation", "Ledger and seats"),
}
_COLLECTION: Final[Mapping[str, Promise]] = {
    "card": gettext_lazy("by card"),
    "invoice": gettext_lazy("by invoice"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One repair as a choice: its name, what it does, and whether it is the suggested one."""

    value: str
    label: str
    does: str
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One difference in words."""

    difference: Difference
    what: str
    about: str
    ours: str
    theirs: str


def differences(*, state: str = "", kind: str = "", search: str = "") -> QuerySet[Difference]:
    """Return differences by state, kind, and organization or id at Stripe."""
    found = Difference.objects.select_related("organization", "ended_by", "proposed_by").order_by(
        "-last_seen_at", "organization__name", "kind", "pk"
    )
    if state in Difference.State.values:
        found = found.filter(state=state)
    if kind in Difference.Kind.values:
        found = found.filter(kind=kind)
    if search:
        found = found.filter(Q(organization__name__icontains=search) | Q(subject=search))
    return found


def state_counts(*, search: str = "") -> dict[str, int]:
    """Return how many differences there are in each state, within a search."""
    rows = differences(search=search).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def rows(found: QuerySet[Difference] | list[Difference]) -> list[Row]:
    """Return differences in words; invoices are called by their numbers."""
    found = list(found)
    numbers = dict(
        Invoice.objects.filter(stripe_invoice_id__in=[row.subject for row in found]).values_list(
            "stripe_invoice_id", "number"
        )
    )
    return [
        Row(
            difference=row,
            what=capfirst(row.get_kind_display()),
            about=numbers.get(row.subject) or row.subject,
            ours=shown(Kind(row.kind), row.ours),
            theirs=shown(Kind(row.kind), row.theirs),
        )
        for row in found
    ]


def shown(kind: Kind, text: str) -> str:
    """Return one side of a difference as people read it; a dash for nothing."""
    if not text:
        return "–"
    amount = amount_of(text)
    if amount is not None:
        return format_money(*amount)
    match kind:
        case Kind.PERIOD:
            period = period_of(text)
            return f"{localtime(period.start)} – {localtime(period.end)}" if period else text
        case Kind.STATUS | Kind.SUBSCRIPTION_MISSING:
            return str(dict(Subscription.Status.choices).get(text, text))
        case Kind.INVOICE_STATUS:
            return str(dict(Invoice.Status.choices).get(text, text))
        case Kind.COLLECTION:
            return str(_COLLECTION.get(text, text))
        case Kind.TAX:
            return percent(int(text) / 10_000)
        case Kind.PRICE:
            price = price_of(text)
            return f"{price} ({text})" if price else text
    return number(int(text)) if text.isdecimal() else text


def suggestion_for(row: Difference) -> Suggestion:
    """Return the repair that fits a difference."""
    is_paid = has_unexplained_payment(row.organization_id, row.subject)
    return suggest(row.as_found(), has_unexplained_payment=is_paid)


def stranger_suggestion(row: Stranger) -> Suggestion:
    """Return what helps with an object that belongs to nobody."""
    return suggest_for_stranger(Unknown(row.kind))


def ways(suggestion: Suggestion) -> list[Way]:
    """Return what a person may do, the suggested way first and accepting last."""
    chosen = dict.fromkeys((suggestion.repair, *suggestion.also, Repair.ACCEPT))
    return [
        Way(
            value=repair.value,
            label=str(_REPAIRS[repair][0]),
            does=str(_REPAIRS[repair][1]),
            is_suggested=repair is suggestion.repair,
        )
        for repair in chosen
        if suggestion.allows(repair)
    ]


def suggestion_words(suggestion: Suggestion) -> dict[str, str]:
    """Return which side is right, why, and what repairs it, as sentences."""
    label, does = _REPAIRS[suggestion.repair]
    return {
        "right": str(_SIDES[suggestion.right]),
        "why": str(_REASONS[suggestion.why]),
        "repair": str(label),
        "does": str(does),
    }


def repair_label(value: str) -> str:
    """Return the name of a repair that was stored."""
    return str(_REPAIRS[Repair(value)][0]) if value else ""


def facts(row: Difference) -> list[tuple[str, str]]:
    """Return what else is known here of the organization's billing, as label and value."""
    known: list[tuple[str, str]] = []
    subscription = (
        Subscription.objects.filter(organization_id=row.organization_id)
        .select_related("price__plan")
        .order_by("-created_at")
        .first()
    )
    if subscription is not None:
        known += [
            (_("Subscription"), f"{subscription.price.plan}, {subscription.get_status_display()}"),
            (_("Seats of the ledger"), number(subscription.purchased_seats)),
            (_("Seats of the next term"), number(subscription.next_term_seats)),
        ]
    account = BillingAccount.objects.filter(organization_id=row.organization_id).first()
    if account is not None:
        known.append((_("Customer at Stripe"), account.stripe_customer_id or "–"))
        if account.synced_at:
            known.append((_("Customer last read"), localtime(account.synced_at)))
    return known


def timeline(row: Difference) -> list[HistoryLine]:
    """Return what happened to a difference, the latest first."""
    entries = HistoryEntry.objects.filter(
        organization_id=row.organization_id, object_type="difference", object_id=str(row.pk)
    )
    return [history_line(entry) for entry in entries.order_by("-at", "-id")]


def strangers(*, state: str = "open") -> QuerySet[Stranger]:
    """Return objects at Stripe that belong to no organization."""
    found = Stranger.objects.select_related("ended_by").order_by("kind", "-last_seen_at")
    return found.filter(state=state) if state in Stranger.State.values else found


@dataclass(frozen=True, slots=True)
class StageLine:
    """How much of one stage was compared in a run, and how much of it agrees."""

    label: str
    compared: int
    differs: int
    was_seen: bool

    @property
    def agrees(self) -> int:
        """What was compared and is the same on both sides."""
        return max(self.compared - self.differs, 0)


def stage_lines(run: ReconciliationRun) -> list[StageLine]:
    """Return what a run compared, stage by stage."""
    differs: dict[str, int] = {}
    for kind, count in run.found.items():
        if kind in Kind:
            stage = STAGE_OF[Kind(kind)].value
            differs[stage] = differs.get(stage, 0) + count
    return [
        StageLine(
            label=str(_STAGES[stage]),
            compared=run.compared.get(stage.value, 0),
            differs=differs.get(stage.value, 0),
            was_seen=stage.value in run.seen,
        )
        for stage in Stage
    ]


def runs(limit: int = 20) -> list[ReconciliationRun]:
    """Return the latest comparisons."""
    return list(ReconciliationRun.objects.order_by("-started_at")[:limit])


def unfinished_run() -> ReconciliationRun | None:
    """Return the comparison that is running or about to."""
    return ReconciliationRun.objects.filter(finished_at__isnull=True).first()


def duration(run: ReconciliationRun) -> timedelta | None:
    """Return how long a comparison took, from its last start."""
    if run.finished_at is None:
        return None
    return run.finished_at - (run.resumed_at or run.started_at)


def stage_names(values: list[str]) -> list[str]:
    """Return stages in words."""
    return [str(_STAGES[Stage(value)]) for value in values]
