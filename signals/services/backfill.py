"""A day that is evaluated late: usage was imported, or a scan of the past was run by hand.

The machine folds over days in order and does not look back. As long as no alert is open, a missing
day can still be put in its place: it is recorded, the days after it are counted again, and the last
day is marked to be decided anew. What was told to people is never taken back, so an open alert or
one in its cooldown keeps its memory as it is.
"""

from accounts.tenancy import organization_context
from seats.domain.utilization import Utilization
from signals.domain.alerts import AlertStatus
from signals.domain.bands import is_at_eighty, is_clear, reached
from signals.domain.detectors.utilization import UtilizationSettings
from signals.models import ORGANIZATION_SCOPE, DetectorKind, SignalEvaluation
from signals.selectors.sights import Sight
from signals.services.memory import Remembered, lock_memory

_QUIET = (AlertStatus.OK, AlertStatus.PENDING)


def can_backfill(sight: Sight, before: Remembered, settings: UtilizationSettings) -> bool:
    """Whether the day lies before the last evaluated one and could change what is counted."""
    last = before.state.evaluated_on
    return (
        last is not None
        and sight.on < last
        and before.state.status in _QUIET
        and (is_at_eighty(sight.organization.seats, settings) or before.state.due_evaluations > 0)
    )


def backfill_day(
    kind: DetectorKind, sight: Sight, before: Remembered, settings: UtilizationSettings
) -> bool:
    """Record a missing day and count the days after it again; False when it is there already."""
    facts = sight.organization
    identity = {"kind": kind, "scope": ORGANIZATION_SCOPE}
    with organization_context(facts.organization_id):
        memory = lock_memory(organization_id=facts.organization_id, kind=kind)
        days = SignalEvaluation.objects.filter(**identity)
        if memory.version != before.version or days.filter(on=facts.on).exists():
            return False
        SignalEvaluation.objects.create(
            **identity,
            organization_id=facts.organization_id,
            on=facts.on,
            purchased=facts.seats.purchased,
            assigned=facts.seats.assigned,
            active=facts.seats.active,
            unseated=facts.unseated,
            status=AlertStatus.OK,
            band=reached(facts.seats, settings) or "",
            facts_key=sight.key,
        )
        eighty = clear = 0
        previous = None
        evaluations = list(days.order_by("on"))
        for day in evaluations:
            day.evaluated_on_before = previous
            day.due_evaluations_before = eighty
            day.clear_evaluations_before = clear
            seats = Utilization(day.purchased, day.assigned, day.active)
            eighty = eighty + 1 if is_at_eighty(seats, settings) else 0
            clear = clear + 1 if is_clear(seats, settings) else 0
            previous = day.on
        evaluations[-1].facts_key = ""
        SignalEvaluation.objects.bulk_update(
            evaluations,
            [
                "evaluated_on_before",
                "due_evaluations_before",
                "clear_evaluations_before",
                "facts_key",
            ],
        )
        memory.due_evaluations = eighty
        memory.clear_evaluations = clear
        memory.version += 1
        memory.save(update_fields=["due_evaluations", "clear_evaluations", "version"])
        return True
