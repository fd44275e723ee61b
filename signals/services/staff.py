"""Writes absences and owner rules: the vendor's own, with history."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.models import User
from accounts.services.history import Actor, record
from accounts.tenancy import staff_context
from signals.models import OwnerRule, StaffProfile
from signals.services.task_work import may_own_tasks


class AbsenceIsWrong(DomainError):
    """An absence without both days, out of order, or without a deputy who can work."""

    code: ClassVar[str] = "absence_is_wrong"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "absent_from"


class DeputyMissing(AbsenceIsWrong):
    """Nobody who can stand in was chosen."""

    code: ClassVar[str] = "deputy_missing"
    field: ClassVar[str] = "deputy"


class RuleNeedsManagers(DomainError):
    """An owner rule names nobody who may own tasks."""

    code: ClassVar[str] = "rule_needs_managers"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "managers"


class ManagerIsWrong(DomainError):
    """Somebody cannot report to the person named."""

    code: ClassVar[str] = "manager_is_wrong"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "manager"


def set_absence(
    *,
    user: User,
    absent_from: date | None,
    absent_until: date | None,
    deputy: User | None,
    actor: Actor,
    now: datetime,
) -> StaffProfile:
    """Write when somebody is away and who stands in; no days end the absence.

    Raises AbsenceIsWrong, DeputyMissing.
    """
    if (absent_from is None) != (absent_until is None):
        raise AbsenceIsWrong(_("Give both days, or none."))
    if absent_from is not None and absent_until is not None:
        if absent_from > absent_until:
            raise AbsenceIsWrong(_("The first day comes before the last."))
        if deputy is None or not may_own_tasks().filter(pk=deputy.pk).exists():
            raise DeputyMissing(_("Choose who stands in."))
        if deputy.pk == user.pk:
            raise DeputyMissing(_("Choose somebody else to stand in."))
    # Of the vendor's own: a context of scope `all` writes the history without an organization.
    with staff_context(user_id=user.pk, scope=StaffScope.ALL):
        profile, _made = StaffProfile.objects.select_for_update().get_or_create(user=user)
        profile.absent_from = absent_from
        profile.absent_until = absent_until
        profile.deputy = deputy if absent_from is not None else None
        profile.changed_at = now
        profile.save()
        record(
            actor=actor,
            verb="absence_changed" if absent_from else "absence_ended",
            subject=profile,
            organization_id=None,
            now=now,
            changes={
                "absent_from": absent_from and absent_from.isoformat(),
                "absent_until": absent_until and absent_until.isoformat(),
                "deputy": str(profile.deputy or ""),
            }
            if absent_from
            else {},
        )
        return profile


def set_manager(*, user: User, manager: User | None, actor: Actor, now: datetime) -> StaffProfile:
    """Write to whom somebody reports; their overdue tasks are told to them.

    Raises ManagerIsWrong.
    """
    if manager is not None and (
        manager.pk == user.pk or not manager.is_active or not manager.vendor_role
    ):
        raise ManagerIsWrong(
            _("%(name)s reports to somebody else of the vendor, or to nobody.") % {"name": user}
        )
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        profile, _made = StaffProfile.objects.select_for_update().get_or_create(user=user)
        if profile.manager_id != (manager and manager.pk):
            profile.manager = manager
            profile.changed_at = now
            profile.save()
            record(
                actor=actor,
                verb="manager_changed",
                subject=profile,
                organization_id=None,
                now=now,
                changes={"manager": str(manager or "")},
            )
        return profile


@transaction.atomic
def save_owner_rule(
    *, rule: OwnerRule, managers: Sequence[User], actor: Actor, now: datetime
) -> OwnerRule:
    """Write an owner rule, new or changed; a new one is the last. Raises RuleNeedsManagers."""
    if not managers:
        raise RuleNeedsManagers(_("Choose at least one account manager."))
    is_new = rule.pk is None
    if is_new and not rule.position:
        last = OwnerRule.objects.aggregate(last=Max("position"))["last"]
        rule.position = (last or 0) + 1
    rule.save()
    rule.managers.set(managers)
    _record(rule, "owner_rule_made" if is_new else "owner_rule_changed", actor, now)
    return rule


@transaction.atomic
def delete_owner_rule(*, rule_id: int, actor: Actor, now: datetime) -> None:
    """Delete an owner rule; tasks that it gave stay where they are. Raises DoesNotExist."""
    rule = OwnerRule.objects.select_for_update().get(pk=rule_id)
    _record(rule, "owner_rule_deleted", actor, now)
    rule.delete()


@transaction.atomic
def move_owner_rule(*, rule_id: int, by: int, actor: Actor, now: datetime) -> OwnerRule:
    """Let a rule be asked earlier (`by` -1) or later (1); at the end of the list it stays.

    Raises OwnerRule.DoesNotExist.
    """
    rules = list(OwnerRule.objects.select_for_update().order_by("position", "pk"))
    at = next((n for n, rule in enumerate(rules) if rule.pk == rule_id), None)
    if at is None:
        raise OwnerRule.DoesNotExist
    moved, to = rules[at], at + by
    if not 0 <= to < len(rules):
        return moved
    rules.insert(to, rules.pop(at))
    for position, rule in enumerate(rules, start=1):
        if rule.position != position:
            rule.position = position
            rule.save(update_fields=["position"])
    changes = {"position": [at + 1, to + 1]}
    record(
        actor=actor,
        verb="owner_rule_moved",
        subject=moved,
        organization_id=None,
        now=now,
        changes=changes,
    )
    return moved


def _record(rule: OwnerRule, verb: str, actor: Actor, now: datetime) -> None:
    changes: dict[str, Any] = {
        "segment": rule.segment,
        "countries": rule.countries,
        "seats": [rule.seats_from, rule.seats_to],
        "revenue": [rule.arr_from, rule.arr_to],
        "managers": [str(manager) for manager in rule.managers.all()],
    }
    record(actor=actor, verb=verb, subject=rule, organization_id=None, now=now, changes=changes)
