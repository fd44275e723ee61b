"""Run-out: seats that will probably be used up soon, told as a range and a chance.

The law is that of `signals.domain.runout`. Full seats are the seat alert's, and an organization of
which little is known, or that does not grow, is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Final

from seats.domain.utilization import Utilization
from signals.domain.detectors.found import Found
from signals.domain.evidence import EvidenceCode, evidence_of, seats_assigned
from signals.domain.rule_settings import RuleSettings, Unit, knob
from signals.domain.runout import forecast, measure_pace, probability_full

_SEATS_FOR_DAYS: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutSettings(RuleSettings):
    """How soon, how probable, and from which size on."""

    ahead_days: int = knob(60, Unit.DAYS, 7, 180)
    chance_percent: int = knob(70, Unit.PERCENT, 10, 99)
    from_seats: int = knob(10, Unit.SEATS, 1, 1000)
    pending_days: int = knob(3, Unit.DAYS, 1, 28)
    clear_days: int = knob(7, Unit.DAYS, 1, 28)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Filling:
    """The seats on the day `on`, and the daily net additions before it, the oldest first."""

    on: date
    seats: Utilization
    daily_net: Sequence[int]


def found_run_out(facts: Filling, settings: RunOutSettings) -> Found | None:
    """The free seats will be used up within the days, with the chance or a higher one.

    Asks for what 90 days at the present pace need beyond the free seats, one at least.
    """
    seats = facts.seats
    pace = measure_pace(facts.daily_net)
    if pace is None or seats.free == 0 or seats.purchased < settings.from_seats:
        return None
    chance = probability_full(pace, seats.free, settings.ahead_days)
    if chance * 100 < settings.chance_percent:
        return None
    run_out = forecast(facts.daily_net, seats.free, facts.on)
    evidence = [seats_assigned(seats)]
    if run_out is not None and run_out.earliest_on is not None:
        evidence.append(
            evidence_of(
                EvidenceCode.FULL_BETWEEN,
                earliest_on=run_out.earliest_on,
                latest_on=run_out.latest_on,
            )
        )
    evidence.append(
        evidence_of(
            EvidenceCode.FULL_LIKELY, days=settings.ahead_days, share=round(chance * 10_000)
        )
    )
    wanted = ceil(pace.per_day * _SEATS_FOR_DAYS) - seats.free
    return Found(tuple(evidence), seats=max(wanted, 1))
