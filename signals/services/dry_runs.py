"""What a rule would have found in the last 90 days with other settings, beside the present ones.

Every day is looked at with the facts as they were at its end, by the rule and the machine of the
real scan; nothing else is written. A run that was interrupted is begun again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Final

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor
from signals.domain.alerts import OPEN, AlertState, OpenAlert, RaiseBand
from signals.domain.detectors.rules import SETTINGS
from signals.domain.findings import OpenFinding, Presence
from signals.domain.rule_settings import read_settings
from signals.models import DetectorKind, RuleDryRun
from signals.selectors.facts import ScannedFacts, scanned_facts
from signals.selectors.rule_settings import InForce, rule_book
from signals.selectors.sights import Ask, Sight, Thresholds
from signals.services.detector import Detector
from signals.services.detectors import DETECTORS, detector_of
from signals.services.findings import FINDINGS
from signals.services.rule_settings import NoSuchRule, set_rule

DAYS: Final = 90
# Of these nothing is kept from which an earlier day could be told.
ONLY_TODAY: Final = frozenset({"single_threaded", "trial", "sharing"})
STILL_WORKED_ON: Final = timedelta(minutes=10)
_ATTEMPTS: Final = 3

_DETECTORS: Final[Mapping[str, Detector[Any]]] = {
    each.kind.value: each for each in (*DETECTORS, *FINDINGS) if each.kind.value in SETTINGS
}
# What reaches people.
_TOLD: Final = (OpenAlert, OpenFinding, RaiseBand)

log = structlog.get_logger(__name__)


class NotTriedYet(DomainError):
    """Only settings of a dry run that is done can be put into force, and once."""

    code: ClassVar[str] = "not_tried_yet"


def ask_dry_run(
    *,
    kind: str,
    organization_id: int | None,
    thresholds: Mapping[str, object],
    is_on: bool,
    actor: Actor,
    now: datetime,
) -> RuleDryRun:
    """Order a dry run. Raises NoSuchRule, and `SettingsRefused` with a problem for each field."""
    if kind not in _DETECTORS:
        raise NoSuchRule(_("There is no such rule."))
    wanted = read_settings(SETTINGS[kind], thresholds)
    until = now.astimezone(UTC).date()
    since = until if kind in ONLY_TODAY else until - timedelta(days=DAYS - 1)
    with transaction.atomic(using="pipeline"):
        return RuleDryRun.objects.using("pipeline").create(
            organization_id=organization_id,
            kind=kind,
            thresholds=wanted.as_json(),
            is_on=is_on,
            since=since,
            until=until,
            next_day=since,
            asked_at=now,
            asked_by_label=actor.label[:200],
            touched_at=now,
        )


def work_dry_runs(*, now: datetime) -> int:
    """Work every dry run that waits or was left; return how many came to an end."""
    ended = 0
    while (run := _claim(now)) is not None:
        try:
            _work(run, now)
        except Exception:
            log.exception("dry_run_failed", run=str(run.pk), kind=run.kind)
            if run.attempts >= _ATTEMPTS:
                _save(run, state=RuleDryRun.State.FAILED, ended_at=now)
            else:
                _save(run, state=RuleDryRun.State.WAITING)
        ended += 1
    return ended


def _claim(now: datetime) -> RuleDryRun | None:
    """Take the oldest that nobody works on; what was left is begun again."""
    states = RuleDryRun.State
    with transaction.atomic(using="pipeline"):
        runs = RuleDryRun.objects.using("pipeline").select_for_update(skip_locked=True)
        run = (
            runs.filter(state=states.WAITING, attempts__lt=_ATTEMPTS).order_by("asked_at").first()
            or runs.filter(state=states.RUNNING, touched_at__lt=now - STILL_WORKED_ON).first()
        )
        if run is None:
            return None
        run.attempts += 1
        _save(run, state=states.RUNNING, touched_at=now, next_day=run.since, attempts=run.attempts)
        return run


def _save(run: RuleDryRun, **values: Any) -> None:
    for name, value in values.items():
        setattr(run, name, value)
    run.save(using="pipeline", update_fields=list(values))


@dataclass(slots=True)
class _Side:
    """One set of settings, lived through day by day."""

    detector: Detector[Any]
    thresholds: Thresholds[Any]
    states: dict[tuple[int, str], AlertState] = field(default_factory=dict)
    opened: dict[tuple[int, str], list[date]] = field(default_factory=dict)

    def live(self, ask: Ask) -> None:
        """Look at one day of all organizations."""
        there = {
            (sight.organization_id, sight.scope): sight
            for sight in self.detector.source(ask, self.thresholds)
        }
        for key in {*there, *self.states}:
            seen = ask.organizations.get(key[0])
            settings = self.thresholds.of(key[0])
            if seen is None or settings is None:
                continue
            sight = there.get(key) or Sight(seen, Presence.GONE, key[1])
            decision = self.detector.decide(self.states.get(key, AlertState()), sight, settings)
            self.states[key] = decision.state
            if any(isinstance(effect, _TOLD) for effect in decision.effects):
                self.opened.setdefault(key, []).append(seen.on)

    def open_in(self) -> set[int]:
        """The organizations in which something is open."""
        return {key[0] for key, state in self.states.items() if state.status in OPEN}


def _low_use() -> _Side:
    return _Side(
        detector_of(DetectorKind.LOW_USE), rule_book(DetectorKind.LOW_USE.value).thresholds
    )


def _work(run: RuleDryRun, now: datetime) -> None:
    detector = _DETECTORS[run.kind]
    present = rule_book(run.kind).thresholds
    tried = InForce(run.is_on, read_settings(SETTINGS[run.kind], run.thresholds)).spoken
    if run.organization_id is None:
        proposed = replace(present, usual=tried)
    else:
        own = {**present.by_organization, run.organization_id: tried}
        proposed = replace(present, by_organization=own)
    sides = (_Side(detector, present), _Side(detector, proposed))
    low_use = _low_use() if detector.kind is DetectorKind.UTILIZATION else None
    only = None if run.organization_id is None else [run.organization_id]
    day = run.since
    while day <= run.until:
        as_of = None if day == run.until else day
        facts: list[ScannedFacts] = scanned_facts(now=now, as_of=as_of, organization_ids=only)
        organizations = {each.organization_id: each for each in facts}
        kept: dict[str, Any] = {}
        if low_use is not None:
            low_use.live(Ask(now, as_of, only, organizations, kept))
            # As in the scan: while low use lasts, the alert is held back.
            red = low_use.open_in()
            organizations = {
                key: each.with_red_health() if key in red else each
                for key, each in organizations.items()
            }
        for side in sides:
            side.live(Ask(now, as_of, only, organizations, kept))
        day += timedelta(days=1)
        _save(run, next_day=day, touched_at=datetime.now(UTC))
    now_, then = (side.opened for side in sides)
    found = [
        {
            "organization": key[0],
            "scope": key[1],
            "now": [each.isoformat() for each in now_.get(key, [])],
            "then": [each.isoformat() for each in then.get(key, [])],
        }
        for key in sorted({*now_, *then})
    ]
    _save(
        run,
        state=RuleDryRun.State.DONE,
        found=found,
        fired_now=sum(map(len, now_.values())),
        fired_then=sum(map(len, then.values())),
        ended_at=now,
    )


def put_into_force(*, run_id: Any, actor: Actor, now: datetime) -> InForce:
    """Set the rule as it was tried. Raises NotTriedYet, RuleDryRun.DoesNotExist."""
    with transaction.atomic(using="pipeline"):
        run = RuleDryRun.objects.using("pipeline").select_for_update().get(pk=run_id)
        if run.state != RuleDryRun.State.DONE or run.in_force_at is not None:
            raise NotTriedYet(_("These settings are in force already, or still being tried."))
        _save(run, in_force_at=now)
    return set_rule(
        kind=run.kind,
        organization_id=run.organization_id,
        thresholds=run.thresholds,
        is_on=run.is_on,
        actor=actor,
        now=now,
    )
