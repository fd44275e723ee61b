"""The detectors of findings, and the scan that looks with them once a day.

Their facts are wide (every person's weeks, every department), so an organization is looked at when
its own day has turned, and again when something came that does not wait: a refusal at the limit,
a request to the vendor. `FindingLook` keeps when that was; a look that was interrupted is repeated.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connections

from signals.domain.detectors.rules import SETTINGS
from signals.domain.findings import FindingRule
from signals.domain.holdbacks import Holdback
from signals.domain.rule_settings import RuleSettings
from signals.domain.tasks import Play, SignalKind
from signals.models import DetectorKind
from signals.selectors import finding_sources
from signals.selectors.sights import Source
from signals.services.detector import Detector
from signals.services.pictures import seats_wanted_picture
from signals.services.scan import ScanReport, scan

ORGANIZATIONS_AT_ONCE: Final = 1_000

# Seats that nobody pays for are not offered more of, nor are seats that few people use.
_CAREFUL: Final = frozenset(
    {
        *(Holdback.PAYMENT_OVERDUE, Holdback.ADOPTION_FIRST),
        *(Holdback.OPEN_QUOTE, Holdback.IMPORT_SETTLING),
    }
)
_AFTER_A_PURCHASE: Final = _CAREFUL | {Holdback.RECENT_PURCHASE}
_NEVER: Final[frozenset[Holdback]] = frozenset()


def _patience(held_back_by: frozenset[Holdback]) -> Callable[[RuleSettings], FindingRule]:
    def rule(settings: RuleSettings) -> FindingRule:
        return FindingRule(
            fires_after=settings.pending_days,
            ends_after=settings.clear_days,
            cooldown=timedelta(days=settings.cooldown_days),
            held_back_by=held_back_by,
        )

    return rule


def _detector(
    kind: DetectorKind,
    source: Source[Any],
    asks_for: SignalKind | None,
    held_back_by: frozenset[Holdback] = _CAREFUL,
    joins: Play | None = None,
) -> Detector[Any]:
    return Detector(
        kind=kind,
        defaults=SETTINGS[kind.value](),
        source=source,
        rule=_patience(held_back_by),
        picture=seats_wanted_picture,
        asks_for=asks_for,
        joins=joins,
    )


_K, _S, _F = DetectorKind, SignalKind, finding_sources
FINDINGS: Final[tuple[Detector[Any], ...]] = (
    _detector(_K.LIMIT_REFUSED, _F.limit_refused, _S.LIMIT_REFUSED, frozenset()),
    _detector(_K.OVERAGE, _F.overage, _S.OVERAGE, frozenset({Holdback.OPEN_QUOTE})),
    _detector(_K.NEW_HIRES, _F.new_hires, _S.NEW_HIRES, _AFTER_A_PURCHASE),
    _detector(_K.LEADER, _F.leader, _S.LEADER),
    _detector(_K.CROSS_DEPARTMENT, _F.cross_department, _S.CROSS_DEPARTMENT),
    _detector(_K.DEPARTMENT_CLOCK, _F.department_clock, _S.CROSS_DEPARTMENT),
    _detector(_K.GEOGRAPHY, _F.geography, _S.GEOGRAPHY),
    _detector(_K.HIERARCHY, _F.hierarchy, _S.HIERARCHY),
    _detector(_K.POWER_USERS, _F.power_users, _S.POWER_USERS, frozenset()),
    _detector(_K.CONCENTRATION, _F.concentration, _S.CONCENTRATION, frozenset()),
    _detector(_K.VALUE, _F.value, _S.VALUE, frozenset()),
    _detector(_K.INTENT, _F.intent, _S.INTENT, frozenset({Holdback.PAYMENT_OVERDUE})),
    _detector(_K.CHAMPION_LEFT, _F.champion_left, _S.CHAMPION_LEFT, frozenset()),
    _detector(_K.SINGLE_THREADED, _F.single_threaded, _S.CHAMPION_LEFT, frozenset()),
    _detector(_K.RUN_OUT, _F.run_out, _S.RUN_OUT, _AFTER_A_PURCHASE),
    _detector(_K.TRIAL, _F.trial, _S.MILESTONE, frozenset()),
    _detector(_K.RENEWAL, _F.renewal, _S.MILESTONE, frozenset()),
)

_DUE = """
    SELECT o.id FROM accounts_organization o
    LEFT JOIN signals_findinglook l ON l.organization_id = o.id
    WHERE l.looked_on IS NULL
       OR (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date > l.looked_on
    UNION
    SELECT r.organization_id FROM seats_seatrefusal r
    JOIN signals_findinglook l USING (organization_id)
    WHERE r.day >= (%(now)s::timestamptz)::date - 1 AND r.at > l.looked_at AND r.at <= %(now)s
    UNION
    SELECT v.organization_id FROM signals_vendorrequest v
    JOIN signals_findinglook l USING (organization_id)
    WHERE v.answered_at IS NULL AND v.asked_at > l.looked_at AND v.asked_at <= %(now)s
    ORDER BY 1
"""
_LOOKED = """
    INSERT INTO signals_findinglook AS l (organization_id, looked_on, looked_at)
    SELECT o.id, (%(now)s::timestamptz AT TIME ZONE o.time_zone)::date, %(now)s
    FROM accounts_organization o WHERE o.id = ANY(%(ids)s)
    ORDER BY o.id
    ON CONFLICT (organization_id) DO UPDATE
    SET looked_on = greatest(l.looked_on, excluded.looked_on),
        looked_at = greatest(l.looked_at, excluded.looked_at)
"""


def organizations_due(*, now: datetime) -> list[int]:
    """Return the organizations that the detectors of findings have to look at."""
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_DUE, {"now": now})
        return [row[0] for row in cursor.fetchall()]


def scan_findings(*, now: datetime, organization_ids: Sequence[int] | None = None) -> ScanReport:
    """Look for findings in the organizations that are due, or in those named.

    Safe to repeat, to interrupt and to run twice at once.
    """
    due = organizations_due(now=now) if organization_ids is None else list(organization_ids)
    report = ScanReport()
    for start in range(0, len(due), ORGANIZATIONS_AT_ONCE):
        batch = due[start : start + ORGANIZATIONS_AT_ONCE]
        report.add(scan(now=now, organization_ids=batch, detectors=FINDINGS))
        with connections["pipeline"].cursor() as cursor:
            cursor.execute(_LOOKED, {"now": now, "ids": batch})
    return report
