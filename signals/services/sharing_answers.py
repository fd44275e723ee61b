"""What an organization answers about a case, and what it lets its accounts be asked at sign-in.

Every answer closes the case and becomes a label without a name. It holds for 90 days, or until the
evidence weighs twice what it weighed then:

- one person: nothing else changes;
- a role account: the membership is declared as one, its days and its score are deleted;
- the device is theirs: it is left out of the evidence while its key lives (90 days at most);
- each person gets a seat: the account was shared.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.db import connection
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.services.people import lock_people
from accounts.tenancy import organization_context
from seats.models import AccessMeasure
from signals.domain.sharing.ladder import MEASURE_AT, Step
from signals.models import (
    SharingCase,
    SharingLabel,
    SharingOverview,
    SharingOwnDevice,
    SharingPolicy,
    SharingScore,
)
from signals.selectors.sharing_case import picture_of_case
from signals.selectors.sharing_rows import epoch_of

QUIET_FOR: Final = timedelta(days=90)
MOST_SESSIONS: Final = 20


class CaseClosed(DomainError):
    """Somebody answered this case already, or it cleared by itself."""

    code: ClassVar[str] = "sharing_case_closed"


class DeviceMissing(DomainError):
    """The answer does not say which device belongs to the person."""

    code: ClassVar[str] = "device_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "device"


class SessionsOutOfRange(DomainError):
    """The limit of open sessions is no number from 1 to 20."""

    code: ClassVar[str] = "sessions_out_of_range"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "sessions"


def answer_case(
    *,
    organization_id: int,
    case_id: int,
    answer: SharingCase.Answer,
    devices: Sequence[int] = (),
    actor: Actor,
    now: datetime,
) -> SharingCase:
    """Close a case with what somebody knows; `devices` are numbers of its timeline.

    Raises SharingCase.DoesNotExist, CaseClosed and DeviceMissing. The same answer twice is once.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        case = SharingCase.objects.select_related("membership").get(pk=case_id)
        if case.state == SharingCase.State.ANSWERED and case.answer == answer:
            return case
        if not case.is_open:
            raise CaseClosed(_("This case is closed. Nothing was changed."))
        if answer == SharingCase.Answer.DEVICE_IS_MINE:
            _own_devices(case, devices, now=now)
        _label(case, answer, now=now)
        case.state, case.answer = SharingCase.State.ANSWERED, answer.value
        case.closed_at, case.closed_by_label = now, actor.label[:200]
        case.weight_at_answer = sum(float(item["weight"]) for item in case.evidence)
        case.quiet_until = (now + QUIET_FOR).date()
        case.save()
        AccessMeasure.objects.filter(membership_id=case.membership_id).delete()
        if answer == SharingCase.Answer.ROLE_ACCOUNT:
            _declare_role_account(case, actor=actor, now=now)
        SharingOverview.objects.filter(pk=organization_id).update(changed_at=now)
        record(
            actor=actor,
            verb="sharing_case_answered",
            subject=case,
            organization_id=organization_id,
            now=now,
            changes={"answer": answer.value},
        )
        return case


def _own_devices(case: SharingCase, devices: Sequence[int], *, now: datetime) -> None:
    picture = picture_of_case(case)
    chosen = [device for number, device in enumerate(picture.devices, start=1) if number in devices]
    if not chosen:
        raise DeviceMissing(_("Choose the device that belongs to this person."))
    SharingOwnDevice.objects.bulk_create(
        [
            SharingOwnDevice(
                organization_id=case.organization_id,
                membership_id=case.membership_id,
                epoch=epoch_of(case.last_day),
                device=key,
                said_at=now,
            )
            for device in chosen
            for key in device.keys
        ],
        ignore_conflicts=True,
    )


def _label(case: SharingCase, answer: SharingCase.Answer, *, now: datetime) -> None:
    SharingLabel.objects.create(
        organization_id=case.organization_id,
        answered_at=now,
        answer=answer.value,
        is_shared=answer == SharingCase.Answer.SEATS_GIVEN,
        probability=case.probability,
        amounts={item["kind"]: item["amount"] for item in case.evidence},
    )


