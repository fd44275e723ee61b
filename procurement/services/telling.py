"""Who is told that a request waits for them: asked, reminded, escalated; each once a step."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from accounts.models import Membership
from accounts.services.history import SYSTEM, record
from accounts.tenancy import organization_context
from procurement.domain.approving import Decider
from procurement.domain.reminding import Notice, due_notice
from procurement.domain.request import RequestEvent
from procurement.models import ApprovalLink, PurchaseRequest, RequestNotice
from procurement.selectors.requests import deciders_of
from procurement.services.mails import mail_approver, tell_requester
from procurement.services.moving import move

log = structlog.get_logger(__name__)

# A mail that is opened after a fortnight leads to the page all the same, without deciding.
LINK_HOLDS_FOR = timedelta(days=14)
_BATCH = 500
_State = PurchaseRequest.State


def ask_approvers(request: PurchaseRequest, *, now: datetime) -> None:
    """Tell everybody who may decide the step that it waits for them; in the caller's transaction.

    Nobody at all to ask is no dead end: the step is opened to the next at once.
    """
    able = deciders_of(request, now)
    if not able:
        escalate(request, now=now)
        return
    _tell(request, able, Notice.ASKED, now)


def escalate(request: PurchaseRequest, *, now: datetime) -> None:
    """Open the step to owners and to who stands in later steps; the caller holds the row locked."""
    if not request.is_escalated:
        request.is_escalated = True
        request.save(update_fields=["is_escalated"])
        record(
            actor=SYSTEM,
            verb="request_escalated",
            subject=request,
            organization_id=request.organization_id,
            now=now,
        )
    _tell(request, deciders_of(request, now), Notice.ESCALATED, now)


def _tell(
    request: PurchaseRequest,
    able: list[tuple[Membership, Decider]],
    kind: Notice,
    now: datetime,
) -> None:
    for member, decider in able:
        _notice, is_new = RequestNotice.objects.get_or_create(
            organization_id=request.organization_id,
            request=request,
            round=request.round,
            step=request.step,
            kind=kind.value,
            member=member,
            defaults={"at": now},
        )
        if not is_new:
            continue
        link = ApprovalLink.objects.create(
            organization_id=request.organization_id,
            request=request,
            round=request.round,
            step=request.step,
            approver=member,
            created_at=now,
            expires_at=now + LINK_HOLDS_FOR,
        )
        mail_approver(request, member, decider, kind, link, now=now)


def use_up_links(request: PurchaseRequest, *, now: datetime) -> None:
    """End every link of the request that is still open: what it asked about is decided."""
    ApprovalLink.objects.filter(
        organization_id=request.organization_id, request=request, used_at__isnull=True
    ).update(used_at=now)


def remind(*, now: datetime) -> int:
    """Remind, escalate and expire over all organizations; return how many were looked at."""
    found = list(
        PurchaseRequest.objects.using("pipeline")
        .filter(state__in=[_State.WAITING, _State.SENT_BACK, _State.APPROVED])
        .order_by("waits_since")
        .values_list("organization_id", "pk")[:_BATCH]
    )
    for organization_id, request_id in found:
        try:
            with organization_context(organization_id):
                _follow_up(organization_id, request_id, now)
        except Exception:
            # One request that cannot be told of must not hold up the others.
            log.exception("request_not_followed_up", request=str(request_id))
    return len(found)


def _follow_up(organization_id: int, request_id: UUID, now: datetime) -> None:
    known = PurchaseRequest.objects.filter(organization_id=organization_id, pk=request_id)
    # Locked first, read with its quote afterwards: a join is not read anew.
    known.select_for_update().values_list("pk").get()
    request = known.select_related("organization", "requester__user", "price__plan", "quote").get()
    if request.state not in (_State.WAITING, _State.SENT_BACK, _State.APPROVED):
        return
    if request.expires_at <= now:
        request.ended_at = now
        use_up_links(request, now=now)
        move(request, RequestEvent.TIME_RAN_OUT, verb="request_expired", now=now)
        tell_requester(request, now=now)
        return
    if request.state != _State.WAITING:
        return
    able = deciders_of(request, now)
    notice = due_notice(request.waits_since, now, ZoneInfo(request.organization.time_zone))
    if notice is Notice.ESCALATED or not able:
        escalate(request, now=now)
    else:
        # A delegate of yesterday evening was not asked yet; who was asked is not asked twice.
        _tell(request, able, notice, now)
