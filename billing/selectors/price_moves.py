"""Who would move to another version of a price, what each pays then, and how far a move is."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from billing.domain.pricing import QuantityNotAllowed, check_quantity, total_minor
from billing.models import (
    Price,
    PriceMigration,
    PriceMove,
    ScheduledChange,
    Subscription,
    SubscriptionPeriod,
)
from billing.selectors.refusals import refusal_sentence

MOVABLE = (
    Subscription.Status.ACTIVE,
    Subscription.Status.TRIALING,
    Subscription.Status.PAST_DUE,
)
OPEN_STATES = (
    PriceMove.State.PLANNED,
    PriceMove.State.SCHEDULED,
    PriceMove.State.FAILED,
    PriceMove.State.WITHDRAWING,
)


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One subscriber: an interval before and after, in minor units, at the seats of the renewal.

    `refusal` says why the renewal cannot bring the other version; empty when it can.
    """

    subscription: Subscription
    seats: int
    before_minor: int
    after_minor: int
    renews_at: datetime | None
    refusal: str

    @property
    def difference_minor(self) -> int:
        return self.after_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class MovePreview:
    """Everybody who pays a version, dearest difference first, and the sums of who can move."""

    lines: tuple[MoveLine, ...]

    @property
    def movable(self) -> tuple[MoveLine, ...]:
        return tuple(line for line in self.lines if not line.refusal)

    @property
    def before_minor(self) -> int:
        return sum(line.before_minor for line in self.movable)

    @property
    def after_minor(self) -> int:
        return sum(line.after_minor for line in self.movable)

    @property
    def difference_minor(self) -> int:
        return self.after_minor - self.before_minor


def move_preview(from_price: Price, to_price: Price) -> MovePreview:
    """Return who would move from one version to the other; within the reader's scope."""
    subscriptions = list(
        Subscription.objects.current()
        .filter(price=from_price)
        .exclude(status=Subscription.Status.RESERVED)
        .select_related("organization")
    )
    ids = [subscription.pk for subscription in subscriptions]
    moving = set(
        PriceMove.objects.filter(subscription__in=ids, state__in=OPEN_STATES).values_list(
            "subscription_id", flat=True
        )
    )
    plans = dict(
        ScheduledChange.objects.planned()
        .filter(subscription__in=ids)
        .exclude(kind=ScheduledChange.Kind.SEATS)
        .values_list("subscription_id", "kind")
    )
    renewals = dict(
        SubscriptionPeriod.objects.filter(subscription__in=ids)
        .order_by()
        .values_list("subscription_id")
        .annotate(Max("during__endswith"))
    )
    before, after = from_price.table(), to_price.table()
    lines = []
    for subscription in subscriptions:
        seats = subscription.next_term_seats or subscription.purchased_seats
        refusal = ""
        if subscription.pk in moving:
            refusal = _("It is being moved already.")
        elif subscription.status not in MOVABLE:
            refusal = _("The subscription is %(status)s.") % {
                "status": subscription.get_status_display()
            }
        elif subscription.pk in plans:
            refusal = planned_otherwise(plans[subscription.pk])
        try:
            check_quantity(after, seats)
            after_minor = total_minor(after, seats)
        except QuantityNotAllowed as error:
            refusal = refusal or refusal_sentence(error)
            after_minor = 0
        lines.append(
            MoveLine(
                subscription,
                seats,
                total_minor(before, seats),
                after_minor,
                renewals.get(subscription.pk),
                refusal,
            )
        )
    lines.sort(
        key=lambda line: (
            bool(line.refusal),
            -line.difference_minor,
            line.subscription.organization.name,
        )
    )
    return MovePreview(tuple(lines))


def planned_otherwise(kind: str) -> str:
    """Return why a subscription with another plan for its renewal is left alone."""
    if kind == ScheduledChange.Kind.CANCELLATION:
        return _("The subscription ends with its period.")
    return _("The customer has planned another price for the renewal.")


@dataclass(frozen=True, slots=True)
class MigrationProgress:
    """How far a migration is: its moves by name, and how many are in each state."""

    migration: PriceMigration
    moves: tuple[PriceMove, ...]

    def _count(self, *states: str) -> int:
        return sum(move.state in states for move in self.moves)

    @property
    def waiting(self) -> int:
        """Moves that the server still works on."""
        return self._count(PriceMove.State.PLANNED, PriceMove.State.WITHDRAWING)

    @property
    def scheduled(self) -> int:
        return self._count(PriceMove.State.SCHEDULED)

    @property
    def moved(self) -> int:
        return self._count(PriceMove.State.MOVED)

    @property
    def failed(self) -> int:
        return self._count(PriceMove.State.FAILED)

    @property
    def taken_back(self) -> int:
        return self._count(PriceMove.State.UNDONE, PriceMove.State.REPLACED)

    @property
    def difference_minor(self) -> int:
        """What all moves that stand bring more in an interval."""
        stands = (PriceMove.State.PLANNED, PriceMove.State.SCHEDULED, PriceMove.State.MOVED)
        return sum(move.difference_minor for move in self.moves if move.state in stands)


def find_migration(migration_id: int) -> PriceMigration | None:
    """Return a migration with its prices."""
    return (
        PriceMigration.objects.select_related("from_price__plan", "to_price__plan")
        .filter(pk=migration_id)
        .first()
    )


def migrations_from(price: Price) -> QuerySet[PriceMigration]:
    """Return the migrations away from a version, the latest first."""
    return PriceMigration.objects.filter(from_price=price).select_related("to_price")


def migration_progress(migration: PriceMigration) -> MigrationProgress:
    """Return the moves of a migration, within the reader's scope."""
    moves = (
        PriceMove.objects.filter(migration=migration)
        .select_related("organization")
        .order_by("organization__name")
    )
    return MigrationProgress(migration, tuple(moves))
