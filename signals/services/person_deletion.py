"""Deletions of people: asked for by the person, decided by an owner, done seven days later.

Does not own what is deleted (`person_erasure`). Until the day an owner can undo it, and nothing is
changed before.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Final

import structlog
from django.db import connections
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Membership, PersonDeletion
from accounts.services.history import Actor, record
from accounts.services.people import NobodyLeftInCharge, require_somebody_in_charge
from accounts.tenancy import organization_context
from signals.services.deletion_mails import (
    tell_owners_of_plan,
    tell_owners_of_wish,
    tell_person,
)
from signals.services.person_erasure import erase_person

WAITS_FOR: Final = timedelta(days=7)
_State = PersonDeletion.State
OPEN: Final = (_State.ASKED, _State.WAITING, _State.ERASING)


class CannotDeleteYourself(DomainError):
    """Another owner has to decide it, so that nobody is deleted from a stolen session."""

    code: ClassVar[str] = "cannot_delete_yourself"
    field: ClassVar[str] = "membership"


class DeletionIsOver(DomainError):
    """The deletion was decided, undone or done in between."""

    code: ClassVar[str] = "deletion_is_over"
    field: ClassVar[str] = "deletion"


def ask_deletion(
    *,
    organization_id: int,
    membership_id: int,
    actor: Actor,
    now: datetime,
    is_own_wish: bool = True,
) -> PersonDeletion:
    """Ask the owners of an organization to delete a person; asking twice is once.

    Raises DeletionIsOver (they are deleted already), Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        person = _locked(membership_id)
        standing = person.deletions.filter(state__in=OPEN).first()
        if standing is not None:
            return standing
        _require_there(person)
        deletion = PersonDeletion.objects.create(
            organization_id=organization_id,
            membership=person,
            state=_State.ASKED,
            is_own_wish=is_own_wish,
            asked_at=now,
        )
        _record(deletion, "person_deletion_asked", actor=actor, now=now)
        tell_owners_of_wish(person, is_own_wish=is_own_wish)
        return deletion


def plan_deletion(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> PersonDeletion:
    """Have a person deleted in seven days, and tell them; twice is once.

    Owners are told too when nobody who signed in decides it.

    Raises CannotDeleteYourself, NobodyLeftInCharge, DeletionIsOver (they are deleted already),
    Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        person = _locked(membership_id)
        if person.user_id is not None and person.user_id == actor.user_id:
            raise CannotDeleteYourself(
                _("You cannot delete yourself. Ask another owner to decide it.")
            )
        _require_there(person)
        require_somebody_in_charge(besides=person)
        deletion = person.deletions.filter(state__in=OPEN).first()
        if deletion is None:
            deletion = PersonDeletion(
                organization_id=organization_id, membership=person, asked_at=now
            )
        elif deletion.state != _State.ASKED:
            return deletion
        deletion.state, deletion.due_at = _State.WAITING, now + WAITS_FOR
        _decided(deletion, actor=actor, now=now)
        deletion.save()
        _record(deletion, "person_deletion_planned", actor=actor, now=now)
        tell_person(deletion, person)
        if actor.user_id is None:
            tell_owners_of_plan(person, by=actor.label, due_at=now + WAITS_FOR)
        return deletion


def decline_deletion(
    *, organization_id: int, membership_id: int, note: str, actor: Actor, now: datetime
) -> PersonDeletion:
    """Answer a person's wish with a reason why not, and tell them. Raises DeletionIsOver."""
    return _end(
        organization_id, membership_id, _State.ASKED, _State.DECLINED, actor, now, note=note[:300]
    )


def undo_deletion(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> PersonDeletion:
    """Take a deletion back before its day, and tell the person. Raises DeletionIsOver."""
    return _end(organization_id, membership_id, _State.WAITING, _State.UNDONE, actor, now)


def _end(
    organization_id: int,
    membership_id: int,
    before: str,
    after: str,
    actor: Actor,
    now: datetime,
    note: str = "",
) -> PersonDeletion:
    with organization_context(organization_id, user_id=actor.user_id):
        person = _locked(membership_id)
        deletion = person.deletions.filter(state=before).select_for_update().first()
        if deletion is None:
            raise DeletionIsOver(_("There is nothing to take back here any more."))
        deletion.state, deletion.note, deletion.ended_at = after, note, now
        _decided(deletion, actor=actor, now=now)
        deletion.save()
        _record(deletion, f"person_deletion_{after}", actor=actor, now=now)
        tell_person(deletion, person)
        return deletion


def delete_due_people(*, now: datetime) -> int:
    """Do the deletions whose day has come and finish interrupted ones; return how many."""
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, id FROM accounts_persondeletion "
            "WHERE state IN ('waiting', 'erasing') AND due_at <= %s ORDER BY due_at LIMIT 200",
            [now],
        )
        due = cursor.fetchall()
    done = 0
    for organization_id, deletion_id in due:
        try:
            erase_person(organization_id=organization_id, deletion_id=deletion_id, now=now)
            done += 1
        except NobodyLeftInCharge as error:
            _note_problem(organization_id, deletion_id, str(error))
        except Exception:
            structlog.get_logger(__name__).exception("person_not_deleted", deletion_id=deletion_id)
            _note_problem(organization_id, deletion_id, _("It failed and is tried again."))
    return done


def _note_problem(organization_id: int, deletion_id: int, problem: str) -> None:
    with organization_context(organization_id):
        PersonDeletion.objects.filter(pk=deletion_id).update(problem=problem[:300])


def _require_there(person: Membership) -> None:
    if person.deletions.filter(state=_State.DONE).exists():
        raise DeletionIsOver(_("This person is deleted already."))


def _locked(membership_id: int) -> Membership:
    return (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .get(pk=membership_id)
    )


def _decided(deletion: PersonDeletion, *, actor: Actor, now: datetime) -> None:
    deletion.decided_at, deletion.decided_label = now, actor.label[:200]
    deletion.decided_by_id = actor.user_id


def _record(deletion: PersonDeletion, verb: str, *, actor: Actor, now: datetime) -> None:
    day = None if deletion.due_at is None else deletion.due_at.date().isoformat()
    record(
        actor=actor,
        verb=verb,
        subject=deletion.membership,
        organization_id=deletion.organization_id,
        now=now,
        changes={"day": day} if verb == "person_deletion_planned" else None,
    )
