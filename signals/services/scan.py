"""The scan: looks at organizations, decides, and writes what follows.

`scan_changes` looks at those of which something may have changed (`changes`), `scan` at all or at
those that are named; what they come to is the same.

Set-based where nothing has to be told to anybody: one statement reads the facts of all
organizations, one their memories, one writes the quiet ones back. Only an organization whose
signal opens, rises or ends is worked on by itself, in its tenancy context and under the lock of its
memory row.

A day is evaluated from the counters with which it began, so a second scan of the day with equal
facts changes nothing, and one with other facts decides anew without counting the day twice. Two
scans at once: a memory row's version must still be the one that was read, else it is left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import structlog
from django.db import transaction

from accounts.models import Organization
from accounts.tenancy import organization_context
from signals.domain.alerts import OPEN
from signals.domain.findings import Presence, is_at_rest
from signals.models import DetectorKind
from signals.selectors.facts import ScannedFacts, scanned_facts
from signals.selectors.sights import Ask, Sight, Thresholds
from signals.services.backfill import backfill_day, can_backfill
from signals.services.changes import look, look_again, looked, set_alarms
from signals.services.dealing import deal_tasks
from signals.services.detector import Decision, Detector
from signals.services.detectors import DETECTORS, thresholds_of
from signals.services.memory import (
    MemoryKey,
    Remembered,
    lock_memory,
    record_evaluation,
    remembered,
    save_memory,
    write_quietly,
)
from signals.services.signals import apply_effect

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class ScanReport:
    """What a scan did, in organizations and signals; `left` are those to look at once more."""

    organizations: int = 0
    unchanged: int = 0
    evaluated: int = 0
    opened: int = 0
    raised: int = 0
    resumed: int = 0
    resolved: int = 0
    held_back: int = 0
    backfilled: int = 0
    failed: int = 0
    overtaken: int = 0
    full: int = 0
    lines: list[str] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    latest_at: datetime | None = None

    def counts(self) -> dict[str, int]:
        """Return the numbers alone."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}

    def add(self, other: "ScanReport") -> None:
        """Take in what another scan did."""
        for name, value in other.counts().items():
            setattr(self, name, getattr(self, name) + value)
        self.lines += other.lines


def scan(
    *,
    now: datetime,
    as_of: date | None = None,
    organization_ids: Sequence[int] | None = None,
    detectors: Sequence[Detector[Any]] | None = None,
) -> ScanReport:
    """Evaluate the detectors for all organizations, or for those named.

    `as_of` evaluates a past day with the facts as they were at its end. A day before the last
    evaluated one is put in its place while no alert is open (`backfill`), and left alone otherwise.
    Safe to repeat, to interrupt and to run twice at once.
    """
    detectors = DETECTORS if detectors is None else detectors
    report = _scan(now, as_of, organization_ids, detectors, thresholds_of(detectors))
    deal_tasks(now=report.latest_at or now if as_of is not None else now)
    return report


def scan_changes(*, now: datetime, recount: bool = False) -> ScanReport:
    """Evaluate what changed since the last scan that ended, by events or by time.

    Comes to what `scan` of all organizations would. `recount` does not trust the log: it counts
    every organization anew and evaluates those whose facts are others, as happens once a day.
    """
    thresholds = thresholds_of(DETECTORS)
    settings_key = sha256(repr(thresholds).encode()).hexdigest()
    seen = look(now=now, settings_key=settings_key, recount=recount)
    if seen.organization_ids == []:
        report = ScanReport()
    else:
        report = _scan(
            now, None, seen.organization_ids, DETECTORS, thresholds, counted_ids=seen.counted_ids
        )
    if report.opened or report.raised or report.resumed:
        deal_tasks(now=now)
    report.full = int(seen.is_full)
    looked(seen, now=now, settings_key=settings_key, organizations=report.organizations)
    return report


def _scan(
    now: datetime,
    as_of: date | None,
    organization_ids: Sequence[int] | None,
    detectors: Sequence[Detector[Any]],
    thresholds: Mapping[DetectorKind, Thresholds[Any]],
    *,
    counted_ids: Sequence[int] | None = None,
) -> ScanReport:
    report = ScanReport()
    # Memories before facts: whoever writes between the two raises the version, and is respected.
    kinds = {DetectorKind.LOW_USE.value} | {detector.kind.value for detector in detectors}
    memories = remembered(kinds, organization_ids=organization_ids)
    facts = scanned_facts(
        now=now, as_of=as_of, organization_ids=organization_ids, counted_ids=counted_ids
    )
    report.organizations = len(facts)
    report.latest_at = max((each.at for each in facts), default=None)
    organizations = {each.organization_id: each for each in facts}
    if all(detector.kind is not DetectorKind.LOW_USE for detector in detectors):
        organizations = _with_health(organizations, memories, ())
    is_whole = as_of is None and detectors is DETECTORS
    kept: dict[str, Any] = {}
    quiet: list[_Case] = []
    for detector in detectors:
        ask = Ask(now, as_of, organization_ids, organizations, kept)
        cases = _scan_kind(detector, ask, thresholds[detector.kind], memories, report)
        quiet += [case for case in cases if not case.decision.changing]
        if detector.kind is DetectorKind.LOW_USE:
            organizations = _with_health(organizations, memories, cases)
    # At the end and together: a scan that breaks off has looked at nothing, and no row that the
    # loud cases lock waits for the end of this transaction.
    with transaction.atomic(using="pipeline"):
        _write(quiet, report)
        if is_whole:
            set_alarms(organizations, now=now, organization_ids=organization_ids, left=report.left)
            look_again(report.left)
    return report


