"""Writes what a detector's decision changes: the signal, its evidence, its task, its messages.

Runs inside the organization's tenancy context under the lock of the detector's memory. `at` of the
facts is the moment that everything is dated with, so that the scan of a past day reads right.
"""

from dataclasses import dataclass
from typing import Any

from accounts.models import Organization
from accounts.services.history import SYSTEM, record
from signals.domain.alerts import (
    AlertState,
    EndSnooze,
    HoldBack,
    OpenAlert,
    RaiseBand,
    Resolution,
    ResolveAlert,
)
from signals.domain.bands import Band
from signals.domain.evidence import (
    Evidence,
    band_evidence,
    people_waiting,
    run_out_evidence,
    worth_a_year,
)
from signals.domain.findings import OpenFinding
from signals.domain.runout import RunOut
from signals.domain.tasks import Credit, Play, SignalKind
from signals.models import DetectorKind, Signal
from signals.selectors.facts import ScannedFacts
from signals.selectors.forecast import run_outs
from signals.selectors.waiting import groups_of, people_without_seat
from signals.services.alerts import end_signal, follow, open_signal
from signals.services.detectors import AnyEffect
from signals.services.expansion import (
    Occasion,
    close_settled_task,
    join_live_task,
    open_or_raise_task,
    wake_task,
)
from signals.services.offer import Offer, annual_value, make_offer
from signals.services.outbox import notify_customer

_MOST_GROUPS = 3
_WORTH_SAYING = 0.01
_PLAY_OF_FINDINGS = Play.ADD_SEATS


@dataclass(frozen=True, slots=True)
class _Picture:
    """An organization at the moment of a signal, gathered once."""

    evidence: tuple[Evidence, ...]
    offer: Offer
    people: int


def apply_effect(
    *,
    organization: Organization,
    kind: DetectorKind,
    effect: AnyEffect,
    before: AlertState,
    state: AlertState,
    facts: ScannedFacts,
) -> str:
    """Write one effect; return a line that says what was done, "" for a hold-back."""
    match effect:
        case OpenAlert(band=band):
            _open_alert(organization, kind, band, state, facts)
            return f"{organization.slug}: opened {kind.value} ({band.value})"
        case RaiseBand(band_to=band):
            _raise_alert(organization, kind, band, state, facts)
            return f"{organization.slug}: raised {kind.value} to {band.value}"
        case EndSnooze():
            _end_snooze(organization, kind, state, facts)
            return f"{organization.slug}: snooze of {kind.value} ended"
        case ResolveAlert():
            _resolve(organization, kind, effect, before, facts)
            return f"{organization.slug}: resolved {kind.value} ({effect.resolution.value})"
        case OpenFinding():
            _open_finding(kind, facts)
            return f"{organization.slug}: found {kind.value} ({facts.unseated})"
        case HoldBack():
            return ""


def _picture(
    organization: Organization, band: Band, state: AlertState, facts: ScannedFacts
) -> _Picture:
    people = list(people_without_seat(organization_id=organization.pk, at=facts.at, on=facts.on))
    run_out = run_outs({organization.pk: facts.seats}, at=facts.at, on=facts.on)[organization.pk]
    offer = make_offer(
        organization_id=organization.pk,
        currency=organization.currency,
        band=band,
        seats=facts.seats,
        people_without_seat=len(people),
        run_out=run_out,
    )
    evidence = (
        *band_evidence(band, facts.seats, state.eighty_evaluations),
        *(
            people_waiting(g.department, g.people)
            for g in groups_of(people, organization_id=organization.pk)[:_MOST_GROUPS]
        ),
        *(run_out_evidence(run_out) if run_out and _is_in_sight(run_out, facts) else ()),
        *((worth_a_year(offer.value_minor, offer.currency),) if offer.value_minor > 0 else ()),
    )
    return _Picture(evidence, offer, len(people))


def _is_in_sight(run_out: RunOut, facts: ScannedFacts) -> bool:
    """Whether a forecast says more than that the seats are full, or that nothing is coming."""
    return facts.seats.free > 0 and run_out.probability_60 >= _WORTH_SAYING


def _open_alert(
    organization: Organization,
    kind: DetectorKind,
    band: Band,
    state: AlertState,
    facts: ScannedFacts,
) -> None:
    picture = _picture(organization, band, state, facts)
    signal = Signal.objects.create(
        organization=organization,
        kind=kind,
        status=state.status.value,
        band=band,
        opened_on=facts.on,
        created_at=facts.at,
        raised_at=facts.at,
        evaluated_on=facts.on,
        evidence=[each.as_json() for each in picture.evidence],
    )
    record(
        actor=SYSTEM,
        verb="signal_opened",
        subject=signal,
        organization_id=organization.pk,
        now=facts.at,
        changes={"kind": kind.value, "band": band.value},
    )
    _tell(organization, signal, band, facts, picture)


