"""Writes versions of an organization's approval rules, and who stands in for whom."""

from datetime import date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from procurement.domain.approving import Delegation
from procurement.domain.delegating import (
    Circle,
    DelegationRefused,
    NoTime,
    OneAtATime,
    TooLong,
    ToOneself,
    check_delegation,
)
from procurement.domain.rules import Rules, RulesRefused, check_rules
from procurement.models import ApprovalDelegation, ApprovalPolicy
from procurement.selectors.refusals import rules_sentence
from procurement.selectors.rules import members_who_approve
from seats.services.seats import lock_seat_pool


class RulesNotPossible(DomainError):
    """The rules could not work; the sentence says what to change."""

    code: ClassVar[str] = "rules_not_possible"
    status: ClassVar[int] = 422


class ApproverUnknown(DomainError):
    """A step names somebody who is not of the organization or whose role sees no requests."""

    code: ClassVar[str] = "approver_unknown"
    status: ClassVar[int] = 422


class DelegationNotPossible(DomainError):
    """The delegation may not be given; the sentence says why."""

    code: ClassVar[str] = "delegation_not_possible"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "to_member"


class DelegationNotFound(DomainError):
    """The person gave no such delegation, or it was taken back."""

    code: ClassVar[str] = "delegation_not_found"
    status: ClassVar[int] = 404


def set_rules(
    *,
    organization_id: int,
    rules: Rules,
    valid_from: datetime | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> ApprovalPolicy:
    """Write a new version of the rules, in force from `valid_from` or at once.

    A later version that was planned before is not reached any more: the highest number counts.
    Requests that wait keep the chain that they began with. Raises RulesNotPossible,
    ApproverUnknown.
    """
    try:
        check_rules(rules)
    except RulesRefused as refusal:
        raise RulesNotPossible(rules_sentence(refusal), band=refusal.band) from refusal
    with organization_context(organization_id, user_id=actor.user_id):
        # The lock that every order takes: an order is measured by the rules before or after.
        lock_seat_pool(organization_id=organization_id)
        known = {member.pk for member in members_who_approve(organization_id)}
        named = {person for band in rules.bands for step in band.steps for person in step.people}
        if named - known:
            raise ApproverUnknown(
                _("Only owners, admins, billing and approvers of your organization can approve.")
            )
        last = ApprovalPolicy.objects.aggregate(version=Max("version"))["version"] or 0
        policy = ApprovalPolicy.objects.create(
            organization_id=organization_id,
            version=last + 1,
            rules=rules.to_json(),
            valid_from=max(valid_from or now, now),
            reason=reason.strip()[:500],
            created_at=now,
            created_by_id=actor.user_id,
            actor_label=actor.label[:200],
        )
        record(
            actor=actor,
            verb="approval_rules_changed",
            subject=policy,
            organization_id=organization_id,
            now=now,
            changes={"note": policy.reason} if policy.reason else {},
        )
        return policy


def delegate(
    *,
    organization_id: int,
    from_member_id: int,
    to_member_id: int,
    from_on: date,
    until_on: date,
    actor: Actor,
    now: datetime,
) -> ApprovalDelegation:
    """Let somebody decide for somebody from a day to a day, both included.

    Days are the organization's. Raises DelegationNotPossible.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        members = {member.pk: member for member in members_who_approve(organization_id)}
        if from_member_id not in members or to_member_id not in members:
            raise DelegationNotPossible(
                _("Only owners, admins, billing and approvers can stand in for each other.")
            )
        zone = ZoneInfo(Organization.objects.get(pk=organization_id).time_zone)
        starts_at = datetime.combine(from_on, time(0), tzinfo=zone)
        ends_at = datetime.combine(until_on + timedelta(days=1), time(0), tzinfo=zone)
        if ends_at <= now:
            raise DelegationNotPossible(_("These days are over. Choose days to come."))
        new = Delegation(from_member_id, to_member_id, starts_at, ends_at)
        given = ApprovalDelegation.objects.filter(revoked_at__isnull=True)
        try:
            check_delegation(new, [row.delegation() for row in given])
        except DelegationRefused as refusal:
            raise DelegationNotPossible(_delegation_sentence(refusal)) from refusal
        row = ApprovalDelegation.objects.create(
            organization_id=organization_id,
            from_member=members[from_member_id],
            to_member=members[to_member_id],
            during=DateTimeTZRange(starts_at, ends_at),
            created_at=now,
            created_by_id=actor.user_id,
            actor_label=actor.label[:200],
        )
        _record(row, "approval_delegated", actor, now)
        return row


def end_delegation(
    *, organization_id: int, delegation_id: int, from_member_id: int, actor: Actor, now: datetime
) -> ApprovalDelegation:
    """Take a delegation back; what was decided by it stays. Raises DelegationNotFound."""
    with organization_context(organization_id, user_id=actor.user_id):
        row = (
            ApprovalDelegation.objects.select_for_update(of=("self",))
            .select_related("from_member", "to_member")
            .filter(
                organization_id=organization_id,
                pk=delegation_id,
                from_member_id=from_member_id,
                revoked_at__isnull=True,
            )
            .first()
        )
        if row is None:
            raise DelegationNotFound(_("There is no such delegation."))
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _record(row, "approval_delegation_ended", actor, now)
        return row


def _record(row: ApprovalDelegation, verb: str, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=row,
        organization_id=row.organization_id,
        now=now,
    )


def _delegation_sentence(refusal: DelegationRefused) -> str:
    match refusal:
        case ToOneself():
            return _("Choose somebody else: nobody stands in for themselves.")
        case NoTime():
            return _("The last day comes before the first.")
        case TooLong():
            return _("Choose a year at most.")
        case OneAtATime():
            return _("Somebody stands in for you in some of these days already.")
        case Circle():
            return _("This person has given their approvals away in some of these days.")
    return _("This is not possible.")
