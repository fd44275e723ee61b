"""What happens to seats when people come, go or change places.

Registered with `accounts.hooks` when the app starts. Order of locks: people, then the seat pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import Membership
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from seats.models import SeatAssignment, WaitingListEntry
from seats.services.seats import (
    NoSeatToRelease,
    PersonCannotHaveASeat,
    SeatAlreadyAssigned,
    SeatLimitReached,
    SeatsAreHeld,
    assign_seat,
    lock_seat_pool,
    release_seat,
)
from seats.services.waiting import request_seat, withdraw_seat_request

UNDONE_WITHIN: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How a change of many seats ended: done, no change needed, no seat left for."""

    done: list[Membership]
    unchanged: list[Membership]
    without_seat: list[Membership]


def free_seat_of_leaver(*, membership: Membership, actor: Actor, now: datetime) -> None:
    """Release the seat of somebody who leaves, and their place on the waiting list."""
    organization_id = membership.organization_id
    withdraw_seat_request(
        organization_id=organization_id, membership_id=membership.pk, actor=actor, now=now
    )
    try:
        release_seat(
            organization_id=organization_id,
            membership_id=membership.pk,
            actor=actor,
            now=now,
            reason="deactivated",
        )
    except NoSeatToRelease:
        return


def seat_newcomer(*, membership: Membership, actor: Actor, now: datetime) -> None:
    """Give somebody who joined a seat, or a place on the waiting list when none is left."""
    organization_id = membership.organization_id
    try:
        assign_seat(
            organization_id=organization_id, membership_id=membership.pk, actor=actor, now=now
        )
    except SeatAlreadyAssigned:
        return
    except (SeatLimitReached, SeatsAreHeld):
        request_seat(
            organization_id=organization_id,
            membership_id=membership.pk,
            actor=actor,
            now=now,
            origin=WaitingListEntry.Origin.JOINED,
        )


def reassign_seat(
    *,
    organization_id: int,
    from_membership_id: int,
    to_membership_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Move one person's seat to another, at once and whole; both are told by mail.

    Raises what `release_seat` and `assign_seat` raise; then nothing has changed.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        release_seat(
            organization_id=organization_id,
            membership_id=from_membership_id,
            actor=actor,
            now=now,
            reason="reassigned",
            passes_on=True,
            tells=True,
        )
        assign_seat(
            organization_id=organization_id,
            membership_id=to_membership_id,
            actor=actor,
            now=now,
            tells=True,
        )


def undo_assignment(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> None:
    """Take back a seat that was just given; who waited for it waits again, in the same place.

    Told by mail is who was told of the seat, having waited, or who had it for longer.

    Raises NoSeatToRelease, Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        seat = SeatAssignment.objects.filter(
            membership_id=membership_id, during__endswith__isnull=True
        ).first()
        waits_again = 0
        if seat is not None:
            waits_again = WaitingListEntry.objects.filter(
                membership_id=membership_id, seated_at=seat.during.lower, withdrawn_at__isnull=True
            ).update(seated_at=None, answered_by_label="")
        release_seat(
            organization_id=organization_id,
            membership_id=membership_id,
            actor=actor,
            now=now,
            reason="undone",
            passes_on=True,
            tells=bool(waits_again)
            or (seat is not None and now - seat.during.lower > UNDONE_WITHIN),
        )


def undo_release(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> SeatAssignment:
    """Give back a seat that was just released, as if it had never been: it keeps its first day.

    Later than a minute after the release it is a new seat. Raises what `assign_seat` raises.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        seat = assign_seat(
            organization_id=organization_id, membership_id=membership_id, actor=actor, now=now
        )
        earlier = (
            SeatAssignment.objects.filter(
                organization_id=organization_id,
                membership_id=membership_id,
                during__endswith__gte=now - UNDONE_WITHIN,
            )
            .exclude(pk=seat.pk)
            .order_by("-during")
            .first()
        )
        if earlier is None:
            return seat
        # The two would overlap.
        seat.delete()
        earlier.during = DateTimeTZRange(earlier.during.lower, None)
        earlier.release_reason = ""
        earlier.save(update_fields=["during", "release_reason"])
        return earlier


def assign_seats(
    *, organization_id: int, membership_ids: Sequence[int], actor: Actor, now: datetime
) -> BulkResult:
    """Give seats in the given order until none is left; deactivated people stay without."""
    done, unchanged, without = [], [], []
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        for membership in _in_order(organization_id, membership_ids):
            try:
                assign_seat(
                    organization_id=organization_id,
                    membership_id=membership.pk,
                    actor=actor,
                    now=now,
                )
            except (SeatAlreadyAssigned, PersonCannotHaveASeat):
                unchanged.append(membership)
            except SeatLimitReached:
                without.append(membership)
            else:
                done.append(membership)
    return BulkResult(done=done, unchanged=unchanged, without_seat=without)


def release_seats(
    *, organization_id: int, membership_ids: Sequence[int], actor: Actor, now: datetime
) -> BulkResult:
    """Take the seats of several people in one transaction; each is told by mail."""
    done, unchanged = [], []
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        for membership in _in_order(organization_id, membership_ids):
            try:
                release_seat(
                    organization_id=organization_id,
                    membership_id=membership.pk,
                    actor=actor,
                    now=now,
                    tells=True,
                )
            except NoSeatToRelease:
                unchanged.append(membership)
            else:
                done.append(membership)
    return BulkResult(done=done, unchanged=unchanged, without_seat=[])


def _in_order(organization_id: int, membership_ids: Sequence[int]) -> list[Membership]:
    """Return the organization's people among the ids, in the order of the ids."""
    found = Membership.objects.filter(organization_id=organization_id).in_bulk(membership_ids)
    return [found[pk] for pk in dict.fromkeys(membership_ids) if pk in found]
