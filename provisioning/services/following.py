"""People follow the directory: memberships are made, changed, ended and seated as it says.

What the directory changes follows; what an admin changed here stays until the directory changes the
same thing. Who is in the organization already is taken over, found by member id or address, so that
connecting a directory doubles nobody. Order of locks: people, then the seat pool.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from accounts.domain.roles import OrganizationRole
from accounts.models import Membership
from accounts.services.departments import department_named
from accounts.services.history import Actor, record
from accounts.services.people import (
    NobodyLeftInCharge,
    add_person,
    change_role,
    deactivate_person,
    reactivate_person,
)
from accounts.services.regions import region_named
from provisioning.domain.person import PersonFacts
from provisioning.models import DirectoryConnection, DirectoryGroup, DirectoryUser
from seats.models import WaitingListEntry
from seats.services.seats import (
    PersonCannotHaveASeat,
    SeatAlreadyAssigned,
    SeatLimitReached,
    SeatsAreHeld,
    assign_seat,
)
from seats.services.waiting import request_seat

DIRECTORY: Final = Actor(label="Directory")

# The highest of a person's groups counts.
_BY_RANK: Final = (
    Membership.Role.ADMIN,
    Membership.Role.BILLING,
    Membership.Role.APPROVER,
    Membership.Role.CHAMPION,
    Membership.Role.MEMBER,
)


def connection_of(organization_id: int) -> DirectoryConnection:
    """Return the organization's choices, or those of a new connection."""
    return DirectoryConnection.objects.filter(
        organization_id=organization_id
    ).first() or DirectoryConnection(organization_id=organization_id)


def take_over_or_add(
    *, organization_id: int, facts: PersonFacts, is_active: bool, now: datetime
) -> Membership:
    """Return the membership of a person whom the directory creates: one that is here, or a new one.

    Found by member id, then by address, among those whom no person of the directory has yet.
    Somebody who is new and not active is added and deactivated at once. No seat is given.
    """
    free = Membership.objects.filter(
        organization_id=organization_id, directory_user__isnull=True
    ).select_related("department", "region")
    found = free.filter(external_id=facts.member_id).first() if facts.member_id else None
    if found is None and facts.email:
        found = free.filter(email__iexact=facts.email).first()
    if found is None:
        people = Membership.objects.filter(organization_id=organization_id)
        email = "" if people.filter(email__iexact=facts.email).exists() else facts.email
        member_id = facts.member_id
        if people.filter(external_id=member_id).exists():
            member_id = "" if email else f"{member_id[:150]} ({now:%Y%m%d%H%M%S%f})"
        found = add_person(
            organization_id=organization_id,
            actor=DIRECTORY,
            now=now,
            granter=OrganizationRole.OWNER,
            email=email,
            external_id=member_id,
            name=facts.name,
            title=facts.title,
            department=facts.department,
            region=facts.region,
            kind=Membership.Kind.CONTRACTOR if facts.is_contractor else Membership.Kind.EMPLOYEE,
        )
    else:
        follow_facts(
            membership=found, before=PersonFacts(), after=facts, now=now, is_taken_over=True
        )
    return follow_state(membership=found, is_active=is_active, now=now)


def follow_facts(
    *,
    membership: Membership,
    before: PersonFacts,
    after: PersonFacts,
    now: datetime,
    is_taken_over: bool = False,
) -> None:
    """Change what the directory changed, and nothing else.

    What it knows of somebody whom it takes over was so before.
    """
    organization_id = membership.organization_id
    held = membership.position
    changes: dict[str, Any] = {}
    for field in ("name", "title"):
        wanted = getattr(after, field)
        if wanted != getattr(before, field) and getattr(membership, field) != wanted:
            changes[field] = [getattr(membership, field), wanted]
            setattr(membership, field, wanted)
    if after.department != before.department:
        department = department_named(
            organization_id=organization_id, name=after.department, actor=DIRECTORY, now=now
        )
        if department != membership.department:
            old = membership.department.name if membership.department else ""
            changes["department"] = [old, department.name if department else ""]
            membership.department = department
    if after.region != before.region:
        region = region_named(
            organization_id=organization_id, name=after.region, actor=DIRECTORY, now=now
        )
        if region != membership.region:
            old = membership.region.name if membership.region else ""
            changes["region"] = [old, region.name if region else ""]
            membership.region = region
    if after.is_contractor != before.is_contractor:
        kind = Membership.Kind.CONTRACTOR if after.is_contractor else Membership.Kind.EMPLOYEE
        of_people = (Membership.Kind.CONTRACTOR, Membership.Kind.EMPLOYEE)
        if membership.kind in of_people and membership.kind != kind:
            changes["kind"] = [membership.kind, kind]
            membership.kind = kind
    changes |= _follow_identity(membership, before, after)
    if membership.state == Membership.State.DISCOVERED:
        changes["state"] = [membership.state, Membership.State.ACTIVE]
        membership.state = Membership.State.ACTIVE
    if changes:
        membership.note_position(held, now=now, fills_gaps=is_taken_over)
        membership.save()
        record(
            actor=DIRECTORY,
            verb="person_changed",
            subject=membership,
            organization_id=organization_id,
            now=now,
            changes=changes,
        )


def _follow_identity(
    membership: Membership, before: PersonFacts, after: PersonFacts
) -> dict[str, Any]:
    """Take over address and member id where nobody else has them."""
    changes: dict[str, Any] = {}
    others = Membership.objects.filter(organization_id=membership.organization_id).exclude(
        pk=membership.pk
    )
    if (
        after.email
        and after.email != before.email
        and after.email != membership.email.lower()
        and not others.filter(email__iexact=after.email).exists()
    ):
        changes["email"] = [membership.email, after.email]
        membership.email = after.email
    was_ours = membership.external_id in ("", before.member_id)
    if (
        after.member_id not in ("", membership.external_id)
        and was_ours
        and not others.filter(external_id=after.member_id).exists()
    ):
        membership.external_id = after.member_id
        changes["external_id"] = [before.member_id, after.member_id]
    return changes


