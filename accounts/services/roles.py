"""Writes roles: an organization's own ones, and who holds which role over which departments.

All of it locks the people (`lock_people`), so that a role cannot be handed out while it goes away.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.domain.roles import (
    CUSTOM_PERMISSIONS,
    EVERYBODYS,
    Granter,
    OrganizationRole,
    Permission,
    may_hand_out,
)
from accounts.errors import DomainError
from accounts.models import CustomRole, Department, Membership
from accounts.services.history import Actor, record
from accounts.services.people import (
    RoleNotYoursToGive,
    lock_people,
    require_grantable,
    require_somebody_in_charge,
    require_touchable,
)
from accounts.tenancy import organization_context

MOST_ROLES: Final = 20


class RoleNameTaken(DomainError):
    """The organization has a role of that name."""

    code: ClassVar[str] = "role_name_taken"
    field: ClassVar[str] = "name"


class TooManyRoles(DomainError):
    """The organization has as many roles as it may."""

    code: ClassVar[str] = "too_many_roles"
    field: ClassVar[str] = "name"


class RoleUnknown(DomainError):
    """The organization has no such role."""

    code: ClassVar[str] = "role_unknown"
    status: ClassVar[int] = 404
    field: ClassVar[str] = "role"


class ReplacementNeeded(DomainError):
    """People hold the role that is to go: which one they hold afterwards has to be said."""

    code: ClassVar[str] = "replacement_needed"
    field: ClassVar[str] = "replacement"


class OwnersReachEverything(DomainError):
    """An owner's reach cannot be narrowed: somebody has to reach everybody."""

    code: ClassVar[str] = "owners_reach_everything"
    field: ClassVar[str] = "departments"


class NotYourOwnRole(DomainError):
    """Somebody else changes one's own role: one's own way back would be gone."""

    code: ClassVar[str] = "not_your_own_role"
    field: ClassVar[str] = "role"


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role to be held: a built-in one, or the id of one of the organization's own."""

    role: OrganizationRole
    custom_id: int | None = None


