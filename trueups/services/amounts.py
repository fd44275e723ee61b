"""Writes the lines of a true-up as decisions, purchases and waivers make them."""

from datetime import datetime
from typing import Any

from billing.hooks import SeatsPurchased
from trueups.domain import states
from trueups.domain.arithmetic import arithmetic, fraction_text
from trueups.domain.lines import Line
from trueups.models import TrueUp, TrueUpLine
from trueups.selectors.amounts import Amounts, amounts_of


def recalculate(true_up: TrueUp, *, now: datetime) -> None:
    """Write the lines and sums of `true_up` as they are at `now`, unless they are fixed.

    The caller holds the organization's seat pool and the row of the true-up locked, and has saved
    it. Doing it again changes nothing.
    """
    if true_up.current_state in states.RECALCULATED:
        write_amounts(true_up, now=now)


def recalculate_open(*, organization_id: int, now: datetime) -> None:
    """Write the lines of every open true-up anew, because seats were bought or taken away.

    Runs in the transaction that changed them and under its lock of the seat pool.
    """
    found = TrueUp.objects.select_for_update(of=("self",)).filter(
        organization_id=organization_id, state__in=[state.value for state in states.RECALCULATED]
    )
    for true_up in found.order_by("quarter"):
        write_amounts(true_up, now=now)


def follow_purchase(purchased: SeatsPurchased) -> None:
    """Seats bought while a true-up is open lower its overage."""
    recalculate_open(organization_id=purchased.organization_id, now=purchased.at)


def write_amounts(true_up: TrueUp, *, now: datetime) -> Amounts:
    """Write the lines and sums as they are at `now`; see `recalculate`."""
    amounts = amounts_of(true_up, now=now)
    _write_lines(true_up, amounts, now)
    true_up.overage_seats = amounts.overage_seats
    true_up.overage_minor = amounts.overage_minor
    true_up.removal_minor = amounts.removal_minor
    true_up.total_minor = amounts.total_minor
    true_up.problem = amounts.problem
    true_up.recalculated_at = now
    true_up.save(
        update_fields=[
            "overage_seats",
            "overage_minor",
            "removal_minor",
            "total_minor",
            "problem",
            "recalculated_at",
        ]
    )
    return amounts


def _write_lines(true_up: TrueUp, amounts: Amounts, now: datetime) -> None:
    before = {(line.kind, line.takes_effect): line for line in true_up.lines.all()}
    for line in amounts.lines:
        fields = _fields(line, amounts)
        stored = before.pop((line.kind.value, line.effect.value), None)
        if stored is None:
            TrueUpLine.objects.create(
                organization_id=true_up.organization_id,
                true_up=true_up,
                kind=line.kind.value,
                takes_effect=line.effect.value,
                updated_at=now,
                **fields,
            )
        elif any(getattr(stored, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(stored, name, value)
            stored.updated_at = now
            stored.save()
    for gone in before.values():
        if gone.comments.exists():
            # What was said about it stays readable beside an amount of nothing.
            gone.seats_to, gone.amount_minor, gone.arithmetic = gone.seats_from, 0, {}
            gone.updated_at = now
            gone.save()
        else:
            gone.delete()


def _fields(line: Line, amounts: Amounts) -> dict[str, Any]:
    return {
        "arithmetic": arithmetic(line, amounts.holding.table) if amounts.holding else {},
        "currency": amounts.currency,
        "seats_from": line.seats_from,
        "seats_to": line.seats_to,
        "share": fraction_text(line.share),
        "amount_minor": line.amount_minor,
    }
