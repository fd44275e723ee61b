"""Scores the accounts of organizations: how likely each is shared, and what follows.

One organization at a time: its rows are read twice, member by member (what they say of places
together, then each member's evidence), so that memory does not grow with the organization. Reading
holds no lock and writes nothing; what came out is written in one short transaction.

A run is for the organization's last day with usage, whatever today is: imported history is scored
as of its own end. Scoring a day again changes nothing; a new case has its last days replayed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any, Final

import structlog
from django.db import connections, transaction

from accounts.services.history import SYSTEM, record
from accounts.tenancy import organization_context
from signals.domain.sharing.evidence import Evidence
from signals.domain.sharing.ladder import (
    RUNS_TO_COUNT,
    WATCH_AT,
    Standing,
    Step,
    advance,
    organization_alerts,
    unpaid_people,
)
from signals.domain.sharing.model import Score
from signals.models import SharingCase, SharingOverview, SharingScore
from signals.selectors.sharing_rows import MemberRows, epoch_of, evidence_as_json
from signals.services.sharing_answers import take_measures
from signals.services.sharing_fill import fill_sharing
from signals.services.sharing_people import close_seated_cases

logger = structlog.get_logger(__name__)

SETTLED_AFTER: Final = timedelta(seconds=10)
"""Usage that has been coming in without a pause is scored all the same after `PATIENCE`."""
PATIENCE: Final = timedelta(minutes=2)
AGAIN_AFTER: Final = timedelta(minutes=5)
IMPORT_SECONDS: Final = 300.0
EVIDENCE_KEPT_FOR: Final = timedelta(days=30)
_AT_ONCE: Final = 2_000
_LOCK: Final = 0x5EA7_0012

# Those that were never scored first, then those whose last run is the longest ago.
_DUE = """
SELECT organization_id FROM signals_sharingoverview
WHERE changed_at IS NOT NULL AND (
    %(whatever)s
    OR ((changed_at <= %(settled)s OR coalesce(scored_at, 'epoch') < %(patience)s)
        AND coalesce(scored_at, 'epoch') <= %(again)s)
)
ORDER BY scored_at NULLS FIRST, organization_id
"""


@dataclass(frozen=True, slots=True)
class _Scored:
    evidence: Evidence
    score: Score
    standing: Standing


@dataclass(slots=True)
class ScoringResult:
    """What a run did. `left` are organizations that wait for the next one."""

    organizations: int = 0
    members: int = 0
    opened: int = 0
    cleared: int = 0
    failed: int = 0
    left: int = 0
    lines: list[str] = field(default_factory=list)


def score_due(
    *, now: datetime, seconds: float | None = None, whatever: bool = False
) -> ScoringResult:
    """Score the organizations in which something changed, for at most about `seconds`.

    `whatever` takes those that changed a moment ago too. One run at a time; another does nothing.
    """
    result = ScoringResult()
    # The lock lasts as long as this transaction, which writes nothing: behind a pooler of
    # transactions a session has no locks of its own.
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone()[0]:
            _score_each(_due(now=now, whatever=whatever), result, now=now, seconds=seconds)
    return result


def score_imported(*, now: datetime) -> str:
    """Score what a file brought, so that nobody has to wait for the job; return a sentence."""
    fill_sharing(now=now)
    scored = score_due(now=now, seconds=IMPORT_SECONDS, whatever=True)
    if not scored.members:
        return ""
    return f"Looked for shared accounts among {scored.members:,} people."


def _due(*, now: datetime, whatever: bool) -> list[int]:
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            _DUE,
            {
                "whatever": whatever,
                "settled": now - SETTLED_AFTER,
                "patience": now - PATIENCE,
                "again": now - AGAIN_AFTER,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def _score_each(
    organization_ids: Sequence[int],
    result: ScoringResult,
    *,
    now: datetime,
    seconds: float | None,
) -> None:
    began = monotonic()
    for number, organization_id in enumerate(organization_ids):
        if seconds is not None and number and monotonic() - began > seconds:
            result.left = len(organization_ids) - number
            return
        try:
            score_organization(organization_id=organization_id, now=now, result=result)
        except Exception:
            # One organization's trouble must not hide the others.
            result.failed += 1
            logger.exception("sharing_not_scored", organization_id=organization_id)


def score_organization(
    *,
    organization_id: int,
    now: datetime,
    as_of: date | None = None,
    result: ScoringResult | None = None,
) -> ScoringResult:
    """Score every member with usage in one organization, as of its last day or of `as_of`."""
    result = result or ScoringResult()
    close_seated_cases(organization_id=organization_id, now=now)
    with organization_context(organization_id):
        overview = SharingOverview.objects.filter(pk=organization_id).first()
        if overview is None:
            return result
        seen = overview.changed_at
        on = min(as_of or overview.last_day, overview.last_day)
        before = {score.membership_id: _standing(score) for score in SharingScore.objects.all()}
        scored = _run(organization_id, on, before)
    with organization_context(organization_id):
        _write(organization_id, on, seen, scored, result, now=now)
    result.organizations += 1
    result.members += len(scored)
    return result


def _standing(score: SharingScore) -> Standing:
    return Standing(
        Step(score.step), score.runs_above, score.runs_below, score.standing_on.toordinal()
    )


def _run(organization_id: int, on: date, before: Mapping[int, Standing]) -> dict[int, _Scored]:
    """The scores of the day, and the standing after the runs of the days since the last one.

    Whoever comes above the watch list has the days before replayed that no run has seen, at most
    as many as it takes to count; all days are read under the keys of the last one.
    """
    rows = MemberRows(organization_id, epoch_of(on), on, days_back=RUNS_TO_COUNT - 1)
    scores = {member: (e, s) for member, e, s in rows.scores(on)}
    new = frozenset(
        member
        for member, (_evidence, score) in scores.items()
        if (score.probability or 0.0) >= WATCH_AT
        and before.get(member, Standing()).on < on.toordinal() - 1
    )
    standings = dict(before)
    if new:
        for back in range(RUNS_TO_COUNT - 1, 0, -1):
            day = on - timedelta(days=back)
            for member, _evidence, score in rows.scores(day, new):
                standings[member] = _advanced(standings.get(member), score.probability, day)
    return {
        member: _Scored(evidence, score, _advanced(standings.get(member), score.probability, on))
        for member, (evidence, score) in scores.items()
    }


def _advanced(standing: Standing | None, probability: float | None, on: date) -> Standing:
    # What the organization's own policy allows is decided where a measure is taken.
    return advance(standing or Standing(), probability, on.toordinal(), measures_allowed=True)


def _write(
    organization_id: int,
    on: date,
    seen: datetime | None,
    scored: Mapping[int, _Scored],
    result: ScoringResult,
    *,
    now: datetime,
) -> None:
    overview = SharingOverview.objects.select_for_update().filter(pk=organization_id).first()
    if overview is None or (overview.scored_on is not None and on < overview.scored_on):
        return
    known = {member: each for member, each in scored.items() if each.score.probability is not None}
    _write_scores(organization_id, on, known, now=now)
    silent = SharingScore.objects.exclude(scored_on=on, scored_at=now)
    for score in silent.filter(step__gt=Step.NONE):
        standing = _advanced(_standing(score), 0.0, on)
        score.step, score.runs_above, score.runs_below = (
            standing.step,
            standing.runs_above,
            standing.runs_below,
        )
        score.standing_on = on
        score.probability = score.unpaid = 0.0
        score.save()
    # Of an account that nobody uses any more nothing is said.
    silent.filter(step=Step.NONE).delete()
    follow_cases(organization_id, on, result, now=now)
    take_measures(organization_id=organization_id, now=now)
    _write_overview(overview, on, seen, known, now=now)


def _write_scores(
    organization_id: int, on: date, known: Mapping[int, _Scored], *, now: datetime
) -> None:
    rows = [
        SharingScore(
            organization_id=organization_id,
            membership_id=member,
            scored_on=on,
            scored_at=now,
            probability=each.score.probability or 0.0,
            at_least=each.score.at_least,
            about=each.score.about,
            unpaid=unpaid_people(each.score, each.evidence),
            step=each.standing.step,
            runs_above=each.standing.runs_above,
            runs_below=each.standing.runs_below,
            standing_on=on,
            evidence=evidence_as_json(each.evidence, each.score),
        )
        for member, each in sorted(known.items())
    ]
    SharingScore.objects.bulk_create(
        rows,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["organization", "membership"],
        update_fields=[
            "scored_on",
            "scored_at",
            "probability",
            "at_least",
            "about",
            "unpaid",
            "step",
            "runs_above",
            "runs_below",
            "standing_on",
            "evidence",
        ],
    )


def _write_overview(
    overview: SharingOverview,
    on: date,
    seen: datetime | None,
    known: Mapping[int, _Scored],
    *,
    now: datetime,
) -> None:
    answered = _answered(overview.pk, on)
    told = {member: each for member, each in known.items() if member not in answered}
    expected = [unpaid_people(each.score, each.evidence) for each in told.values()]
    kinds: dict[str, int] = {}
    for each in told.values():
        if each.standing.step >= Step.COUNTED:
            for item in each.evidence.observations:
                if each.score.contributions.get(item.kind):
                    kinds[item.kind.value] = kinds.get(item.kind.value, 0) + 1
    overview.scored_on, overview.scored_at = on, now
    overview.members = len(known)
    overview.watched = sum(each.standing.step >= Step.WATCHED for each in told.values())
    overview.counted = sum(each.standing.step >= Step.COUNTED for each in told.values())
    overview.expected_unpaid = sum(expected)
    overview.is_alert = organization_alerts(expected)
    overview.kinds = kinds
    if overview.changed_at == seen:
        overview.changed_at = None
    overview.save()


def _answered(organization_id: int, on: date) -> set[int]:
    """Who is left alone because somebody said what the account is."""
    return {
        score.membership_id
        for score in SharingScore.objects.filter(
            membership_id__in=SharingCase.objects.filter(
                organization_id=organization_id,
                state=SharingCase.State.ANSWERED,
                quiet_until__gt=on,
            ).values("membership_id")
        )
        if not may_open(score, on)
    }


def follow_cases(organization_id: int, on: date, result: ScoringResult, *, now: datetime) -> None:
    """Open a case for who is named now, bring open ones up to date, close what cleared."""
    scores = {
        score.membership_id: score
        for score in SharingScore.objects.select_related("membership").filter(step__gte=Step.NAMED)
    }
    cases = {
        case.membership_id: case
        for case in SharingCase.objects.select_for_update(of=("self",))
        .select_related("membership")
        .filter(state=SharingCase.State.OPEN)
    }
    for member, case in cases.items():
        if member in scores:
            _bring_up_to_date(case, scores[member], on)
        else:
            case.state, case.closed_at = SharingCase.State.CLEARED, now
            case.closed_by_label = SYSTEM.label
            case.save()
            result.cleared += 1
            record(
                actor=SYSTEM,
                verb="sharing_case_cleared",
                subject=case,
                organization_id=organization_id,
                now=now,
            )
    for member, score in scores.items():
        if member not in cases and may_open(score, on):
            case = SharingCase(
                organization_id=organization_id,
                membership=score.membership,
                opened_at=now,
                first_day=on,
                last_day=on,
            )
            _bring_up_to_date(case, score, on)
            result.opened += 1
            record(
                actor=SYSTEM,
                verb="sharing_case_opened",
                subject=case,
                organization_id=organization_id,
                now=now,
            )


def weight_of(evidence: Sequence[Mapping[str, Any]]) -> float:
    """Return what this evidence weighs together."""
    return sum(float(item["weight"]) for item in evidence)


def may_open(score: SharingScore, on: date) -> bool:
    """Whether nobody said a while ago that this account is fine, or it weighs twice by now."""
    quiet = (
        SharingCase.objects.filter(
            membership_id=score.membership_id,
            state=SharingCase.State.ANSWERED,
            quiet_until__gt=on,
        )
        .order_by("-closed_at")
        .first()
    )
    return quiet is None or weight_of(score.evidence) >= 2 * quiet.weight_at_answer


def _bring_up_to_date(case: SharingCase, score: SharingScore, on: date) -> None:
    case.last_day = max(case.last_day, on)
    case.probability = score.probability
    case.at_least, case.about = score.at_least, score.about
    case.step = score.step
    case.evidence = score.evidence
    case.save()


def forget_evidence(*, now: datetime) -> int:
    """Delete the evidence of cases that closed 30 days ago; return how many."""
    old = (
        SharingCase.objects.using("pipeline")
        .filter(closed_at__lt=now - EVIDENCE_KEPT_FOR)
        .exclude(evidence=[])
    )
    with transaction.atomic(using="pipeline"):
        return old.update(evidence=[])