def _raise_alert(
    organization: Organization,
    kind: DetectorKind,
    band: Band,
    state: AlertState,
    facts: ScannedFacts,
) -> None:
    signal = open_signal(organization_id=organization.pk, kind=kind)
    if signal is None:
        return
    picture = _picture(organization, band, state, facts)
    band_from = signal.band
    signal.raised_at = facts.at
    signal.evidence = [each.as_json() for each in picture.evidence]
    follow(signal, state, on=facts.on)
    record(
        actor=SYSTEM,
        verb="signal_raised",
        subject=signal,
        organization_id=organization.pk,
        now=facts.at,
        changes={"kind": kind.value, "band": [band_from, band.value]},
    )
    _tell(organization, signal, band, facts, picture)


def _tell(
    organization: Organization,
    signal: Signal,
    band: Band,
    facts: ScannedFacts,
    picture: _Picture,
) -> None:
    shown: dict[str, Any] = {
        "band": band.value,
        "active": facts.seats.active,
        "assigned": facts.seats.assigned,
        "purchased": facts.seats.purchased,
        "people": picture.people,
        "seats_suggested": picture.offer.seats,
        "evidence": [each.as_json() for each in picture.evidence],
    }
    open_or_raise_task(
        organization=organization,
        occasion=Occasion(
            signal=signal,
            kind=SignalKind(band.value),
            evidence=picture.evidence,
            offer=picture.offer,
            facts=shown,
            at=facts.at,
        ),
    )
    notify_customer(organization=organization, signal=signal, facts=shown, at=facts.at)


def _end_snooze(
    organization: Organization, kind: DetectorKind, state: AlertState, facts: ScannedFacts
) -> None:
    signal = open_signal(organization_id=organization.pk, kind=kind)
    if signal is None:
        return
    follow(signal, state, on=facts.on)
    play = Play.ADD_SEATS
    woken = wake_task(organization_id=organization.pk, play=play, at=facts.at)
    if woken is None and state.band is not None:
        # The task had been put off; the alert that fires again asks for a new one.
        picture = _picture(organization, state.band, state, facts)
        open_or_raise_task(
            organization=organization,
            occasion=Occasion(
                signal=signal,
                kind=SignalKind(state.band.value),
                evidence=picture.evidence,
                offer=picture.offer,
                facts={
                    "band": state.band.value,
                    "evidence": [each.as_json() for each in picture.evidence],
                },
                at=facts.at,
            ),
        )


def _resolve(
    organization: Organization,
    kind: DetectorKind,
    effect: ResolveAlert,
    before: AlertState,
    facts: ScannedFacts,
) -> None:
    signal = open_signal(organization_id=organization.pk, kind=kind)
    if signal is None:
        return
    end_signal(signal, effect, actor=SYSTEM, at=facts.at)
    if kind is not DetectorKind.UTILIZATION:
        return
    bought = None
    if effect.resolution is Resolution.SEATS_BOUGHT:
        bought = credit_for(
            organization=organization,
            seats_before=before.purchased or 0,
            seats_after=facts.seats.purchased,
        )
    close_settled_task(
        organization_id=organization.pk,
        play=Play.ADD_SEATS,
        bought=bought,
        is_condition_cleared=effect.resolution is Resolution.CLEARED,
        at=facts.at,
    )


def credit_for(*, organization: Organization, seats_before: int, seats_after: int) -> Credit:
    """Return what a purchase is worth to the task that it ends, at the organization's price."""
    value = annual_value(
        organization_id=organization.pk, quantity_from=seats_before, quantity_to=seats_after
    )
    arr_minor, currency = value or (0, organization.currency)
    return Credit(seats_after - seats_before, arr_minor, currency)


def _open_finding(kind: DetectorKind, facts: ScannedFacts) -> None:
    people = people_without_seat(organization_id=facts.organization_id, at=facts.at, on=facts.on)
    groups = groups_of(list(people), organization_id=facts.organization_id)
    signal = Signal.objects.create(
        organization_id=facts.organization_id,
        kind=kind,
        opened_on=facts.on,
        created_at=facts.at,
        raised_at=facts.at,
        evaluated_on=facts.on,
        evidence=[people_waiting(g.department, g.people).as_json() for g in groups[:_MOST_GROUPS]],
    )
    join_live_task(signal=signal, play=_PLAY_OF_FINDINGS, at=facts.at)