def _declare_role_account(case: SharingCase, *, actor: Actor, now: datetime) -> None:
    membership = case.membership
    membership.kind = Membership.Kind.ROLE
    membership.save(update_fields=["kind"])
    forget_member(organization_id=case.organization_id, membership_id=membership.pk)
    record(
        actor=actor,
        verb="role_account_declared",
        subject=membership,
        organization_id=case.organization_id,
        now=now,
    )


def forget_member(*, organization_id: int, membership_id: int) -> int:
    """Delete what the detector knows of a member, but for closed cases; return how many rows.

    Runs inside the organization's tenancy context.
    """
    own: dict[str, Any] = {"organization_id": organization_id, "membership_id": membership_id}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM signals_sharingday "
            "WHERE organization_id = %(organization_id)s AND membership_id = %(membership_id)s",
            own,
        )
        gone = int(cursor.rowcount)
    for model in (SharingScore, SharingOwnDevice, AccessMeasure):
        gone += model._default_manager.filter(**own).delete()[0]
    return gone


def forget_organization(*, organization_id: int) -> None:
    """Delete everything about shared accounts but labels, which name nobody, and the policy.

    Runs inside the organization's tenancy context. The keys go with the next job.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM signals_sharingday WHERE organization_id = %s", [organization_id]
        )
    for model in (SharingScore, SharingOwnDevice, SharingCase, SharingOverview, AccessMeasure):
        model._default_manager.filter(organization_id=organization_id).delete()


def choose_sharing_policy(
    *,
    organization_id: int,
    measure: SharingPolicy.Measure,
    sessions: int = 2,
    actor: Actor,
    now: datetime,
) -> SharingPolicy:
    """Choose what accounts of cases from 0.90 are asked at sign-in. Raises SessionsOutOfRange."""
    if not 1 <= sessions <= MOST_SESSIONS:
        raise SessionsOutOfRange(
            _("Choose a number of open sessions from 1 to %(most)s.") % {"most": MOST_SESSIONS}
        )
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        policy = SharingPolicy.objects.filter(pk=organization_id).first() or SharingPolicy(
            organization_id=organization_id, changed_at=now
        )
        before = policy.measure
        if before == measure and policy.sessions == sessions and not policy._state.adding:
            return policy
        policy.measure, policy.sessions, policy.changed_at = measure.value, sessions, now
        policy.save()
        record(
            actor=actor,
            verb="sharing_policy_chosen",
            subject=policy,
            organization_id=organization_id,
            now=now,
            changes={"measure": [before, measure.value], "sessions": sessions},
        )
        take_measures(organization_id=organization_id, now=now)
        return policy


def take_measures(*, organization_id: int, now: datetime) -> None:
    """Bring what the entitlement check asks in line with the policy and the open cases.

    Runs inside the organization's tenancy context.
    """
    policy = SharingPolicy.objects.filter(pk=organization_id).first()
    wanted: set[int] = set()
    if policy is not None and policy.measure != SharingPolicy.Measure.OFF:
        wanted = set(
            SharingCase.objects.filter(
                state=SharingCase.State.OPEN,
                step__gte=Step.MEASURED,
                probability__gte=MEASURE_AT,
            ).values_list("membership_id", flat=True)
        )
    action = policy.measure if policy else ""
    sessions = policy.sessions if policy and action == SharingPolicy.Measure.CAP else 0
    held = {measure.membership_id: measure for measure in AccessMeasure.objects.all()}
    for member, measure in held.items():
        if member not in wanted:
            measure.delete()
        elif (measure.action, measure.sessions) != (action, sessions):
            measure.action, measure.sessions, measure.since = action, sessions, now
            measure.save()
    AccessMeasure.objects.bulk_create(
        AccessMeasure(
            organization_id=organization_id,
            membership_id=member,
            action=action,
            sessions=sessions,
            since=now,
        )
        for member in sorted(wanted - held.keys())
    )