def follow_state(*, membership: Membership, is_active: bool, now: datetime) -> Membership:
    """Deactivate or reactivate as the directory says; the seat of who leaves becomes free.

    Raises NobodyLeftInCharge for the last owner or admin.
    """
    is_in = membership.state != Membership.State.DEACTIVATED
    if is_in == is_active:
        return membership
    change = reactivate_person if is_active else deactivate_person
    return change(
        organization_id=membership.organization_id,
        membership_id=membership.pk,
        granter=OrganizationRole.OWNER,
        actor=DIRECTORY,
        now=now,
    )


def follow_manager(*, user: DirectoryUser, now: datetime) -> None:
    """Put people below their managers: this person, and those who waited for this one to come."""
    organization_id = user.organization_id
    membership = user.membership
    manager = None
    if user.manager_key:
        manager = (
            DirectoryUser.objects.filter(organization_id=organization_id)
            .filter(
                Q(scim_id=user.manager_key)
                | Q(external_id=user.manager_key)
                | Q(user_name_key=user.manager_key.lower())
            )
            .exclude(pk=user.pk)
            .select_related("membership")
            .first()
        )
    wanted = manager.membership if manager else None
    if (membership.manager_id or None) != (wanted.pk if wanted else None):
        membership.manager = wanted
        membership.save(update_fields=["manager"])
    names = [name for name in (user.scim_id, user.external_id, user.user_name) if name]
    waiting = DirectoryUser.objects.filter(
        organization_id=organization_id, manager_key__in=names, membership__manager__isnull=True
    ).exclude(pk=user.pk)
    Membership.objects.filter(
        organization_id=organization_id, pk__in=waiting.values("membership_id")
    ).update(manager=membership)


def seat_if_chosen(*, user: DirectoryUser, connection: DirectoryConnection, now: datetime) -> None:
    """Give a newcomer a seat if the organization has chosen so.

    Beyond the limit they stay without one and wait; an error would have the directory stop.
    """
    membership = user.membership
    if membership.state == Membership.State.DEACTIVATED:
        return
    if connection.seats == DirectoryConnection.Seats.NOBODY:
        return
    if connection.seats == DirectoryConnection.Seats.GROUPS and not (
        DirectoryGroup.objects.filter(members__user=user, gives_seat=True).exists()
    ):
        return
    organization_id = membership.organization_id
    try:
        assign_seat(
            organization_id=organization_id,
            membership_id=membership.pk,
            actor=DIRECTORY,
            now=now,
        )
    except (SeatAlreadyAssigned, PersonCannotHaveASeat):
        return
    except (SeatLimitReached, SeatsAreHeld):
        request_seat(
            organization_id=organization_id,
            membership_id=membership.pk,
            actor=DIRECTORY,
            now=now,
            origin=WaitingListEntry.Origin.JOINED,
            tells=False,
        )


def follow_groups_of(
    *, organization_id: int, user_ids: Sequence[int], actor: Actor, now: datetime
) -> None:
    """Give people what their groups mean: a department, a role, a seat.

    A department of the directory's own comes first. Leaving a group takes back the role that it
    gave, and neither the department nor the seat. Owners stay owners.
    """
    connection = connection_of(organization_id)
    users = (
        DirectoryUser.objects.filter(organization_id=organization_id, pk__in=user_ids)
        .select_related("membership__department")
        .order_by("pk")
    )
    for user in users:
        groups = list(
            DirectoryGroup.objects.filter(members__user=user)
            .select_related("department")
            .order_by("display_name", "pk")
        )
        _follow_department(user, groups, actor=actor, now=now)
        _follow_role(user, groups, actor=actor, now=now)
        if connection.seats == DirectoryConnection.Seats.GROUPS:
            seat_if_chosen(user=user, connection=connection, now=now)


def _follow_department(
    user: DirectoryUser, groups: Sequence[DirectoryGroup], *, actor: Actor, now: datetime
) -> None:
    wanted = next((group.department for group in groups if group.department), None)
    membership = user.membership
    has_own = bool((user.search.get("EnterpriseUser") or {}).get("department"))
    if wanted is None or has_own or membership.department == wanted:
        return
    before, held = membership.department.name if membership.department else "", membership.position
    membership.department = wanted
    membership.note_position(held, now=now, fills_gaps=True)
    membership.save(update_fields=["department", "position_since"])
    record(
        actor=actor,
        verb="person_changed",
        subject=membership,
        organization_id=membership.organization_id,
        now=now,
        changes={"department": [before, wanted.name]},
    )


def _follow_role(
    user: DirectoryUser, groups: Sequence[DirectoryGroup], *, actor: Actor, now: datetime
) -> None:
    membership = user.membership
    if membership.role == Membership.Role.OWNER:
        return
    given = {group.role for group in groups if group.role}
    wanted = next((role.value for role in _BY_RANK if role in given), "")
    if not wanted and (not user.granted_role or membership.role != user.granted_role):
        return
    try:
        user.membership = change_role(
            organization_id=membership.organization_id,
            membership_id=membership.pk,
            role=wanted or Membership.Role.MEMBER,
            granter=OrganizationRole.OWNER,
            actor=actor,
            now=now,
        )
    except NobodyLeftInCharge:
        return
    if user.granted_role != wanted:
        user.granted_role = wanted
        user.save(update_fields=["granted_role"])
