"""Reads and writes what detectors remember about organizations, for one or for all at once.

Owns: `AlertMemory` and `SignalEvaluation`. Does not own: what is decided (`detectors`).
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import connections

from signals.domain.alerts import AlertState, AlertStatus
from signals.domain.bands import Band
from signals.domain.holdbacks import Holdback
from signals.models import (
    ORGANIZATION_SCOPE,
    AlertMemory,
    DetectorKind,
    SignalEvaluation,
)
from signals.selectors.facts import array_of
from signals.selectors.sights import Sight
from signals.services.detector import Decision

type MemoryKey = tuple[int, str, str]
"""Organization, kind and scope."""


@dataclass(frozen=True, slots=True)
class Counters:
    """The counters of a memory before a day was evaluated for the first time."""

    evaluated_on: date | None = None
    due_evaluations: int = 0
    clear_evaluations: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """A memory as a scan read it; version 0 is a memory that does not exist yet.

    `morning` holds the counters with which the last evaluated day began, `facts_key` what was
    looked at then.
    """

    state: AlertState = field(default_factory=AlertState)
    version: int = 0
    morning: Counters = field(default_factory=Counters)
    facts_key: str = ""

    def has_to_decide(self, sight: Sight) -> bool:
        """Whether what is seen is of a later day, or of the same day and not seen before."""
        last = self.state.evaluated_on
        if last is None or sight.on > last:
            return True
        return sight.on == last and sight.key != self.facts_key

    def counters_before(self, on: date) -> Counters:
        """The counters with which the day `on` began."""
        if self.state.evaluated_on == on:
            return self.morning
        return Counters(
            self.state.evaluated_on,
            self.state.due_evaluations,
            self.state.clear_evaluations,
        )

    def morning_of(self, on: date) -> AlertState:
        """The state to evaluate `on` from: as it stands, with the counters of that morning.

        What people did during the day (acknowledged, snoozed, bought) stands; only the counting
        starts again, so that a day evaluated twice counts once.
        """
        before = self.counters_before(on)
        return replace(
            self.state,
            evaluated_on=before.evaluated_on,
            due_evaluations=before.due_evaluations,
            clear_evaluations=before.clear_evaluations,
        )


_READ = """
    SELECT m.organization_id, m.kind, m.scope, m.status, m.band, m.evaluated_on, m.due_evaluations,
        m.clear_evaluations, m.purchased, m.snoozed_until, m.cooldown_until, m.cooldown_band,
        m.version, e.evaluated_on_before, e.due_evaluations_before,
        e.clear_evaluations_before, e.facts_key
    FROM signals_alertmemory m
    LEFT JOIN signals_signalevaluation e
        ON e.organization_id = m.organization_id AND e.kind = m.kind AND e.scope = m.scope
        AND e."on" = m.evaluated_on
    WHERE m.kind = ANY(%(kinds)s)
