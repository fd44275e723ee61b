"""Writes the people of an organization: add, change, promote, deactivate.

Does not own seats: those who leave are announced through `accounts.hooks`. Changes of roles and
states lock the organization's row, so that two admins cannot remove each other at once.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import hooks
from accounts.domain.roles import Granter, OrganizationRole, may_grant, may_hand_out
from accounts.errors import DomainError
from accounts.models import Invitation, Membership, Organization
from accounts.services.departments import department_named
from accounts.services.history import Actor, record
from accounts.services.regions import region_named
from accounts.tenancy import organization_context


class PersonExists(DomainError):
    """Somebody in the organization has the e-mail address already."""

    code: ClassVar[str] = "person_exists"
    field: ClassVar[str] = "email"


class MemberIdTaken(DomainError):
    """Somebody in the organization has the member id already."""

    code: ClassVar[str] = "member_id_taken"
    field: ClassVar[str] = "external_id"


class RoleNotYoursToGive(DomainError):
    """The role is above what the person who gives it may hand out, or take away."""

    code: ClassVar[str] = "role_not_yours_to_give"
    status: ClassVar[int] = 403
    field: ClassVar[str] = "role"


class NobodyLeftInCharge(DomainError):
    """Afterwards nobody could manage the organization."""

    code: ClassVar[str] = "nobody_left_in_charge"
    field: ClassVar[str] = "role"


class CannotDeactivateYourself(DomainError):
    """Somebody else has to do it: one's own way back would be gone."""

    code: ClassVar[str] = "cannot_deactivate_yourself"
    field: ClassVar[str] = "membership"


class PersonIsDeleted(DomainError):
    """The entry stands for somebody who was deleted; it is nobody's any more."""

    code: ClassVar[str] = "person_is_deleted"
    field: ClassVar[str] = "membership"


def lock_people(*, organization_id: int) -> Organization:
    """Return the organization, locked against other changes of roles and states.

    Runs inside the organization's tenancy context. Who also needs the seat pool locks it second.
    """
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def require_not_deleted(membership: Membership) -> None:
    """Raise PersonIsDeleted for the entry of a former person."""
    if membership.is_former:
        raise PersonIsDeleted(_("This person was deleted. Add them anew if they come back."))


def require_grantable(*, granter: Granter, role: str) -> None:
    """Raise RoleNotYoursToGive unless `granter` may hand out `role`."""
    if not may_grant(granter, OrganizationRole(role)):
        raise RoleNotYoursToGive(
            _("Your role may not hand out or change the role “%(role)s”.")
            % {"role": Membership.Role(role).label}
        )


def require_touchable(*, granter: Granter, membership: Membership) -> None:
    """Raise RoleNotYoursToGive if the person holds a role that `granter` may not hand out."""
    require_grantable(granter=granter, role=membership.role)
    custom = membership.custom_role
    if custom is not None and not may_hand_out(granter, custom.held):
        raise RoleNotYoursToGive(
            _("Your role may not hand out or change the role “%(role)s”.") % {"role": custom.name}
        )


def require_somebody_in_charge(*, besides: Membership) -> None:
    """Raise NobodyLeftInCharge if `besides` is the last who can manage the organization."""
    if (
        besides.user_id is None
        or besides.state != Membership.State.ACTIVE
        or besides.reach is not None
    ):
        return
    others = Membership.objects.filter(
        organization_id=besides.organization_id,
        state=Membership.State.ACTIVE,
        user__is_active=True,
        reach__isnull=True,
    ).exclude(pk=besides.pk)
    if besides.role == Membership.Role.OWNER:
        stays = others.filter(role=Membership.Role.OWNER).exists()
    elif besides.role == Membership.Role.ADMIN:
        stays = others.filter(role__in=[Membership.Role.OWNER, Membership.Role.ADMIN]).exists()
    else:
        return
    if not stays:
        raise NobodyLeftInCharge(
            _(
                "%(name)s is the last %(role)s. Make somebody else %(role)s first, so that the "
                "organization stays in somebody's hands."
            )
            % {"name": besides.display_name, "role": besides.get_role_display()}
        )


