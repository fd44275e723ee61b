"""Writes the people of the directory, and has their memberships follow."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from provisioning.domain.person import facts_of
from provisioning.models import DirectoryConnection, DirectoryUser
from provisioning.services.following import (
    connection_of,
    follow_facts,
    follow_manager,
    follow_state,
    seat_if_chosen,
    take_over_or_add,
)


class UserNameTaken(DomainError):
    """Somebody of the organization's directory has the user name."""

    code: ClassVar[str] = "user_name_taken"
    field: ClassVar[str] = "userName"


def create_user(
    *,
    organization_id: int,
    document: dict[str, Any],
    search: dict[str, Any],
    user_name_key: str,
    is_active: bool,
    now: datetime,
) -> DirectoryUser:
    """Add somebody whom the directory created, with a seat if the organization has chosen so.

    Runs in the organization's context, under the lock of its people. Raises UserNameTaken.
    """
    _require_free(organization_id, user_name_key)
    connection = connection_of(organization_id)
    facts = facts_of(
        document,
        member_id_from=connection.member_id_from,
        region_from=connection.region_from,
    )
    membership = take_over_or_add(
        organization_id=organization_id, facts=facts, is_active=is_active, now=now
    )
    user = DirectoryUser.objects.create(
        organization_id=organization_id,
        membership=membership,
        user_name=document["userName"][:300],
        user_name_key=user_name_key[:300],
        external_id=(document.get("externalId") or "")[:300],
        manager_key=facts.manager_key,
        document=document,
        search=search,
        created_at=now,
        modified_at=now,
    )
    follow_manager(user=user, now=now)
    if connection.seats == DirectoryConnection.Seats.EVERYBODY:
        seat_if_chosen(user=user, connection=connection, now=now)
    return user


def change_user(
    *,
    user: DirectoryUser,
    document: dict[str, Any],
    search: dict[str, Any],
    user_name_key: str,
    is_active: bool,
    now: datetime,
) -> None:
    """Replace what the directory says of somebody. Raises UserNameTaken, NobodyLeftInCharge.

    Runs in the organization's context, under the lock of its people.
    """
    if user_name_key != user.user_name_key:
        _require_free(user.organization_id, user_name_key)
    connection = connection_of(user.organization_id)
    choices = {"member_id_from": connection.member_id_from, "region_from": connection.region_from}
    before, after = facts_of(user.document, **choices), facts_of(document, **choices)
    was_in = user.membership.deactivated_at is None
    user.membership = follow_state(membership=user.membership, is_active=is_active, now=now)
    follow_facts(membership=user.membership, before=before, after=after, now=now)
    user.user_name = document["userName"][:300]
    user.user_name_key = user_name_key[:300]
    user.external_id = (document.get("externalId") or "")[:300]
    is_below_another = user.manager_key != after.manager_key
    user.manager_key = after.manager_key
    user.document = document
    user.search = search
    user.version += 1
    user.modified_at = now
    user.save()
    if is_below_another:
        follow_manager(user=user, now=now)
    if is_active and not was_in:
        seat_if_chosen(user=user, connection=connection, now=now)


def delete_user(*, user: DirectoryUser, now: datetime) -> None:
    """Forget somebody whom the directory deleted; the membership stays, deactivated.

    Raises NobodyLeftInCharge.
    """
    follow_state(membership=user.membership, is_active=False, now=now)
    user.delete()


def _require_free(organization_id: int, user_name_key: str) -> None:
    taken = DirectoryUser.objects.filter(
        organization_id=organization_id, user_name_key=user_name_key[:300]
    )
    if taken.exists():
        raise UserNameTaken(_("Somebody has the user name already."))