def create_role(
    *,
    organization_id: int,
    name: str,
    permissions: Collection[Permission],
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> CustomRole:
    """Make a role from permissions that the maker holds.

    Raises RoleNotYoursToGive, RoleNameTaken, TooManyRoles.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        _require_held(granter, permissions)
        if CustomRole.objects.filter(organization_id=organization_id).count() >= MOST_ROLES:
            raise TooManyRoles(
                _("An organization has %(most)s roles of its own at most. Remove one first.")
                % {"most": MOST_ROLES}
            )
        role = CustomRole(
            organization_id=organization_id,
            name=" ".join(name.split()),
            permissions=_stored(permissions),
            created_at=now,
        )
        _save(role)
        _record(role, "role_created", actor, now, {"permissions": [None, role.permissions]})
        return role


def change_custom_role(
    *,
    organization_id: int,
    role_id: int,
    name: str,
    permissions: Collection[Permission],
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> CustomRole:
    """Rename a role or change what it includes, for everybody who holds it, at once.

    Raises RoleUnknown, RoleNotYoursToGive (for what it included as for what it shall),
    RoleNameTaken.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        role = _role(organization_id, role_id)
        _require_held(granter, role.held)
        _require_held(granter, permissions)
        before = {"name": role.name, "permissions": role.permissions}
        role.name, role.permissions = " ".join(name.split()), _stored(permissions)
        after = {"name": role.name, "permissions": role.permissions}
        changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
        if changes:
            _save(role)
            _record(role, "custom_role_changed", actor, now, changes)
        return role


def delete_role(
    *,
    organization_id: int,
    role_id: int,
    replacement: RoleChoice | None,
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> int:
    """Remove a role; who holds it holds `replacement` afterwards. Returns how many that were.

    Raises RoleUnknown, ReplacementNeeded, RoleNotYoursToGive.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        role = _role(organization_id, role_id)
        _require_held(granter, role.held)
        holders = list(Membership.objects.filter(organization_id=organization_id, custom_role=role))
        if holders:
            if replacement is None or replacement.custom_id == role_id:
                raise ReplacementNeeded(_("Choose the role that its people hold afterwards."))
            custom = grantable_role(organization_id, replacement, granter)
            for holder in holders:
                _give(holder, replacement, custom, actor, now)
        _record(role, "role_deleted", actor, now, {"holders": len(holders)})
        role.delete()
        return len(holders)


def give_role(
    *,
    organization_id: int,
    membership_id: int,
    choice: RoleChoice,
    departments: Collection[int],
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Give a person a role, over `departments` alone or, without any, over everybody.

    Raises RoleNotYoursToGive, RoleUnknown, NotYourOwnRole, OwnersReachEverything,
    NobodyLeftInCharge, Membership.DoesNotExist. No change is not recorded.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        member = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        if member.user_id is not None and member.user_id == actor.user_id:
            raise NotYourOwnRole(_("Another admin has to change your own role."))
        require_touchable(granter=granter, membership=member)
        custom = grantable_role(organization_id, choice, granter)
        known = Department.objects.filter(organization_id=organization_id, pk__in=departments)
        reach = sorted(known.values_list("pk", flat=True)) or None
        if reach and choice.role is OrganizationRole.OWNER:
            raise OwnersReachEverything(
                _("An owner reaches the whole organization. Choose another role, or no department.")
            )
        stays = custom is None and reach is None and choice.role.value == member.role
        if not stays:
            require_somebody_in_charge(besides=member)
        _give(member, choice, custom, actor, now)
        if member.reach != reach:
            changes = {"departments": [_names(member.reach), _names(reach)]}
            member.reach = reach
            member.save(update_fields=["reach"])
            _record(member, "reach_changed", actor, now, changes)
        return member


def _give(
    member: Membership, choice: RoleChoice, custom: CustomRole | None, actor: Actor, now: datetime
) -> None:
    if member.role == choice.role.value and member.custom_role_id == choice.custom_id:
        return
    before = member.role if member.custom_role is None else member.custom_role.name
    member.role, member.custom_role = choice.role.value, custom
    member.save(update_fields=["role", "custom_role"])
    after = choice.role.value if custom is None else custom.name
    _record(member, "role_changed", actor, now, {"role": [before, after]})


def grantable_role(organization_id: int, choice: RoleChoice, granter: Granter) -> CustomRole | None:
    """Return the custom role of a choice, if it is one, when the granter may hand it out.

    Runs in the organization's context. Raises RoleNotYoursToGive, RoleUnknown.
    """
    require_grantable(granter=granter, role=choice.role.value)
    if choice.custom_id is None:
        return None
    custom = _role(organization_id, choice.custom_id)
    _require_held(granter, custom.held)
    return custom


def _require_held(granter: Granter, permissions: Collection[Permission]) -> None:
    asked = frozenset(permissions)
    if not may_hand_out(granter, asked) or not asked <= {*CUSTOM_PERMISSIONS, *EVERYBODYS}:
        raise RoleNotYoursToGive(
            _("This role includes more than you hold yourself. Ask somebody who holds it.")
        )


def _role(organization_id: int, role_id: int) -> CustomRole:
    role = CustomRole.objects.filter(organization_id=organization_id, pk=role_id).first()
    if role is None:
        raise RoleUnknown(_("There is no such role any more."))
    return role


def _save(role: CustomRole) -> None:
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise RoleNameTaken(
            _("A role is called “%(name)s” already.") % {"name": role.name}
        ) from error


def _stored(permissions: Collection[Permission]) -> list[str]:
    """Return permissions in the order of the matrix."""
    return [permission.value for permission in Permission if permission in permissions]


def _names(ids: Collection[int] | None) -> list[str] | None:
    if ids is None:
        return None
    return list(
        Department.objects.filter(pk__in=ids).order_by("name").values_list("name", flat=True)
    )


def _record(
    subject: CustomRole | Membership,
    verb: str,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any],
) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=subject,
        organization_id=subject.organization_id,
        now=now,
        changes=changes,
    )