"""
_READ_SOME = (
    _READ.replace("WHERE", "AND e.organization_id = ANY(%(ids)s::bigint[]) WHERE")
    + " AND m.organization_id = ANY(%(ids)s::bigint[])"
)


def remembered(
    kinds: Collection[str], *, organization_ids: Sequence[int] | None = None
) -> dict[MemoryKey, Remembered]:
    """Return the memories of some detectors by organization, kind and scope, in one statement."""
    with connections["pipeline"].cursor() as cursor:
        if organization_ids is None:
            cursor.execute(_READ, {"kinds": sorted(kinds)})
        else:
            cursor.execute(_READ_SOME, {"kinds": sorted(kinds), "ids": array_of(organization_ids)})
        return {row[:3]: _remembered(*row[3:]) for row in cursor.fetchall()}


def _remembered(
    status: str,
    band: str,
    evaluated_on: date | None,
    eighty: int,
    clear: int,
    purchased: int | None,
    snoozed_until: date | None,
    cooldown_until: date | None,
    cooldown_band: str,
    version: int,
    *morning: Any,
) -> Remembered:
    *counters, facts_key = morning
    return Remembered(
        state=AlertState(
            status=AlertStatus(status),
            band=Band(band) if band else None,
            evaluated_on=evaluated_on,
            due_evaluations=eighty,
            clear_evaluations=clear,
            purchased=purchased,
            snoozed_until=snoozed_until,
            cooldown_until=cooldown_until,
            cooldown_band=Band(cooldown_band) if cooldown_band else None,
        ),
        version=version,
        morning=Counters() if facts_key is None else Counters(*counters),
        facts_key=facts_key or "",
    )


# One statement: a memory is written only over the version that was read, and a day's evaluation
# only beside a memory that was written.
_WRITE = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS g(
        organization_id bigint, kind text, scope text, version int, status text, band text,
        evaluated_on date,
        due_evaluations int, clear_evaluations int, purchased int, snoozed_until date,
        cooldown_until date, cooldown_band text, holdbacks text[], effect text, seen_purchased int,
        seen_assigned int, seen_active int, seen_unseated int, seen jsonb, facts_key text,
        evaluated_on_before date, due_before int, clear_before int)
    ORDER BY organization_id, kind, scope
),
written AS (
    INSERT INTO signals_alertmemory AS m (organization_id, kind, scope, status, band, evaluated_on,
        due_evaluations, clear_evaluations, purchased, snoozed_until, cooldown_until,
        cooldown_band, holdbacks, version)
    SELECT organization_id, kind, scope, status, band, evaluated_on, due_evaluations,
        clear_evaluations, purchased, snoozed_until, cooldown_until, cooldown_band, holdbacks,
        version + 1
    FROM given
    ON CONFLICT (organization_id, kind, scope) DO UPDATE SET
        status = excluded.status, band = excluded.band, evaluated_on = excluded.evaluated_on,
        due_evaluations = excluded.due_evaluations,
        clear_evaluations = excluded.clear_evaluations, purchased = excluded.purchased,
        snoozed_until = excluded.snoozed_until, cooldown_until = excluded.cooldown_until,
        cooldown_band = excluded.cooldown_band, holdbacks = excluded.holdbacks,
        version = excluded.version
    WHERE m.version = excluded.version - 1
    RETURNING organization_id, kind, scope
),
seen AS (
    UPDATE signals_signal s SET evaluated_on = given.evaluated_on
    FROM given JOIN written USING (organization_id, kind, scope)
    WHERE s.organization_id = given.organization_id AND s.kind = given.kind
      AND s.scope = given.scope AND s.status <> 'resolved'
      AND s.evaluated_on < given.evaluated_on
)
INSERT INTO signals_signalevaluation AS e (organization_id, kind, scope, "on", purchased, assigned,
    active, unseated, seen, status, band, effect, holdbacks, facts_key, evaluated_on_before,
    due_evaluations_before, clear_evaluations_before)
SELECT organization_id, kind, scope, evaluated_on, seen_purchased, seen_assigned,
    seen_active, seen_unseated, seen, status, band, effect, holdbacks, facts_key,
    evaluated_on_before, due_before, clear_before
FROM given JOIN written USING (organization_id, kind, scope)
ON CONFLICT (organization_id, kind, scope, "on") DO UPDATE SET
    purchased = excluded.purchased, assigned = excluded.assigned, active = excluded.active,
    unseated = excluded.unseated, seen = excluded.seen, status = excluded.status,
    band = excluded.band, holdbacks = excluded.holdbacks, facts_key = excluded.facts_key,
    effect = CASE WHEN excluded.effect = '' AND e.effect <> 'held_back'
             THEN e.effect ELSE excluded.effect END
"""


type QuietCase = tuple[DetectorKind, Sight, Remembered, Decision]


def write_quietly(cases: Sequence[QuietCase]) -> int:
    """Write the decisions that tell nobody anything, in one statement; return how many.

    The rest was overtaken by another writer and is left to the next scan.
    """
    if not cases:
        return 0
    rows = [_row(*case) for case in cases]
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_WRITE, {"rows": json.dumps(rows, default=str)})
        return int(cursor.rowcount)


