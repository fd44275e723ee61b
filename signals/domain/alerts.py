"""The seat alert of an organization: one alert, rising bands, once a day.

                    3 daily evaluations in a row at 80 %; other bands at once
        ok -> pending -----------------------------------------------> firing
        ^                                                             |  |  ^
        |                              acknowledged <-----------------+  |  | a higher band,
        |                                   snoozed <--------------------+  | or the snooze ends
        |                                     |                             |
        |  cooldown over                      +-----------------------------+
        +--------------- resolved <--- firing, acknowledged, snoozed
                                       clear for 7 daily evaluations, seats bought, declined

Owns: the machine. `evaluate` is a fold over days: the same day twice, or an older day, changes
nothing, so a re-run, a crash or two workers cannot alert twice. Does not own: the row and its
uniqueness while open (the database), the words, the mail.

A day without an evaluation neither counts nor breaks a row. Bands only rise while an alert is
open; a lower one is not news.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from seats.domain.utilization import Utilization
from signals.domain.bands import Band, is_at_eighty, is_clear, reached
from signals.domain.detectors.utilization import USUAL, UtilizationSettings
from signals.domain.holdbacks import Case, Circumstances, Holdback, holdbacks

COOLDOWN_DECLINED: Final = timedelta(days=90)


class AlertStatus(StrEnum):
    """Where the alert stands; an alert is open from firing until it is resolved."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


OPEN: Final = frozenset({AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED, AlertStatus.SNOOZED})


class Resolution(StrEnum):
    """Why an alert ended."""

    CLEARED = "cleared"
    SEATS_BOUGHT = "seats_bought"
    DECLINED = "declined"


class AlertNotOpen(ValueError):
    """Only an open alert can be acknowledged, snoozed or declined."""

    def __init__(self, status: AlertStatus) -> None:
        super().__init__(f"The alert is {status.value}, not open.")
        self.status = status


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """What one evaluation knows: the seats, and what surrounds them."""

    seats: Utilization
    circumstances: Circumstances = field(default_factory=Circumstances)


@dataclass(frozen=True, slots=True)
class AlertState:
    """The memory of the machine between two days.

    `band` is the highest band of the open alert, or the one that is pending. The cooldown is
    pierced by a band above `cooldown_band`. `purchased` is what the last evaluation saw.
    `due_evaluations` are the daily evaluations in a row at 80 %, or with a finding there.
    """

    status: AlertStatus = AlertStatus.OK
    band: Band | None = None
    evaluated_on: date | None = None
    due_evaluations: int = 0
    clear_evaluations: int = 0
    purchased: int | None = None
    snoozed_until: date | None = None
    cooldown_until: date | None = None
    cooldown_band: Band | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """Open the alert and notify once."""

    band: Band


@dataclass(frozen=True, slots=True)
class RaiseBand:
    """Update the open alert and notify once about the higher band."""

    band_from: Band | None
    band_to: Band


@dataclass(frozen=True, slots=True)
class HoldBack:
    """Record that `band` was due, or a finding, and why nothing was sent."""

    band: Band | None
    reasons: tuple[Holdback, ...]


@dataclass(frozen=True, slots=True)
class EndSnooze:
    """The alert is firing again."""

    band: Band | None


@dataclass(frozen=True, slots=True)
class ResolveAlert:
    """Close the alert; its task closes with it."""

    band: Band | None
    resolution: Resolution


type Effect = OpenAlert | RaiseBand | HoldBack | EndSnooze | ResolveAlert
type Outcome = tuple[AlertState, tuple[Effect, ...]]


def evaluate(
    state: AlertState, facts: OrganizationFacts, on: date, settings: UtilizationSettings = USUAL
) -> Outcome:
    """The state after the daily evaluation of `on`, and what has to be done about it.

    Idempotent: a day that was evaluated already, or an earlier one, returns `state` and no
    effects. `on` is a date of the organization's time zone.
    """
    if state.evaluated_on is not None and on <= state.evaluated_on:
        return state, ()
    seats = facts.seats
    was_bought = state.purchased is not None and seats.purchased > state.purchased
    today = replace(
        state,
        evaluated_on=on,
        purchased=seats.purchased,
        due_evaluations=state.due_evaluations + 1 if is_at_eighty(seats, settings) else 0,
        clear_evaluations=state.clear_evaluations + 1 if is_clear(seats, settings) else 0,
    )
    if not state.is_open:
        return _evaluate_closed(today, facts, on, settings)
    if was_bought:
        return _resolve(
            today,
            Resolution.SEATS_BOUGHT,
            on + settings.cooldown,
            cooldown_band=reached(seats, settings),
        )
    if today.clear_evaluations >= settings.clear_days:
        return _resolve(today, Resolution.CLEARED, on + settings.cooldown, cooldown_band=state.band)
    return _evaluate_open(today, facts, on, settings)


