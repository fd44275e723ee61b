"""Writes the departments of an organization."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Department, Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context


class DepartmentExists(DomainError):
    """A department of the organization has the name already."""

    code: ClassVar[str] = "department_exists"
    field: ClassVar[str] = "name"


def department_named(
    *, organization_id: int, name: str, actor: Actor, now: datetime
) -> Department | None:
    """Return the department of that name, made when it is new; None for an empty name."""
    name = " ".join(name.split())
    if not name:
        return None
    found = Department.objects.filter(name__iexact=name).first()
    return found or create_department(
        organization_id=organization_id, name=name, actor=actor, now=now
    )


def create_department(
    *, organization_id: int, name: str, actor: Actor, now: datetime
) -> Department:
    """Make a department. Raises DepartmentExists."""
    with organization_context(organization_id, user_id=actor.user_id):
        name = " ".join(name.split())
        _require_free_name(name)
        department = Department.objects.create(
            organization_id=organization_id, name=name, created_at=now
        )
        _record(department, "department_created", actor=actor, now=now)
        return department


def rename_department(
    *, organization_id: int, department_id: int, name: str, actor: Actor, now: datetime
) -> Department:
    """Give a department another name. Raises DepartmentExists, Department.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        department = Department.objects.select_for_update().get(pk=department_id)
        name = " ".join(name.split())
        before = department.name
        if name == before:
            return department
        _require_free_name(name, besides=department.pk)
        department.name = name
        department.save(update_fields=["name"])
        _record(
            department,
            "department_renamed",
            actor=actor,
            now=now,
            changes={"name": [before, name]},
        )
        return department


def delete_department(
    *, organization_id: int, department_id: int, actor: Actor, now: datetime
) -> None:
    """Remove a department; its people stay, without one. Raises Department.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        department = Department.objects.get(pk=department_id)
        people = Membership.objects.filter(department=department).count()
        _record(department, "department_deleted", actor=actor, now=now, changes={"people": people})
        department.delete()


def _require_free_name(name: str, *, besides: int | None = None) -> None:
    others = Department.objects.filter(name__iexact=name)
    if besides is not None:
        others = others.exclude(pk=besides)
    if others.exists():
        raise DepartmentExists(
            _("There is a department called “%(name)s” already.") % {"name": name}
        )


def _record(
    department: Department,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=department,
        organization_id=department.organization_id,
        now=now,
        changes=changes,
    )
