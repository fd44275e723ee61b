"""The seat ledger as a statement: what was there, each entry with its cause, what is there now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from billing.domain.period import Period
from billing.models import CreditNote, SeatLedgerEntry, SubscriptionPeriod


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One entry of the ledger, or a credit note, with the balances after it.

    `money_after_minor` is what was invoiced so far less what was credited, tax included.
    """

    at: datetime
    entry: SeatLedgerEntry | None
    credit_note: CreditNote | None
    seats_delta: int
    seats_after: int
    amount_minor: int
    money_after_minor: int

    @property
    def by(self) -> str:
        """Who caused it."""
        return self.entry.actor_label if self.entry else "Stripe"


@dataclass(frozen=True, slots=True)
class StatementPart:
    """The rows of one billing period with their sums; `period` is None before the first one."""

    period: Period | None
    rows: list[StatementRow]

    @property
    def seats_delta(self) -> int:
        """Seats added less seats taken away."""
        return sum(row.seats_delta for row in self.rows)

    @property
    def amount_minor(self) -> int:
        """Money charged less money credited."""
        return sum(row.amount_minor for row in self.rows)


@dataclass(frozen=True, slots=True)
class Statement:
    """An organization's ledger from one day to another, both included; None is without a bound."""

    first_day: date | None
    last_day: date | None
    opening_seats: int
    opening_minor: int
    parts: list[StatementPart]
    currency: str

    @property
    def rows(self) -> list[StatementRow]:
        """Every row, oldest first."""
        return [row for part in self.parts for row in part.rows]

    @property
    def closing_seats(self) -> int:
        """The seats after the last row."""
        rows = self.rows
        return rows[-1].seats_after if rows else self.opening_seats

    @property
    def closing_minor(self) -> int:
        """The money after the last row."""
        rows = self.rows
        return rows[-1].money_after_minor if rows else self.opening_minor


def statement(
    organization_id: int,
    *,
    currency: str,
    zone: ZoneInfo,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Statement:
    """Return the statement of the days asked for, in days of `zone`.

    The order is the ledger's own; a credit note stands where its time puts it.
    """
    starts_at = datetime.combine(first_day, time(), zone) if first_day else None
    ends_at = datetime.combine(last_day + timedelta(days=1), time(), zone) if last_day else None
    rows = list(_all_rows(organization_id))
    before = [row for row in rows if starts_at is not None and row.at < starts_at]
    inside = [row for row in rows[len(before) :] if ends_at is None or row.at < ends_at]
    return Statement(
        first_day=first_day,
        last_day=last_day,
        opening_seats=before[-1].seats_after if before else 0,
        opening_minor=before[-1].money_after_minor if before else 0,
        parts=_parts(organization_id, inside),
        currency=inside[0].entry.currency if inside and inside[0].entry else currency,
    )


def _all_rows(organization_id: int) -> Iterator[StatementRow]:
    entries = (
        SeatLedgerEntry.objects.filter(organization_id=organization_id)
        .select_related("invoice", "purchase", "quote")
        .order_by("subscription_id", "sequence")
    )
    notes = CreditNote.objects.filter(
        organization_id=organization_id, status=CreditNote.Status.ISSUED
    ).select_related("invoice")
    # Entries keep their own order: of the same second the sequence decides.
    merged: list[tuple[datetime, SeatLedgerEntry | None, CreditNote | None]] = []
    latest: datetime | None = None
    for entry in entries:
        # A row never stands before its predecessor, so that every row follows from the one above.
        latest = entry.effective_at if latest is None else max(latest, entry.effective_at)
        merged.append((latest, entry, None))
    merged += [(note.issued_at, None, note) for note in notes]
    merged.sort(key=lambda row: row[0])
    seats = money = 0
    for at, entry_, note_ in merged:
        delta = entry_.seats_delta if entry_ else 0
        amount = entry_.amount_minor if entry_ else -note_.total_minor if note_ else 0
        # A subscription that follows an ended one begins anew.
        seats = entry_.seats_after if entry_ else seats
        money += amount
        yield StatementRow(at, entry_, note_, delta, seats, amount, money)


def _parts(organization_id: int, rows: list[StatementRow]) -> list[StatementPart]:
    periods = [
        row.period
        for row in SubscriptionPeriod.objects.filter(organization_id=organization_id).order_by(
            "during"
        )
    ]

    def period_of(row: StatementRow) -> Period | None:
        for period in reversed(periods):
            if period.start <= row.at < period.end:
                return period
        return None

    return [StatementPart(period, list(found)) for period, found in groupby(rows, period_of)]
