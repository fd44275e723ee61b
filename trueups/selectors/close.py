"""The close of a quarter: every organization's true-up with its money, and totals that add up.

A quarter's name does not say which days it has: a fiscal year that begins in April has its own
first quarter. So everything is summed for the same days only. Runs inside the staff's scope.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from billing.models import Settlement
from trueups.domain import states
from trueups.models import TrueUp
from trueups.selectors.document import quarter_days
from trueups.selectors.settlements import reference_of

_DONE: Final = (states.State.SETTLED.value, states.State.VOID.value)


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """The first and the last day of a quarter, in the zone that it was cut in."""

    first: date
    last: date

    @classmethod
    def of(cls, true_up: TrueUp) -> Self:
        return cls(*quarter_days(true_up))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return what `text` says, such as "2026-07-01/2026-09-30"; None for anything else."""
        first, _slash, last = text.partition("/")
        try:
            return cls(date.fromisoformat(first), date.fromisoformat(last))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


@dataclass(frozen=True, slots=True)
class CloseRow:
    """One true-up of the quarter. `tax_minor` and `invoiced_minor` are known once it is reserved.

    `total_minor` is net of tax: overage less removals; of a called off one it counts as nothing.
    """

    true_up: TrueUp
    settlement: Settlement | None

    @property
    def days(self) -> Days:
        return Days.of(self.true_up)

    @property
    def is_counted(self) -> bool:
        return self.true_up.state != states.State.VOID.value and bool(self.true_up.currency)

    @property
    def is_open(self) -> bool:
        """Whether the quarter waits for it."""
        return self.true_up.state not in _DONE

    @property
    def tax_minor(self) -> int:
        return self.settlement.tax_minor if self.settlement else 0

    @property
    def invoiced_minor(self) -> int:
        return self.settlement.total_minor if self.settlement else 0

    @property
    def number(self) -> str:
        """The invoice's number; empty before there is one."""
        invoice = self.settlement.invoice if self.settlement else None
        return invoice.number if invoice else ""

    @property
    def is_equal(self) -> bool | None:
        """Whether Stripe's invoice has our total; None before there is one."""
        invoice = self.settlement.invoice if self.settlement else None
        return None if invoice is None else invoice.total_minor == self.invoiced_minor


@dataclass(frozen=True, slots=True)
class CloseTotal:
    """The sums of one currency over the quarters of the same days, in minor units.

    Settled and open ones make up all.
    """

    days: Days
    currency: str
    number: int
    overage_minor: int
    removal_minor: int
    total_minor: int
    settled_minor: int
    open_minor: int
    tax_minor: int
    invoiced_minor: int


@dataclass(frozen=True, slots=True)
class Close:
    """A quarter over all organizations; `days` says which of that name, None is every one."""

    quarter: str
    days: Days | None
    rows: list[CloseRow]
    totals: list[CloseTotal]
    choices: list[Days]
    """The days that quarters of this name have, the earliest first."""

    @property
    def open_rows(self) -> list[CloseRow]:
        """What the close waits for."""
        return [row for row in self.rows if row.is_open]

    @property
    def is_closed(self) -> bool:
        """Whether every true-up of the quarter has come to its end."""
        return bool(self.rows) and not self.open_rows


def close_of(quarter: str, days: Days | None = None) -> Close:
    """Return the close of a quarter, such as "2026-Q3"; a fixed number of queries."""
    true_ups = list(
        TrueUp.objects.filter(reference=quarter)
        .select_related("organization")
        .order_by("organization__name", "pk")
    )
    settlements = {
        settlement.organization_id: settlement
        for settlement in Settlement.objects.filter(
            reference__in={reference_of(true_up) for true_up in true_ups}
        ).select_related("invoice")
    }
    every = [CloseRow(true_up, settlements.get(true_up.organization_id)) for true_up in true_ups]
    every.sort(key=lambda row: (row.days, row.true_up.currency))
    rows = [row for row in every if days in (None, row.days)]
    return Close(quarter, days, rows, _totals(rows), sorted({row.days for row in every}))


def _totals(rows: Iterable[CloseRow]) -> list[CloseTotal]:
    alike: dict[tuple[Days, str], list[CloseRow]] = {}
    for row in rows:
        if row.is_counted:
            alike.setdefault((row.days, row.true_up.currency), []).append(row)
    return [_total(days, currency, alike[days, currency]) for days, currency in sorted(alike)]


def _total(days: Days, currency: str, rows: list[CloseRow]) -> CloseTotal:
    return CloseTotal(
        days=days,
        currency=currency,
        number=len(rows),
        overage_minor=sum(row.true_up.overage_minor for row in rows),
        removal_minor=sum(row.true_up.removal_minor for row in rows),
        total_minor=sum(row.true_up.total_minor for row in rows),
        settled_minor=sum(row.true_up.total_minor for row in rows if not row.is_open),
        open_minor=sum(row.true_up.total_minor for row in rows if row.is_open),
        tax_minor=sum(row.tax_minor for row in rows),
        invoiced_minor=sum(row.invoiced_minor for row in rows),
    )


def closed_at(close: Close) -> datetime | None:
    """Return when the last one was settled; None while the quarter is open."""
    if not close.is_closed:
        return None
    return max((r.true_up.settled_at for r in close.rows if r.true_up.settled_at), default=None)
