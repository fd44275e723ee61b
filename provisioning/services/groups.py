"""Writes the groups of the directory, and has their members follow what the group means here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.services.history import record
from provisioning.models import DirectoryGroup, DirectoryGroupMember, DirectoryUser
from provisioning.services.following import DIRECTORY, follow_groups_of


@dataclass(frozen=True, slots=True)
class Member:
    """Whom a group names: an id, and the entry as it was sent."""

    value: str
    document: dict[str, Any] = field(default_factory=dict)


def create_group(
    *,
    organization_id: int,
    document: dict[str, Any],
    search: dict[str, Any],
    members: Sequence[Member],
    now: datetime,
) -> DirectoryGroup:
    """Add a group. Runs in the organization's context, under the lock of its people."""
    group = DirectoryGroup.objects.create(
        organization_id=organization_id,
        display_name=document["displayName"][:300],
        document=document,
        search=search,
        created_at=now,
        modified_at=now,
    )
    _record(group, "directory_group_created", now=now, changes={"people": len(members)})
    add_members(group=group, members=members, now=now)
    return group


def change_group(
    *,
    group: DirectoryGroup,
    document: dict[str, Any],
    search: dict[str, Any],
    members: Sequence[Member],
    now: datetime,
) -> None:
    """Replace a group's name and members by what the directory says."""
    wanted = {member.value: member for member in members}
    present = set(group.members.values_list("value", flat=True))
    removed = remove_members(group=group, values=sorted(present - wanted.keys()), now=now)
    new = [member for value, member in wanted.items() if value not in present]
    added = add_members(group=group, members=new, now=now)
    changes: dict[str, Any] = {}
    if added or removed:
        changes |= {"joined": added, "left": removed}
    if group.display_name != document["displayName"][:300]:
        changes["name"] = [group.display_name, document["displayName"][:300]]
    group.display_name = document["displayName"][:300]
    group.document = document
    group.search = search
    touch_group(group=group, changes=changes, now=now)


def change_members(
    *, group: DirectoryGroup, joining: Sequence[Member], leaving: Sequence[str], now: datetime
) -> None:
    """Put some into a group and take some out; whoever else is in it is not looked at.

    `joining` are not in the group yet, `leaving` are the values of members who are.
    """
    removed = remove_members(group=group, values=leaving, now=now)
    added = add_members(group=group, members=joining, now=now)
    if added or removed:
        touch_group(group=group, changes={"joined": added, "left": removed}, now=now)


def touch_group(*, group: DirectoryGroup, changes: dict[str, Any], now: datetime) -> None:
    """Store a group under its next version, and record what changed."""
    group.version += 1
    group.modified_at = now
    group.save()
    if changes:
        _record(group, "directory_group_changed", now=now, changes=changes)


def add_members(*, group: DirectoryGroup, members: Sequence[Member], now: datetime) -> int:
    """Put people and groups into a group, in one statement; return how many."""
    if not members:
        return 0
    organization_id = group.organization_id
    values = [member.value for member in members]
    users = dict(
        DirectoryUser.objects.filter(
            organization_id=organization_id, scim_id__in=values
        ).values_list("scim_id", "pk")
    )
    children = dict(
        DirectoryGroup.objects.filter(
            organization_id=organization_id, scim_id__in=values
        ).values_list("scim_id", "pk")
    )
    DirectoryGroupMember.objects.bulk_create(
        [
            DirectoryGroupMember(
                organization_id=organization_id,
                group=group,
                value=member.value[:200],
                user_id=users.get(member.value),
                child_id=children.get(member.value),
                document=member.document,
            )
            for member in members
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )
    _follow(group, list(users.values()), now=now)
    return len(members)


def remove_members(*, group: DirectoryGroup, values: Sequence[str], now: datetime) -> int:
    """Take people and groups out of a group; return how many."""
    if not values:
        return 0
    leaving = group.members.filter(value__in=values)
    users = [pk for pk in leaving.values_list("user_id", flat=True) if pk is not None]
    count, _by_model = leaving.delete()
    _follow(group, users, now=now)
    return count


def delete_group(*, group: DirectoryGroup, now: datetime) -> None:
    """Forget a group; the role that it gave is taken back."""
    _record(group, "directory_group_deleted", now=now)
    users = [pk for pk in group.members.values_list("user_id", flat=True) if pk is not None]
    has_meaning = _means_something(group)
    organization_id = group.organization_id
    group.delete()
    if has_meaning:
        follow_groups_of(organization_id=organization_id, user_ids=users, actor=DIRECTORY, now=now)


def _means_something(group: DirectoryGroup) -> bool:
    return bool(group.gives_seat or group.department_id or group.role)


def _follow(group: DirectoryGroup, user_ids: Sequence[int], *, now: datetime) -> None:
    if user_ids and _means_something(group):
        follow_groups_of(
            organization_id=group.organization_id, user_ids=user_ids, actor=DIRECTORY, now=now
        )


def _record(
    group: DirectoryGroup, verb: str, *, now: datetime, changes: dict[str, Any] | None = None
) -> None:
    record(
        actor=DIRECTORY,
        verb=verb,
        subject=group,
        organization_id=group.organization_id,
        now=now,
        changes=changes,
    )
