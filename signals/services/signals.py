"""Writes what a detector's decision changes: the signal, its evidence, its task, its messages.

Runs inside the organization's tenancy context under the lock of the detector's memory. `at` of the
facts is the moment that everything is dated with, so that the scan of a past day reads right.
"""

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
from signals.domain.findings import OpenFinding
from signals.domain.tasks import Credit
from signals.models import DetectorKind, Signal
from signals.selectors.notice_choices import muted_rules
from signals.selectors.sights import Sight
from signals.services.alerts import CUSTOMER_KINDS, end_signal, follow, open_signal
from signals.services.detector import AnyEffect, Case, Detector, Picture
from signals.services.expansion import (
    Occasion,
    close_settled_task,
    is_asked_for_otherwise,
    join_live_task,
    open_or_raise_task,
    park_tasks,
    resume_tasks,
    wake_task,
)
from signals.services.offer import annual_value
from signals.services.outbox import notify_customer
from signals.services.telling import tell_signal_raised


def apply_effect(
    *,
    organization: Organization,
    detector: Detector[Any],
    effect: AnyEffect,
    before: AlertState,
    state: AlertState,
    sight: Sight,
    settings: Any,
) -> str:
    """Write one effect; return a line that says what was done, "" for a hold-back."""
    name = f"{organization.slug}: %s {detector.kind.value}"
    case = Case(organization, sight, state, state.band, settings)
    match effect:
        case OpenAlert(band=band):
            _open(detector, case)
            return f"{name % 'opened'} ({band.value})"
        case OpenFinding():
            _open(detector, case)
            return f"{name % 'found'} ({sight.scope})"
        case RaiseBand(band_to=band):
            _raise(detector, case)
            return f"{name % 'raised'} to {band.value}"
        case EndSnooze():
            _end_snooze(detector, case)
            return f"{name % 'snooze ended:'}"
        case ResolveAlert():
            _resolve(detector, case, effect, before)
            return f"{name % 'resolved'} ({effect.resolution.value})"
        case HoldBack():
            return ""


def _open(detector: Detector[Any], case: Case) -> None:
    facts = case.sight.organization
    picture = detector.picture(case)
    signal = Signal.objects.create(
        organization=case.organization,
        kind=detector.kind,
        scope=case.sight.scope,
        status=case.state.status.value,
        band=case.band or "",
        opened_on=facts.on,
        created_at=facts.at,
        raised_at=facts.at,
        evaluated_on=facts.on,
        evidence=[each.as_json() for each in picture.evidence],
    )
    if detector.kind in CUSTOMER_KINDS:
        record(
            actor=SYSTEM,
            verb="signal_opened",
            subject=signal,
            organization_id=case.organization.pk,
            now=facts.at,
            changes={"kind": detector.kind.value, "band": case.band.value if case.band else ""},
        )
    _tell(detector, case, signal, picture)
    if detector.kind is DetectorKind.LOW_USE:
        park_tasks(organization_id=case.organization.pk, at=facts.at)


def _raise(detector: Detector[Any], case: Case) -> None:
    signal = _open_signal(detector, case)
    if signal is None or case.band is None:
        return
    facts = case.sight.organization
    picture = detector.picture(case)
    band_from = signal.band
    signal.raised_at = facts.at
    signal.evidence = [each.as_json() for each in picture.evidence]
    follow(signal, case.state, on=facts.on)
    record(
        actor=SYSTEM,
        verb="signal_raised",
        subject=signal,
        organization_id=case.organization.pk,
        now=facts.at,
        changes={"kind": detector.kind.value, "band": [band_from, case.band.value]},
    )
    _tell(detector, case, signal, picture)


def _open_signal(detector: Detector[Any], case: Case) -> Signal | None:
    return open_signal(
        organization_id=case.organization.pk, kind=detector.kind, scope=case.sight.scope
    )


def _tell(detector: Detector[Any], case: Case, signal: Signal, picture: Picture) -> None:
    """Open or raise the task that the signal asks for, or join one; tell who is to hear of it."""
    at = case.sight.organization.at
    if detector.kind not in muted_rules():
        tell_signal_raised(signal=signal, facts=_shown(case.band, case.sight, picture), at=at)
    kind = detector.signal_kind(case.band)
    if kind is None:
        if detector.joins is not None:
            join_live_task(signal=signal, play=detector.joins, at=at)
        return
    shown = _shown(case.band, case.sight, picture)
    open_or_raise_task(
        organization=case.organization,
        occasion=Occasion(
            signal=signal,
            kind=kind,
            evidence=picture.evidence,
            offer=picture.offer,
            facts=shown,
            at=at,
        ),
    )
    if detector.tells_customer:
        notify_customer(organization=case.organization, signal=signal, facts=shown, at=at)


def _shown(band: Band | None, sight: Sight, picture: Picture) -> dict[str, Any]:
    """Return what the messages are made of."""
    seats = sight.organization.seats
    return {
        "band": band.value if band else "",
        "active": seats.active,
        "assigned": seats.assigned,
        "purchased": seats.purchased,
        "people": picture.people,
        "seats_suggested": picture.offer.seats,
        "evidence": [each.as_json() for each in picture.evidence],
    }


def _end_snooze(detector: Detector[Any], case: Case) -> None:
    signal = _open_signal(detector, case)
    if signal is None:
        return
    facts = case.sight.organization
    follow(signal, case.state, on=facts.on)
    kind = detector.signal_kind(case.band)
    if detector.play is None or kind is None:
        return
    woken = wake_task(organization_id=case.organization.pk, play=detector.play, at=facts.at)
    if woken is None:
        # The task had been put off; the signal that fires again asks for a new one.
        picture = detector.picture(case)
        open_or_raise_task(
            organization=case.organization,
            occasion=Occasion(
                signal=signal,
                kind=kind,
                evidence=picture.evidence,
                offer=picture.offer,
                facts=_shown(case.band, case.sight, picture),
                at=facts.at,
            ),
        )


def _resolve(detector: Detector[Any], case: Case, effect: ResolveAlert, before: AlertState) -> None:
    signal = _open_signal(detector, case)
    if signal is None:
        return
    organization, facts = case.organization, case.sight.organization
    end_signal(signal, effect, actor=SYSTEM, at=facts.at)
    if detector.kind is DetectorKind.LOW_USE:
        resume_tasks(organization=organization, at=facts.at)
    if detector.play is None or detector.joins is not None:
        return
    bought = None
    if effect.resolution is Resolution.SEATS_BOUGHT:
        bought = credit_for(
            organization=organization,
            seats_before=before.purchased or 0,
            seats_after=facts.seats.purchased,
        )
    elif is_asked_for_otherwise(signal):
        return
    close_settled_task(
        organization_id=organization.pk,
        play=detector.play,
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