def switched_off(state: AlertState, on: date) -> Outcome:
    """The state where the alert speaks no more: one that is open ends, without a cooldown."""
    if not state.is_open:
        return state, ()
    return _resolve(replace(state, evaluated_on=on), Resolution.CLEARED, on, cooldown_band=None)


def _evaluate_closed(
    state: AlertState, facts: OrganizationFacts, on: date, settings: UtilizationSettings
) -> Outcome:
    band = reached(facts.seats, settings)
    is_cooling = state.cooldown_until is not None and on < state.cooldown_until
    if band is None or (is_cooling and not band.is_above(state.cooldown_band)):
        status = AlertStatus.RESOLVED if is_cooling else AlertStatus.OK
        return replace(state, status=status, band=None), ()
    pending = replace(state, status=AlertStatus.PENDING, band=band)
    if band is Band.EIGHTY and state.due_evaluations < settings.pending_days:
        return pending, ()
    if reasons := _reasons(state, band, facts, on):
        return pending, (HoldBack(band, reasons),)
    firing = replace(pending, status=AlertStatus.FIRING, cooldown_until=None, cooldown_band=None)
    return firing, (OpenAlert(band),)


def _evaluate_open(
    state: AlertState, facts: OrganizationFacts, on: date, settings: UtilizationSettings
) -> Outcome:
    effects: tuple[Effect, ...] = ()
    if state.snoozed_until is not None and on >= state.snoozed_until:
        state = replace(state, status=AlertStatus.FIRING, snoozed_until=None)
        effects = (EndSnooze(state.band),)
    band = reached(facts.seats, settings)
    if band is None or not band.is_above(state.band):
        return state, effects
    if reasons := _reasons(state, band, facts, on):
        return state, (*effects, HoldBack(band, reasons))
    raised = replace(state, status=AlertStatus.FIRING, band=band)
    return raised, (*effects, RaiseBand(state.band, band))


def _reasons(
    state: AlertState, band: Band, facts: OrganizationFacts, on: date
) -> tuple[Holdback, ...]:
    return holdbacks(
        Case(band, on, facts.seats.utilization, facts.circumstances, state.snoozed_until)
    )


def _resolve(
    state: AlertState, resolution: Resolution, quiet_until: date, *, cooldown_band: Band | None
) -> Outcome:
    resolved = replace(
        state,
        status=AlertStatus.RESOLVED,
        band=None,
        snoozed_until=None,
        cooldown_until=quiet_until,
        cooldown_band=cooldown_band,
    )
    return resolved, (ResolveAlert(state.band, resolution),)


def seats_bought(
    state: AlertState, seats: Utilization, on: date, settings: UtilizationSettings = USUAL
) -> Outcome:
    """Resolve at once after a purchase, without waiting for tomorrow's evaluation.

    The cooldown is pierced by what rises above the band that remains after the purchase: seats
    that fill up again within a month are news, even if the alert had already been "over". The
    day's own evaluation still counts. Without an open alert only the number is remembered.
    """
    remembered = replace(state, purchased=seats.purchased)
    if not state.is_open:
        return remembered, ()
    return _resolve(
        remembered,
        Resolution.SEATS_BOUGHT,
        on + settings.cooldown,
        cooldown_band=reached(seats, settings),
    )


def acknowledge(state: AlertState) -> AlertState:
    """Somebody has seen it. Ends a snooze. Raises `AlertNotOpen`."""
    return replace(_opened(state), status=AlertStatus.ACKNOWLEDGED, snoozed_until=None)


def snooze(state: AlertState, until: date) -> AlertState:
    """Quiet until that date, on which the alert fires again. Raises `AlertNotOpen`."""
    return replace(_opened(state), status=AlertStatus.SNOOZED, snoozed_until=until)


def decline(state: AlertState, on: date) -> Outcome:
    """The customer does not want more seats: resolved, with the long cooldown.

    Raises `AlertNotOpen`.
    """
    return _resolve(
        _opened(state), Resolution.DECLINED, on + COOLDOWN_DECLINED, cooldown_band=state.band
    )


def _opened(state: AlertState) -> AlertState:
    if not state.is_open:
        raise AlertNotOpen(state.status)
    return state
