"""Takes the seats of people who were removed, and starts their lock-out."""

from datetime import datetime
from uuid import UUID

from accounts.services.history import Actor
from accounts.tenancy import organization_context
from seats.services.seats import NoSeatToRelease, release_seat
from trueups.domain.lines import credit_per_person
from trueups.models import LockOut, PersonEvidence, TrueUp, TrueUpLine
from trueups.services.moving import locked_true_up


def release_removed_people(
    *, organization_id: int, true_up_id: UUID, actor: Actor, now: datetime
) -> int:
    """Release the seats of everybody who is removed, and lock them out; return how many.

    Called in the transaction that lowers the purchased seats, before it does: under a hard limit
    no more may be assigned than are purchased. Doing it again changes nothing.

    The seats given up now belong to the first people by name, each with a part of the credit; who
    goes for the renewal alone has neither, so that a return of theirs costs nothing.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        true_up = locked_true_up(organization_id=organization_id, true_up_id=true_up_id)
        if true_up.removed_at is not None:
            return 0
        removed = list(
            true_up.people.filter(decision=PersonEvidence.Decision.REMOVE).order_by("name", "pk")
        )
        line = true_up.lines.filter(
            kind=TrueUpLine.Kind.REMOVAL, takes_effect=TrueUpLine.Effect.NOW
        ).first()
        credited = min(-line.seats_delta, len(removed)) if line else 0
        credits = credit_per_person(-line.amount_minor, credited) if line and credited else ()
        until = now + true_up.agreed().lock_out
        for position, person in enumerate(removed):
            has_seat = position < credited
            LockOut.objects.create(
                organization_id=organization_id,
                true_up=true_up,
                membership_id=person.membership_id,
                removed_at=now,
                until=until,
                seats=int(has_seat),
                credit_minor=credits[position] if has_seat else 0,
                currency=true_up.currency,
            )
            _release(organization_id, person.membership_id, actor, now)
        true_up.removed_at = now
        true_up.save(update_fields=["removed_at"])
        return len(removed)


def _release(organization_id: int, membership_id: int, actor: Actor, now: datetime) -> None:
    try:
        release_seat(
            organization_id=organization_id,
            membership_id=membership_id,
            actor=actor,
            now=now,
            reason="true_up",
        )
    except NoSeatToRelease:
        # The seat was given up before the signature; the seat that is paid goes all the same.
        return


def seats_planned_for_renewal(true_up: TrueUp) -> int | None:
    """Return the seats that removals leave from the renewal on; None when none wait for it."""
    line = true_up.lines.filter(
        kind=TrueUpLine.Kind.REMOVAL, takes_effect=TrueUpLine.Effect.RENEWAL
    ).first()
    return line.seats_to if line and line.seats_delta else None