@dataclass(frozen=True, slots=True)
class _Case:
    kind: DetectorKind
    sight: Sight
    settings: Any
    before: Remembered
    decision: Decision


def _scan_kind(
    detector: Detector[Any],
    ask: Ask,
    thresholds: Thresholds[Any],
    memories: Mapping[MemoryKey, Remembered],
    report: ScanReport,
) -> list[_Case]:
    """Evaluate one detector, write what it tells somebody, return all that it decided."""
    cases: list[_Case] = []
    for sight, before in _sights(detector, ask, thresholds, memories):
        settings = thresholds.of(sight.organization_id)
        if not before.has_to_decide(sight):
            if (
                detector.kind is DetectorKind.UTILIZATION
                and settings is not None
                and can_backfill(sight, before, settings)
                and backfill_day(detector.kind, sight, before, settings)
            ):
                report.backfilled += 1
                report.left.add(sight.organization_id)
            else:
                report.unchanged += 1
            continue
        decision = detector.decide(before.morning_of(sight.on), sight, settings)
        case = _Case(detector.kind, sight, settings or detector.defaults, before, decision)
        cases.append(case)
    for case in cases:
        if not case.decision.changing:
            continue
        try:
            _work_on(detector, case, report)
        except Exception:
            # One organization's trouble must not hide the signals of the others.
            report.failed += 1
            report.left.add(case.sight.organization_id)
            logger.exception("signal_not_written", organization_id=case.sight.organization_id)
    return cases


def _write(quiet: Sequence[_Case], report: ScanReport) -> None:
    """Write the decisions that tell nobody anything."""
    written = write_quietly([(case.kind, case.sight, case.before, case.decision) for case in quiet])
    if written < len(quiet):
        report.overtaken += len(quiet) - written
        report.left |= {case.sight.organization_id for case in quiet}
    for case in quiet:
        _count(case.decision, report)


def _sights(
    detector: Detector[Any],
    ask: Ask,
    thresholds: Thresholds[Any],
    memories: Mapping[MemoryKey, Remembered],
) -> Iterator[tuple[Sight, Remembered]]:
    """Yield what there is to decide about: what the source names, and what it names no more.

    A finding that is not there and was not there is no case: nothing is read or written for it.
    """
    kind = detector.kind.value
    named: set[MemoryKey] = set()
    for sight in detector.source(ask, thresholds):
        key = (sight.organization_id, kind, sight.scope)
        before = memories.get(key, Remembered())
        if thresholds.of(sight.organization_id) is None:
            # A finding is named no more; of an alert with bands an open one ends.
            if detector.decide_band is not None and before.state.is_open:
                yield sight, before
            continue
        named.add(key)
        if sight.presence is Presence.THERE or not is_at_rest(before.state):
            yield sight, before
    if detector.decide_band is not None:
        return
    for key, before in memories.items():
        organization_id, of_kind, scope = key
        if of_kind != kind or key in named or is_at_rest(before.state):
            continue
        facts = ask.organizations.get(organization_id)
        if facts is not None:
            yield Sight(facts, Presence.GONE, scope), before


def _with_health(
    organizations: Mapping[int, ScannedFacts],
    memories: Mapping[MemoryKey, Remembered],
    cases: Sequence[_Case],
) -> dict[int, ScannedFacts]:
    """Return the facts with red health where low use is open: adoption comes first."""
    low = DetectorKind.LOW_USE.value
    statuses = {
        key[0]: before.state.status for key, before in memories.items() if key[1] == low
    } | {case.sight.organization_id: case.decision.state.status for case in cases}
    red = {organization_id for organization_id, status in statuses.items() if status in OPEN}
    return {
        key: facts.with_red_health() if key in red else facts
        for key, facts in organizations.items()
    }


def _work_on(detector: Detector[Any], case: _Case, report: ScanReport) -> None:
    """Write one organization's change: memory, signal, task, messages, history together."""
    sight = case.sight
    with organization_context(sight.organization_id):
        memory = lock_memory(
            organization_id=sight.organization_id, kind=detector.kind, scope=sight.scope
        )
        if memory.version != case.before.version:
            report.overtaken += 1
            report.left.add(sight.organization_id)
            return
        organization = Organization.objects.select_related("account_manager").get(
            pk=sight.organization_id
        )
        save_memory(memory, case.decision.state, holdbacks=case.decision.holdbacks)
        record_evaluation(detector.kind, sight, case.before, case.decision)
        for effect in case.decision.effects:
            line = apply_effect(
                organization=organization,
                detector=detector,
                effect=effect,
                before=case.before.state,
                state=case.decision.state,
                sight=sight,
                settings=case.settings,
            )
            if line:
                report.lines.append(line)
    _count(case.decision, report)
    logger.info(
        "signal_changed",
        organization_id=sight.organization_id,
        kind=detector.kind.value,
        scope=sight.scope,
        effect=str(case.decision.label),
    )


def _count(decision: Decision, report: ScanReport) -> None:
    report.evaluated += 1
    name = decision.label
    if name:
        setattr(report, name, getattr(report, name) + 1)
