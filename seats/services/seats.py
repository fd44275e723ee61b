"""Gives and takes seats. Whatever changes an organization's seats locks its pool first.

Buying seats is billing's; it calls `change_purchased_seats` inside the same lock. Who waits, and in
which order, is `waiting`'s; seating them is done here, in the transaction that makes room.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from integrations.services.events import emit_event
from seats.domain.limits import (
    AssignmentDecision,
    AssignmentOutcome,
    LimitReason,
    decide_assignment,
)
from seats.event_catalogue import LIMIT_REACHED
from seats.hooks import SeatAssigned, tell_seat_assigned
from seats.models import SeatAssignment, SeatPool, SeatRefusal, WaitingListEntry
from seats.selectors.limits import policy_of
from seats.services.move_mails import tell_later
from seats.services.overage import convert_when_due, save_counts
from seats.services.request_mails import send_seat_given


class SeatLimitReached(DomainError):
    """Every purchased seat is assigned and the limit allows no more.

    `details` say how many are purchased, assigned and missing, and why; pages and the API add what
    the missing ones cost (`seats.selectors.offers`).
    """

    code: ClassVar[str] = "seat_limit_reached"
    field: ClassVar[str] = "membership"
    about: dict[str, int]
    """Organization and person, as `note_refusal` takes them."""


class SeatsAreHeld(DomainError):
    """A payment is long overdue: people keep their seats, and no more are assigned."""

    code: ClassVar[str] = "seats_are_held"


class SeatAlreadyAssigned(DomainError):
    """The person has a seat."""

    code: ClassVar[str] = "seat_already_assigned"
    field: ClassVar[str] = "membership"


class NoSeatToRelease(DomainError):
    """The person has no seat."""

    code: ClassVar[str] = "no_seat_to_release"
    field: ClassVar[str] = "membership"


class PersonCannotHaveASeat(DomainError):
    """The person is deactivated."""

    code: ClassVar[str] = "person_cannot_have_a_seat"
    field: ClassVar[str] = "membership"


def lock_seat_pool(*, organization_id: int) -> SeatPool:
    """Return the organization's pool, locked until the transaction ends; make it when missing.

    Runs inside the organization's tenancy context.
    """
    SeatPool.objects.get_or_create(organization_id=organization_id)
    return SeatPool.objects.select_for_update().get(organization_id=organization_id)


def _open_pool(*, organization_id: int, now: datetime) -> SeatPool:
    """Lock the pool as it is at `now`: a countdown that is over has had its consequence."""
    pool = lock_seat_pool(organization_id=organization_id)
    convert_when_due(pool=pool, now=now)
    return pool


def _decision(pool: SeatPool, now: datetime) -> AssignmentDecision:
    return decide_assignment(
        policy_of(pool),
        purchased=pool.purchased_seats,
        assigned=pool.assigned_seats,
        overage_until=pool.overage_until,
        now=now,
    )


def _limit_reached(pool: SeatPool, decision: AssignmentDecision) -> SeatLimitReached:
    match decision.reason:
        case LimitReason.OVERAGE_SEATS_USED_UP:
            sentence = _(
                "All %(purchased)s seats are assigned, and %(overage)s beyond them, which is as "
                "many as may be lent. Add a seat, or release one that is not used."
            )
        case LimitReason.OVERAGE_TIME_RAN_OUT:
            sentence = _(
                "%(overage)s more seats are assigned than purchased, and the time for it is over. "
                "Everybody keeps theirs; add seats to give out more."
            )
        case _:
            sentence = _(
                "All %(purchased)s seats are assigned. Add a seat, or release one that is not used."
            )
    return SeatLimitReached(
        sentence
        % {
            "purchased": pool.purchased_seats,
            "overage": max(0, pool.assigned_seats - pool.purchased_seats),
        },
        purchased=pool.purchased_seats,
        assigned=pool.assigned_seats,
        missing_seats=decision.missing_seats,
        reason=decision.reason.value if decision.reason else "",
    )


def _live_seat(membership_id: int) -> SeatAssignment | None:
    return SeatAssignment.objects.filter(
        membership_id=membership_id, during__endswith__isnull=True
    ).first()


def _seat(
    *,
    pool: SeatPool,
    membership: Membership,
    actor: Actor,
    now: datetime,
    tells: bool = False,
) -> SeatAssignment:
    assignment = SeatAssignment.objects.create(
        organization_id=pool.organization_id,
        membership=membership,
        during=DateTimeTZRange(now, None),
        assigned_by_id=actor.user_id,
    )
    waited = WaitingListEntry.objects.filter(
        membership=membership, seated_at__isnull=True, withdrawn_at__isnull=True
    ).update(seated_at=now, answered_by_label=actor.label[:200])
    pool.assigned_seats += 1
    save_counts(pool=pool, now=now)
    if waited:
        send_seat_given(membership=membership, now=now)
    elif tells:
        tell_later(assignment, membership=membership, actor=actor)
    record(
        actor=actor,
        verb="seat_assigned",
        subject=membership,
        organization_id=pool.organization_id,
        now=now,
    )
    tell_seat_assigned(SeatAssigned(pool.organization_id, membership.pk, actor, now))
    return assignment


def assign_seat(
    *,
    organization_id: int,
    membership_id: int,
    actor: Actor,
    now: datetime,
    tells: bool = False,
) -> SeatAssignment:
    """Give a person a seat, from `now` on.

    Who waited is told by mail at once; with `tells` so is everybody else, a minute later.
    Raises SeatLimitReached (noted, see `note_refusal`), SeatsAreHeld, SeatAlreadyAssigned,
    PersonCannotHaveASeat, Membership.DoesNotExist (also for another organization's person).
    """
    try:
        return _assign_seat(
            organization_id=organization_id,
            membership_id=membership_id,
            actor=actor,
            now=now,
            tells=tells,
        )
    except SeatLimitReached as refusal:
        refusal.about = {"organization_id": organization_id, "membership_id": membership_id}
        note_refusal(**refusal.about, now=now)
        raise


def note_refusal(*, organization_id: int, membership_id: int, now: datetime) -> None:
    """Note that a person was refused a seat, once a day of UTC.

    Who rolls back its own transaction with the refusal notes it again afterwards.
    """
    with organization_context(organization_id):
        SeatRefusal.objects.bulk_create(
            [
                SeatRefusal(
                    organization_id=organization_id,
                    day=now.astimezone(UTC).date(),
                    membership_id=membership_id,
                    at_sign_in=False,
                    at=now,
                )
            ],
            ignore_conflicts=True,
        )
        person = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        emit_event(
            organization_id=organization_id,
            type=LIMIT_REACHED,
            dedupe_key=f"refused:{membership_id}:{now.astimezone(UTC).date()}",
            data={"member": person.external_id, "name": person.display_name},
            at=now,
        )


def _assign_seat(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime, tells: bool
) -> SeatAssignment:
    with organization_context(organization_id, user_id=actor.user_id):
        pool = _open_pool(organization_id=organization_id, now=now)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        if membership.state == Membership.State.DEACTIVATED:
            raise PersonCannotHaveASeat(
                _("%(name)s is deactivated. Reactivate the person first.")
                % {"name": membership.display_name}
            )
        if _live_seat(membership_id):
            raise SeatAlreadyAssigned(
                _("%(name)s has a seat already.") % {"name": membership.display_name}
            )
        if pool.held_since is not None:
            raise SeatsAreHeld(
                _(
                    "A payment is overdue, so no seat can be assigned for now. Everybody who has "
                    "one keeps it. Pay the open invoice under Seats and billing."
                )
            )
        decision = _decision(pool, now)
        if decision.outcome is AssignmentOutcome.REFUSED:
            raise _limit_reached(pool, decision)
        return _seat(pool=pool, membership=membership, actor=actor, now=now, tells=tells)


def release_seat(
    *,
    organization_id: int,
    membership_id: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    passes_on: bool = False,
    tells: bool = False,
) -> Membership | None:
    """Take a person's seat at `now`; return who got it.

    The first who waits gets it if the organization has chosen so, unless the caller `passes_on` the
    seat itself. With `tells` the person is told by mail a minute later.

    Raises NoSeatToRelease, Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = _open_pool(organization_id=organization_id, now=now)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        seat = _live_seat(membership_id)
        if seat is None:
            raise NoSeatToRelease(_("%(name)s has no seat.") % {"name": membership.display_name})
        # A range never ends before it starts, even if two clocks differ by a moment.
        end = max(now, seat.during.lower + timedelta(microseconds=1))
        seat.during = DateTimeTZRange(seat.during.lower, end)
        seat.release_reason = reason[:200]
        seat.save(update_fields=["during", "release_reason"])
        pool.assigned_seats -= 1
        save_counts(pool=pool, now=now)
        record(
            actor=actor,
            verb="seat_released",
            subject=membership,
            organization_id=organization_id,
            now=now,
            changes={"reason": reason} if reason else None,
        )
        if tells:
            tell_later(seat, membership=membership, actor=actor)
        if passes_on or not pool.seats_next or pool.held_since is not None:
            return None
        seated = seat_waiting(pool=pool, actor=actor, now=now)
        return seated[0] if seated else None


def seat_waiting(
    *, pool: SeatPool, actor: Actor, now: datetime, first: Sequence[int] = ()
) -> list[Membership]:
    """Seat who waits, in the order of the list, as far as purchased seats are free.

    The entries `first` come before the others, in their own order; who does not wait any more is
    passed over. The caller holds the pool's lock and the organization's context.
    """
    free = max(0, pool.purchased_seats - pool.assigned_seats)
    waiting = (
        WaitingListEntry.objects.filter(
            organization_id=pool.organization_id,
            seated_at__isnull=True,
            withdrawn_at__isnull=True,
        )
        .exclude(membership__state=Membership.State.DEACTIVATED)
        .select_related("membership__user", "membership__organization")
        .order_by("place", "requested_at", "pk")
    )
    before = waiting.filter(pk__in=first).in_bulk() if first else {}
    ordered = [before[pk] for pk in first if pk in before][:free]
    ordered += waiting.exclude(pk__in=before)[: free - len(ordered)]
    seated = []
    for entry in ordered:
        _seat(pool=pool, membership=entry.membership, actor=actor, now=now)
        seated.append(entry.membership)
    return seated


def hold_seats(*, organization_id: int, is_held: bool, actor: Actor, now: datetime) -> None:
    """Stop or allow the assignment of seats; people keep theirs either way.

    Called by billing when a payment is long overdue, and again when it has come.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        if (pool.held_since is not None) is is_held:
            return
        pool.held_since = now if is_held else None
        pool.save(update_fields=["held_since"])
        record(
            actor=actor,
            verb="seats_held" if is_held else "seats_released",
            subject=pool.organization,
            organization_id=organization_id,
            now=now,
        )


def change_purchased_seats(
    *,
    organization_id: int,
    seats_after: int,
    actor: Actor,
    now: datetime,
    first: Sequence[int] = (),
) -> list[Membership]:
    """Set how many seats are purchased and seat the waiting list in order; return who got a seat.

    The waiting list entries `first` are those that the seats were bought for. Called by billing
    with the ledger entry it writes, in the same transaction and under the lock.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = _open_pool(organization_id=organization_id, now=now)
        pool.purchased_seats = seats_after
        save_counts(pool=pool, now=now)
        return seat_waiting(pool=pool, actor=actor, now=now, first=first)


def release_every_seat(*, organization_id: int, actor: Actor, now: datetime, reason: str) -> int:
    """Take every live seat at `now`, because nothing is subscribed any more; return how many.

    Called by billing in the transaction that ends the subscription and under its lock. People
    whose seat ends keep their place in the organization; the waiting list stays as it is.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        live = SeatAssignment.objects.filter(
            organization_id=organization_id, during__endswith__isnull=True
        )
        released = []
        for seat in live.select_related("membership"):
            end = max(now, seat.during.lower + timedelta(microseconds=1))
            seat.during = DateTimeTZRange(seat.during.lower, end)
            seat.release_reason = reason[:200]
            released.append(seat)
            record(
                actor=actor,
                verb="seat_released",
                subject=seat.membership,
                organization_id=organization_id,
                now=now,
                changes={"reason": reason},
            )
        SeatAssignment.objects.bulk_update(released, ["during", "release_reason"], batch_size=500)
        pool.assigned_seats = 0
        save_counts(pool=pool, now=now)
        return len(released)
