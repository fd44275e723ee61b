"""Deletes a person: their usage, their entry, their sign-in, and the words for them everywhere.

In three steps, each of which can be taken up again. First the person leaves (seat, usage), as if an
admin had shut them out. Then, in one transaction, what is theirs alone is deleted, their entry
becomes that of a former person, and the words for them are noted on the deletion. Then the pipeline
replaces these words in every table of the organization, the history and its seals among them, and
forgets the words. What stays, and why, stands in each app's `erasing.py`.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from accounts.domain.names import KnownAs, in_json, in_text
from accounts.domain.roles import OrganizationRole
from accounts.erasure import ERASINGS, Leaving, pointers, worded_tables
from accounts.former import pseudonym
from accounts.models import (
    HistoryEntry,
    HistorySeal,
    Invitation,
    Membership,
    PersonDeletion,
    User,
)
from accounts.services.history import Actor, record
from accounts.services.people import deactivate_person, lock_people
from accounts.services.sealing import wait_for_sealing
from accounts.tenancy import organization_context, user_context
from provisioning.models import DirectoryUser
from signals.services.person_data import delete_person_data

_State = PersonDeletion.State
_NO_ADDRESS: Final = "deleted.invalid"
_WORDS: Final = """
SELECT erase_words(%s, %s, %s::text[], %s::text[], %s::text[], %s, %s, %s, %s)
"""
_POINTER: Final = "SELECT erase_pointer(%s, %s, %s, %s, %s)"
_HISTORY: Final = "SELECT * FROM erase_history(%s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class _Words:
    """What the last step needs: who, by which words, and whom pointers point to from now on."""

    known: KnownAs
    user_id: int | None
    stand_in_id: int | None

    @classmethod
    def of(cls, noted: dict[str, Any]) -> "_Words":
        known = {name: tuple(words) for name, words in noted["known"].items()}
        return cls(KnownAs(**known), noted["user_id"], noted["stand_in_id"])


def erase_person(*, organization_id: int, deletion_id: int, now: datetime) -> PersonDeletion:
    """Do a deletion that is due, or finish one that was interrupted; twice is once.

    Raises NobodyLeftInCharge where the person is the last who can manage the organization.
    """
    with organization_context(organization_id):
        deletion = PersonDeletion.objects.select_related("membership").get(pk=deletion_id)
    if deletion.state == _State.WAITING:
        _leave(deletion, now=now)
        deletion = _let_go(deletion, now=now)
    if deletion.state == _State.ERASING:
        rows = _replace_words(deletion)
        with organization_context(organization_id):
            PersonDeletion.objects.filter(pk=deletion_id, state=_State.ERASING).update(
                state=_State.DONE, known_as={}, ended_at=now, rows=deletion.rows + rows, problem=""
            )
            deletion.refresh_from_db()
    return deletion


def _actor(deletion: PersonDeletion) -> Actor:
    return Actor(label=deletion.decided_label, user_id=deletion.decided_by_id)


def _leave(deletion: PersonDeletion, *, now: datetime) -> None:
    of = {"organization_id": deletion.organization_id, "membership_id": deletion.membership_id}
    actor = _actor(deletion)
    deactivate_person(**of, granter=OrganizationRole.OWNER, actor=actor, now=now)
    delete_person_data(**of, actor=actor, now=now)


def _let_go(deletion: PersonDeletion, *, now: datetime) -> PersonDeletion:
    organization_id, actor = deletion.organization_id, _actor(deletion)
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        deletion = PersonDeletion.objects.select_for_update().get(pk=deletion.pk)
        if deletion.state != _State.WAITING:
            return deletion
        person = Membership.objects.select_for_update(of=("self",)).get(pk=deletion.membership_id)
        user = None if person.user_id is None else User.objects.get(pk=person.user_id)
        known = names_of(person, user)
        record(
            actor=actor,
            verb="person_deleted",
            subject=person,
            organization_id=organization_id,
            now=now,
        )
        deletion.rows = _delete_own(
            Leaving(organization_id, person.pk, None if user is None else user.pk)
        )
        stand_in_id = None if user is None else _stand_in(user, person).pk
        _empty(person)
        words = _Words(known, None if user is None else user.pk, stand_in_id)
        deletion.known_as, deletion.state = asdict(words), _State.ERASING
        deletion.save(update_fields=["known_as", "state", "rows"])
        return deletion


def names_of(person: Membership, user: User | None) -> KnownAs:
    """Return the words for a person: of their entry, their sign-in, the directory and the past.

    A name that somebody else in the organization has too is no word for this person. Runs inside
    the organization's context.
    """
    names, addresses, ids = {person.name, str(person)}, {person.email}, {person.external_id}
    if user is not None:
        names.add(user.name)
        addresses |= {user.email, *user.emailaddress_set.values_list("email", flat=True)}  # type: ignore[attr-defined]
    addresses |= set(Invitation.objects.filter(membership=person).values_list("email", flat=True))
    for entry in DirectoryUser.objects.filter(membership=person):
        ids |= {entry.external_id, str(entry.scim_id)}
        addresses.add(entry.user_name)
        names |= set(_strings(entry.document, ("displayName", "formatted")))
        addresses |= set(_strings(entry.document, ("value",)))
    past = HistoryEntry.objects.filter(object_type="membership", object_id=str(person.pk))
    for label, changes in past.values_list("object_label", "changes"):
        names.add(label)
        names |= set(_strings(changes, ("name",)))
        addresses |= set(_strings(changes, ("email",)))
    # A short form of an id, an address as a name: each is looked for as what it is.
    addresses = {each.strip() for each in addresses if "@" in each}
    names = {each.strip() for each in names if "@" not in each}
    others = Membership.objects.filter(organization_id=person.organization_id, name__in=names)
    shared = {other.name.casefold() for other in others.exclude(pk=person.pk)}
    return KnownAs(
        names=tuple(sorted(each for each in names if each and each.casefold() not in shared)),
        addresses=tuple(sorted(addresses)),
        ids=tuple(sorted(each for each in ids if each)),
    )


def _strings(document: Any, keys: Iterable[str], *, inside: bool = False) -> list[str]:
    """Return the strings under some keys of a document, however deep."""
    if isinstance(document, str):
        return [document] if inside else []
    if isinstance(document, list):
        return [each for part in document for each in _strings(part, keys, inside=inside)]
    if isinstance(document, dict):
        return [
            each
            for key, part in document.items()
            for each in _strings(part, keys, inside=key in keys)
        ]
    return []


def _delete_own(leaving: Leaving) -> int:
    gone = 0
    for erasing in ERASINGS.values():
        for label, column in erasing.gone.items():
            model = apps.get_model(label)
            is_user = model._meta.get_field(column).related_model is User
            whom = leaving.user_id if is_user else leaving.membership_id
            if whom is not None:
                own = {f"{column}_id": whom, "organization_id": leaving.organization_id}
                gone += model._default_manager.filter(**own).delete()[0]
        if erasing.also is not None:
            gone += erasing.also(leaving)
    return gone


def _stand_in(user: User, person: Membership) -> User:
    """Return the sign-in that records point to from now on.

    The person's own, emptied, where no organization is left that knows it and it is none of the
    vendor's; otherwise a new one that nobody signs in with.
    """
    with user_context(user.pk):
        is_left = Membership.objects.filter(user=user).exclude(pk=person.pk).exists()
    if is_left or user.vendor_role:
        stand_in = User(email=f"{pseudonym(person.pk)}@{_NO_ADDRESS}")
    else:
        stand_in = user
        for session in user.usersession_set.all():  # type: ignore[attr-defined]
            session.end()
        for erasing in ERASINGS.values():
            for label, column in erasing.account.items():
                apps.get_model(label)._default_manager.filter(**{column: user}).delete()
    stand_in.email = f"{pseudonym(person.pk)}@{_NO_ADDRESS}"
    stand_in.name = pseudonym(person.pk)
    stand_in.language = stand_in.time_zone = ""
    stand_in.is_active = False
    stand_in.last_login = None
    stand_in.set_unusable_password()
    stand_in.save()
    return stand_in


def _empty(person: Membership) -> None:
    person.reports.update(manager=None)
    person.user = person.manager = person.custom_role = person.region = person.department = None
    person.name = person.external_id = pseudonym(person.pk)
    person.email = person.title = ""
    person.position_since = None
    person.role, person.reach = Membership.Role.MEMBER, None
    person.save()


def _replace_words(deletion: PersonDeletion) -> int:
    words, stand_in = _Words.of(deletion.known_as), pseudonym(deletion.membership_id)
    text, ids = in_text(words.known), in_text(words.known, holds_id=True)
    document = in_json(words.known)
    organization_id, changed = deletion.organization_id, 0
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        for table in worded_tables():
            columns = [list(table.texts), list(table.ids), list(table.documents)]
            changed += _count(
                cursor,
                _WORDS,
                [table.table, organization_id, *columns, text, ids, document, stand_in],
            )
        if words.user_id is not None and words.user_id != words.stand_in_id:
            for model, column in pointers():
                of = [model._meta.db_table, column, organization_id]
                changed += _count(cursor, _POINTER, [*of, words.user_id, words.stand_in_id])
        # What is sealed meanwhile would be sealed with the words of before.
        wait_for_sealing(cursor)
        cursor.execute(
            _HISTORY,
            [organization_id, deletion.membership_id, words.user_id, text, document, stand_in],
        )
        entries = [row[0] for row in cursor.fetchall()]
        HistorySeal.objects.using("pipeline").filter(entry_id__in=entries).update(salt="")
    return changed + len(entries)


def _count(cursor: CursorWrapper, statement: str, values: list[Any]) -> int:
    cursor.execute(statement, values)
    return int(cursor.fetchone()[0])
