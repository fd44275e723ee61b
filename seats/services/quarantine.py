"""What a person decides about an event that was put aside: count it now, or discard it."""

from datetime import datetime

from django.db import DataError, IntegrityError, connections, transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from seats.models import QuarantinedEvent
from seats.services.rollup import count_one, mark_days, reason_of, wait_for_rollup


class NotWaiting(DomainError):
    """Somebody else has decided about the event."""

    code = "not_waiting"


def replay(*, quarantined_id: int, actor: Actor, now: datetime) -> bool:
    """Count an event that was put aside; return False if it still cannot be, with a new reason.

    Raises NotWaiting.
    """
    before = _find(quarantined_id)
    with organization_context(before.organization_id):
        with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
            wait_for_rollup(cursor)
            event = _lock(quarantined_id)
            event.tried_at = now
            try:
                with transaction.atomic(using="pipeline"):
                    count_one(cursor, (event.organization_id, event.event_id, event.at), now=now)
            except (DataError, IntegrityError) as error:
                event.reason = reason_of(error)
                event.save(update_fields=["tried_at", "reason"])
                return False
            cursor.execute("SELECT (%s AT TIME ZONE 'UTC')::date", [event.at])
            mark_days(cursor, [(event.organization_id, cursor.fetchone()[0])])
            _end(event, QuarantinedEvent.State.REPLAYED, actor, now)
        _record(event, "usage_event_replayed", actor, now)
    return True


def discard(*, quarantined_id: int, actor: Actor, now: datetime) -> None:
    """Leave an event that was put aside out for good. Raises NotWaiting."""
    before = _find(quarantined_id)
    with organization_context(before.organization_id):
        with transaction.atomic(using="pipeline"):
            event = _lock(quarantined_id)
            _end(event, QuarantinedEvent.State.DISCARDED, actor, now)
        _record(event, "usage_event_discarded", actor, now)


def _find(quarantined_id: int) -> QuarantinedEvent:
    return QuarantinedEvent.objects.using("pipeline").get(pk=quarantined_id)


def _lock(quarantined_id: int) -> QuarantinedEvent:
    event = QuarantinedEvent.objects.using("pipeline").select_for_update().get(pk=quarantined_id)
    if event.state != QuarantinedEvent.State.WAITING:
        raise NotWaiting(_("Somebody has decided about this event already."))
    return event


def _end(
    event: QuarantinedEvent, state: QuarantinedEvent.State, actor: Actor, now: datetime
) -> None:
    event.state = state
    event.ended_at = now
    event.ended_by_label = actor.label[:200]
    event.save(update_fields=["state", "ended_at", "ended_by_label", "tried_at"])


def _record(event: QuarantinedEvent, verb: str, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=event,
        organization_id=event.organization_id,
        now=now,
        changes={"at": event.at.isoformat(), "reason": event.reason},
    )