def add_person(
    *,
    organization_id: int,
    actor: Actor,
    now: datetime,
    granter: Granter,
    email: str = "",
    external_id: str = "",
    name: str = "",
    title: str = "",
    department: str = "",
    region: str = "",
    role: str = Membership.Role.MEMBER,
    kind: str = Membership.Kind.EMPLOYEE,
) -> Membership:
    """Add somebody who cannot sign in here yet, and has no seat.

    `department` and `region` are names; new ones are made. Raises RoleNotYoursToGive, PersonExists,
    MemberIdTaken.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        require_grantable(granter=granter, role=role)
        email = email.strip().lower()
        people = Membership.objects.filter(organization_id=organization_id)
        if email and people.filter(email__iexact=email).exists():
            raise PersonExists(_("%(email)s is in the list of people already.") % {"email": email})
        if external_id and people.filter(external_id=external_id).exists():
            raise MemberIdTaken(
                _("Somebody has the member id “%(id)s” already.") % {"id": external_id}
            )
        home = department_named(
            organization_id=organization_id, name=department, actor=actor, now=now
        )
        place = region_named(organization_id=organization_id, name=region, actor=actor, now=now)
        try:
            with transaction.atomic():
                membership = Membership.objects.create(
                    organization_id=organization_id,
                    email=email,
                    external_id=external_id,
                    name=" ".join(name.split()),
                    title=title.strip(),
                    department=home,
                    region=place,
                    role=role,
                    kind=kind,
                    created_at=now,
                )
        except IntegrityError as error:
            # Somebody else added the same person between the look and the write.
            if "external_id" in str(error):
                raise MemberIdTaken(
                    _("Somebody has the member id “%(id)s” already.") % {"id": external_id}
                ) from error
            raise PersonExists(
                _("%(email)s is in the list of people already.") % {"email": email}
            ) from error
        record(
            actor=actor,
            verb="person_added",
            subject=membership,
            organization_id=organization_id,
            now=now,
            changes={"role": [None, role]},
        )
        return membership


def change_person(
    *,
    organization_id: int,
    membership_id: int,
    actor: Actor,
    now: datetime,
    name: str,
    title: str = "",
    department: str = "",
    region: str | None = None,
) -> Membership:
    """Change a person's name, title, department and region; no change is not recorded.

    Without a `region` it stays as it is; "" takes it away. Raises PersonIsDeleted,
    Membership.DoesNotExist (also for another organization's person).
    """
    with organization_context(organization_id, user_id=actor.user_id):
        membership = (
            Membership.objects.select_for_update(of=("self",), no_key=True)
            .select_related("department", "region")
            .get(pk=membership_id, organization_id=organization_id)
        )
        require_not_deleted(membership)
        home = department_named(
            organization_id=organization_id, name=department, actor=actor, now=now
        )
        place = membership.region
        if region is not None:
            place = region_named(organization_id=organization_id, name=region, actor=actor, now=now)
        before = {
            "name": membership.name,
            "title": membership.title,
            "department": membership.department.name if membership.department else "",
            "region": membership.region.name if membership.region else "",
        }
        after = {
            "name": " ".join(name.split()),
            "title": title.strip(),
            "department": home.name if home else "",
            "region": place.name if place else "",
        }
        changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
        if changes:
            held = membership.position
            membership.name, membership.title = after["name"], after["title"]
            membership.department, membership.region = home, place
            membership.note_position(held, now=now)
            membership.save(
                update_fields=["name", "title", "department", "region", "position_since"]
            )
            _record(membership, "person_changed", actor=actor, now=now, changes=changes)
        return membership


def change_role(
    *,
    organization_id: int,
    membership_id: int,
    role: str,
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Give a person another role.

    Raises RoleNotYoursToGive (for the old role as for the new one), NobodyLeftInCharge,
    Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        before = membership.role
        if before == role:
            return membership
        require_touchable(granter=granter, membership=membership)
        require_grantable(granter=granter, role=role)
        if role != Membership.Role.OWNER:
            require_somebody_in_charge(besides=membership)
        membership.role, membership.custom_role = role, None
        membership.save(update_fields=["role", "custom_role"])
        _record(membership, "role_changed", actor=actor, now=now, changes={"role": [before, role]})
        return membership


def deactivate_person(
    *,
    organization_id: int,
    membership_id: int,
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Shut a person out; their seat becomes free and their place on the waiting list is given up.

    Raises CannotDeactivateYourself, RoleNotYoursToGive, NobodyLeftInCharge,
    Membership.DoesNotExist. Twice is once.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        if membership.state == Membership.State.DEACTIVATED:
            return membership
        if membership.user_id is not None and membership.user_id == actor.user_id:
            raise CannotDeactivateYourself(
                _("You cannot deactivate yourself. Ask another admin to do it.")
            )
        require_touchable(granter=granter, membership=membership)
        require_somebody_in_charge(besides=membership)
        before = membership.state
        membership.state = Membership.State.DEACTIVATED
        membership.deactivated_at = now
        membership.save(update_fields=["state", "deactivated_at"])
        # A link that is still on its way must not let them in again.
        Invitation.objects.filter(
            membership=membership, accepted_at__isnull=True, revoked_at__isnull=True
        ).update(revoked_at=now)
        _record(
            membership,
            "person_deactivated",
            actor=actor,
            now=now,
            changes={"state": [before, membership.state]},
        )
        hooks.somebody_left(membership=membership, actor=actor, now=now)
        return membership


def reactivate_person(
    *,
    organization_id: int,
    membership_id: int,
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Let a deactivated person in again, without a seat; twice is once.

    Raises PersonIsDeleted, RoleNotYoursToGive, Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        if membership.state != Membership.State.DEACTIVATED:
            return membership
        require_not_deleted(membership)
        require_touchable(granter=granter, membership=membership)
        membership.state = Membership.State.ACTIVE
        membership.deactivated_at = None
        membership.save(update_fields=["state", "deactivated_at"])
        _record(
            membership,
            "person_reactivated",
            actor=actor,
            now=now,
            changes={"state": [Membership.State.DEACTIVATED, membership.state]},
        )
        return membership


def _record(
    membership: Membership,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=membership,
        organization_id=membership.organization_id,
        now=now,
        changes=changes,
    )