def _row(
    kind: DetectorKind, sight: Sight, before: Remembered, decision: Decision
) -> dict[str, Any]:
    state, facts = decision.state, sight.organization
    morning = before.counters_before(sight.on)
    return {
        "organization_id": sight.organization_id,
        "kind": kind,
        "scope": sight.scope,
        "version": before.version,
        "status": state.status,
        "band": state.band or "",
        "evaluated_on": state.evaluated_on,
        "due_evaluations": state.due_evaluations,
        "clear_evaluations": state.clear_evaluations,
        "purchased": state.purchased,
        "snoozed_until": state.snoozed_until,
        "cooldown_until": state.cooldown_until,
        "cooldown_band": state.cooldown_band or "",
        "holdbacks": list(decision.holdbacks),
        "effect": decision.label,
        "seen_purchased": facts.seats.purchased,
        "seen_assigned": facts.seats.assigned,
        "seen_active": facts.seats.active,
        "seen_unseated": facts.unseated,
        "seen": sight.seen,
        "facts_key": sight.key,
        "evaluated_on_before": morning.evaluated_on,
        "due_before": morning.due_evaluations,
        "clear_before": morning.clear_evaluations,
    }


def lock_memory(
    *, organization_id: int, kind: DetectorKind, scope: str = ORGANIZATION_SCOPE
) -> AlertMemory:
    """Return a detector's memory of the organization, locked until the transaction ends.

    Made when missing, with version 0. Runs inside the organization's tenancy context. The memory of
    the seat alert is locked first, whichever is asked for: whoever changes signals or tasks of an
    organization holds it, so that nobody waits in a circle.
    """
    gate = (DetectorKind.UTILIZATION, ORGANIZATION_SCOPE)
    if (kind, scope) != gate:
        _lock(organization_id, *gate)
    return _lock(organization_id, kind, scope)


def _lock(organization_id: int, kind: DetectorKind, scope: str) -> AlertMemory:
    identity: dict[str, Any] = {"organization_id": organization_id, "kind": kind, "scope": scope}
    AlertMemory.objects.get_or_create(**identity)
    return AlertMemory.objects.select_for_update().get(**identity)


def save_memory(
    memory: AlertMemory, state: AlertState, *, holdbacks: Sequence[Holdback] | None = None
) -> None:
    """Write the state of a locked memory; `holdbacks` stay as they are when None."""
    memory.status = state.status
    memory.band = state.band or ""
    memory.evaluated_on = state.evaluated_on
    memory.due_evaluations = state.due_evaluations
    memory.clear_evaluations = state.clear_evaluations
    memory.purchased = state.purchased
    memory.snoozed_until = state.snoozed_until
    memory.cooldown_until = state.cooldown_until
    memory.cooldown_band = state.cooldown_band or ""
    if holdbacks is not None:
        memory.holdbacks = list(holdbacks)
    memory.version += 1
    memory.save()


def record_evaluation(
    kind: DetectorKind, sight: Sight, before: Remembered, decision: Decision
) -> None:
    """Write the evaluation of one day of a scope, over an earlier one of the same day."""
    morning = before.counters_before(sight.on)
    facts = sight.organization
    SignalEvaluation.objects.update_or_create(
        organization_id=sight.organization_id,
        kind=kind,
        scope=sight.scope,
        on=sight.on,
        defaults={
            "purchased": facts.seats.purchased,
            "assigned": facts.seats.assigned,
            "active": facts.seats.active,
            "unseated": facts.unseated,
            "seen": sight.seen,
            "status": decision.state.status,
            "band": decision.state.band or "",
            "effect": decision.label,
            "holdbacks": list(decision.holdbacks),
            "facts_key": sight.key,
            "evaluated_on_before": morning.evaluated_on,
            "due_evaluations_before": morning.due_evaluations,
            "clear_evaluations_before": morning.clear_evaluations,
        },
    )
