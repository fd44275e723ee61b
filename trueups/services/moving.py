"""Opens a true-up for a change, and moves it from state to state with its history."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.services.history import Actor, record
from seats.services.seats import lock_seat_pool
from trueups.domain.states import State, moved
from trueups.models import TrueUp


def locked_true_up(*, organization_id: int, true_up_id: UUID) -> TrueUp:
    """Return a true-up, its row and the organization's seat pool locked; in this order always.

    Runs inside the organization's tenancy context; raises TrueUp.DoesNotExist.
    """
    lock_seat_pool(organization_id=organization_id)
    return TrueUp.objects.select_for_update(of=("self",)).get(
        pk=true_up_id, organization_id=organization_id
    )


def move(
    true_up: TrueUp,
    after: State,
    *,
    verb: str,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Write the next state with the fields that belong to it; raises ImpossibleMove."""
    true_up.state = moved(true_up.current_state, after).value
    for name, value in fields.items():
        setattr(true_up, name, value)
    true_up.save(update_fields=["state", *fields])
    tell(true_up, verb, actor=actor, now=now, changes=changes)


def tell(
    true_up: TrueUp,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> None:
    """Record something about a true-up."""
    record(
        actor=actor,
        verb=verb,
        subject=true_up,
        organization_id=true_up.organization_id,
        now=now,
        changes=changes,
    )


def money_of(true_up: TrueUp) -> dict[str, Any]:
    """Return the total as the history keeps it."""
    return {"total_minor": true_up.total_minor, "currency": true_up.currency}


def zone_of(true_up: TrueUp) -> ZoneInfo:
    """Return the time zone that the quarter was cut in."""
    return ZoneInfo(true_up.time_zone)
