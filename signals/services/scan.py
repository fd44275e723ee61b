"""The scan: looks at every organization, decides, and writes what follows.

Set-based where nothing has to be told to anybody: one statement reads the facts of all
organizations, one their memories, one writes the quiet ones back. Only an organization whose
signal opens, rises or ends is worked on by itself, in its tenancy context and under the lock of its
memory row.

A day is evaluated from the counters with which it began, so a second scan of the day with equal
facts changes nothing, and one with other facts decides anew without counting the day twice. Two
scans at once: a memory row's version must still be the one that was read, else it is left alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

import structlog

from accounts.models import Organization
from accounts.tenancy import organization_context
from signals.models import DetectorKind
from signals.selectors.facts import ScannedFacts, scanned_facts
from signals.services.backfill import backfill_day, can_backfill
from signals.services.detectors import DETECTORS, Decision, Detector
from signals.services.memory import (
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
    """What a scan did, in organizations and signals."""

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
    lines: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return the numbers alone."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}


def scan(
    *, now: datetime, as_of: date | None = None, organization_ids: Sequence[int] | None = None
) -> ScanReport:
    """Evaluate every detector for all organizations, or for those named.

    `as_of` evaluates a past day with the facts as they were at its end. A day before the last
    evaluated one is put in its place while no alert is open (`backfill`), and left alone otherwise.
    Safe to repeat, to interrupt and to run twice at once.
    """
    report = ScanReport()
    # Memories before facts: whoever writes between the two raises the version, and is respected.
    memories = remembered(organization_ids=organization_ids)
    facts = scanned_facts(now=now, as_of=as_of, organization_ids=organization_ids)
    report.organizations = len(facts)
    for detector in DETECTORS:
        _scan_kind(detector, facts, memories, report)
    return report


@dataclass(frozen=True, slots=True)
class _Case:
    facts: ScannedFacts
    before: Remembered
    decision: Decision


def _scan_kind(
    detector: Detector,
    facts: Iterable[ScannedFacts],
    memories: dict[tuple[int, str], Remembered],
    report: ScanReport,
) -> None:
    quiet: list[_Case] = []
    loud: list[_Case] = []
    for each in facts:
        if not detector.applies(each):
            continue
        before = memories.get((each.organization_id, detector.kind.value), Remembered())
        if not before.has_to_decide(each):
            if (
                detector.kind is DetectorKind.UTILIZATION
                and can_backfill(each, before)
                and backfill_day(detector.kind, each, before)
            ):
                report.backfilled += 1
            else:
                report.unchanged += 1
            continue
        decision = detector.decide(before.morning_of(each.on), each, each.on)
        (loud if decision.changing else quiet).append(_Case(each, before, decision))
    report.overtaken += len(quiet) - write_quietly(
        detector.kind, [(case.facts, case.before, case.decision) for case in quiet]
    )
    for case in quiet:
        _count(case.decision, report)
    for case in loud:
        try:
            _work_on(detector, case, report)
        except Exception:
            # One organization's trouble must not hide the signals of the others.
            report.failed += 1
            logger.exception("signal_not_written", organization_id=case.facts.organization_id)


def _work_on(detector: Detector, case: _Case, report: ScanReport) -> None:
    """Write one organization's change: memory, signal, task, messages, history together."""
    facts = case.facts
    with organization_context(facts.organization_id):
        memory = lock_memory(organization_id=facts.organization_id, kind=detector.kind)
        if memory.version != case.before.version:
            report.overtaken += 1
            return
        organization = Organization.objects.select_related("account_manager").get(
            pk=facts.organization_id
        )
        save_memory(memory, case.decision.state, holdbacks=case.decision.holdbacks)
        record_evaluation(detector.kind, facts, case.before, case.decision)
        for effect in case.decision.effects:
            line = apply_effect(
                organization=organization,
                kind=detector.kind,
                effect=effect,
                before=case.before.state,
                state=case.decision.state,
                facts=facts,
            )
            if line:
                report.lines.append(line)
    _count(case.decision, report)
    logger.info(
        "signal_changed",
        organization_id=facts.organization_id,
        kind=detector.kind.value,
        effect=str(case.decision.label),
    )


def _count(decision: Decision, report: ScanReport) -> None:
    report.evaluated += 1
    name = decision.label
    if name:
        setattr(report, name, getattr(report, name) + 1)
