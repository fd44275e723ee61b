"""Makes requests for purchases and has them decided.

A request is written with the figures it asks for and the chain that its amount needs. Every change
re-reads the row under a lock: of two approvers who press at once one decides, and whoever withdraws
meanwhile is told so. Buying what was approved is `buying`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.domain.roles import Permission
from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.hooks import Order, OrderKind
from billing.models import Price, Quote
from billing.services.quotes import find_quote
from procurement.domain.approving import decider_of, stuck_steps
from procurement.domain.request import RequestEvent, event_of_approval
from procurement.domain.rules import Step, steps_to_json
from procurement.models import ApprovalDecision, ApprovalPolicy, PurchaseRequest
from procurement.selectors.pricing import PricedOrder, price_purchase, price_renewal, price_start
from procurement.selectors.requests import decisions_of
from procurement.selectors.rules import delegations_at, members_who_approve, people_of
from procurement.services.consent import ask_of, needed_steps, of_price
from procurement.services.mails import tell_requester
from procurement.services.moving import move
from procurement.services.request_errors import (
    AlreadyDecided,
    ApprovalNotNeeded,
    MayNotDecide,
    NobodyCanApprove,
    NoteMissing,
    ReasonMissing,
    RequestNotFound,
    RequestNotOpen,
    RequestOpenAlready,
)
from procurement.services.telling import ask_approvers, use_up_links
from seats.services.seats import lock_seat_pool
from seats.services.waiting import put_on_waiting_list

# Long enough for a chain of three with a holiday in between.
OPEN_FOR = timedelta(days=30)
_State = PurchaseRequest.State


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a quote, or seats (and another price) for the renewal or a start."""

    kind: OrderKind
    quote_id: UUID | None = None
    seats: int = 0
    price: Price | None = None


def price_wanted(organization_id: int, wanted: Wanted, now: datetime) -> PricedOrder:
    """Return what is asked for with its figures; inside the organization's tenancy context.

    Raises QuoteNotFound and what `price_renewal` raises.
    """
    if wanted.kind is OrderKind.PURCHASE and wanted.quote_id is not None:
        quote = find_quote(organization_id=organization_id, quote_id=wanted.quote_id)
        return price_purchase(quote, now)
    if wanted.kind is OrderKind.START and wanted.price is not None:
        return price_start(
            organization_id=organization_id, price=wanted.price, seats=wanted.seats, now=now
        )
    return price_renewal(
        organization_id=organization_id, seats=wanted.seats, price=wanted.price, now=now
    )


def make_request(
    *,
    organization_id: int,
    requester_id: int,
    wanted: Wanted,
    reason: str,
    actor: Actor,
    now: datetime,
    cost_centre: str = "",
    po_number: str = "",
    asked_through: str = "",
    membership_ids: Sequence[int] = (),
) -> PurchaseRequest:
    """Ask for a purchase and tell who decides first; `requester_id` is a membership's.

    The people of `membership_ids` wait for the seats and get them when they are bought. Raises
    ReasonMissing, ApprovalNotNeeded, NobodyCanApprove, RequestOpenAlready and what `price_wanted`
    and, for each person, `request_seat` raise.
    """
    if not reason.strip():
        raise ReasonMissing(_("Say what the purchase is for; the approvers decide by it."))
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        requester = Membership.objects.get(organization_id=organization_id, pk=requester_id)
        found = price_wanted(organization_id, wanted, now)
        policy, steps = _chain(found.order, requester)
        _check_not_asked(found.order)
        request = PurchaseRequest(
            organization_id=organization_id,
            number=(PurchaseRequest.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
            kind=wanted.kind.value,
            requester=requester,
            asked_through=asked_through[:200],
            reason=reason.strip()[:2000],
            cost_centre=cost_centre.strip()[:60],
            po_number=po_number.strip()[:30],
            created_at=now,
        )
        _write_terms(request, found, policy, steps, now)
        request.waiting_entry_ids = put_on_waiting_list(
            organization_id=organization_id, membership_ids=membership_ids, actor=actor, now=now
        )
        request.save()
        _record(request, "request_made", actor, now)
        ask_approvers(request, now=now)
        return request


def ask_again(
    *, organization_id: int, request_id: UUID, quote: Quote | None, actor: Actor, now: datetime
) -> PurchaseRequest:
    """Ask for a request that was sent back anew, with today's price and from the first step on.

    `quote` is today's for a purchase. Raises RequestNotFound, RequestNotOpen, ApprovalNotNeeded,
    NobodyCanApprove and what `price_wanted` raises.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        request = lock_request(organization_id, request_id)
        if request.state != _State.SENT_BACK:
            raise RequestNotOpen(_("This request was not sent back."))
        wanted = Wanted(
            kind=OrderKind(request.kind),
            quote_id=quote.pk if quote is not None else None,
            seats=request.quantity_to,
            price=request.price,
        )
        found = price_wanted(organization_id, wanted, now)
        policy, steps = _chain(found.order, request.requester)
        request.round += 1
        request.differences = []
        request.approved_at = None
        request.problem = request.problem_code = ""
        _write_terms(request, found, policy, steps, now)
        move(
            request,
            RequestEvent.ASKED_AGAIN,
            verb="request_asked_again",
            now=now,
            actor=actor,
            changes=_amount(request),
        )
        ask_approvers(request, now=now)
        return request


def decide(
    *,
    organization_id: int,
    request_id: UUID,
    member_id: int,
    is_approved: bool,
    seen: tuple[int, int],
    actor: Actor,
    now: datetime,
    note: str = "",
    by_mail_link: bool = False,
) -> PurchaseRequest:
    """Approve or decline the step that a request waits at, as a person of the organization.

    `seen` is (round, step) as the decider saw them: whoever decides something else by now decides
    nothing. What is approved is not bought here. Raises RequestNotFound, AlreadyDecided,
    MayNotDecide, NoteMissing.
    """
    if not is_approved and not note.strip():
        raise NoteMissing(_("Say why; whoever asked reads it."))
    with organization_context(organization_id, user_id=actor.user_id):
        request = lock_request(organization_id, request_id)
        if request.state != _State.WAITING or seen != (request.round, request.step):
            raise AlreadyDecided(
                _("This was decided meanwhile: the request is %(state)s.")
                % {"state": request.get_state_display()},
                state=request.state,
            )
        decisions = decisions_of(request)
        decider = decider_of(
            request.case(decisions),
            member_id,
            people_of(members_who_approve(organization_id)),
            delegations_at(organization_id, now),
            now,
        )
        if decider is None:
            raise MayNotDecide(_("Somebody else decides this step of the request."))
        verdict = ApprovalDecision.Verdict
        ApprovalDecision.objects.create(
            organization_id=organization_id,
            request=request,
            round=request.round,
            step=request.step,
            verdict=verdict.APPROVED if is_approved else verdict.DECLINED,
            approver_id=decider.id,
            instead_of_id=decider.instead_of,
            note=note.strip()[:1000],
            by_mail_link=by_mail_link,
            was_escalated=request.is_escalated,
            at=now,
        )
        use_up_links(request, now=now)
        if is_approved:
            _approve(request, actor, now)
        else:
            request.ended_at = now
            move(
                request,
                RequestEvent.DECLINED,
                verb="request_declined",
                now=now,
                actor=actor,
                changes={"note": note.strip()[:500]},
            )
            tell_requester(request, now=now)
        return request


def _approve(request: PurchaseRequest, actor: Actor, now: datetime) -> None:
    event = event_of_approval(request.step, len(request.chain))
    request.step += 1
    request.is_escalated = False
    request.waits_since = now
    if event is RequestEvent.APPROVED:
        request.approved_at = now
        move(request, event, verb="request_approved", now=now, actor=actor)
        if request.kind == PurchaseRequest.Kind.START:
            tell_requester(request, now=now)
        return
    move(request, event, verb="request_step_approved", now=now, actor=actor)
    ask_approvers(request, now=now)


def withdraw(
    *, organization_id: int, request_id: UUID, actor: Actor, now: datetime
) -> PurchaseRequest:
    """Take a request back before it is bought; raises RequestNotFound, RequestNotOpen."""
    with organization_context(organization_id, user_id=actor.user_id):
        request = lock_request(organization_id, request_id)
        if request.state not in (_State.WAITING, _State.APPROVED, _State.SENT_BACK):
            raise RequestNotOpen(
                _("The request is %(state)s and cannot be withdrawn any more.")
                % {"state": request.get_state_display()},
                state=request.state,
            )
        request.ended_at = now
        use_up_links(request, now=now)
        return move(request, RequestEvent.WITHDRAWN, verb="request_withdrawn", now=now, actor=actor)


def may_withdraw(request: PurchaseRequest, member: Membership) -> bool:
    """Tell whether a person may take a request back: whoever asked, and who runs the settings."""
    runs = member.may(Permission.SETTINGS_MANAGE)
    return member.pk == request.requester_id or runs


def lock_request(organization_id: int, request_id: UUID) -> PurchaseRequest:
    """Return a request locked until the transaction ends; raises RequestNotFound."""
    known = PurchaseRequest.objects.filter(organization_id=organization_id, pk=request_id)
    # Locked first, read with its quote afterwards: a join is not read anew when a row was waited
    # for, and asking again changes the quote.
    if not known.select_for_update().values_list("pk").first():
        raise RequestNotFound(_("There is no such request."))
    related = ("requester__user", "policy", "quote", "price__plan", "organization")
    return known.select_related(*related).get()


def _chain(order: Order, requester: Membership) -> tuple[ApprovalPolicy, Sequence[Step]]:
    policy, steps = needed_steps(order)
    if policy is None or not steps:
        raise ApprovalNotNeeded(_("No approval is needed for this. You can buy it at once."))
    people = people_of(members_who_approve(order.organization_id))
    stuck = stuck_steps(steps, requester.pk, people)
    if stuck:
        raise NobodyCanApprove(
            _(
                "Nobody is left to approve step %(step)s: whoever asks never approves, and nobody "
                "approves twice. Ask an admin to name more approvers under Settings, Approval."
            )
            % {"step": stuck[0] + 1},
            step=stuck[0] + 1,
        )
    return policy, steps


def _check_not_asked(order: Order) -> None:
    same = (
        PurchaseRequest.objects.filter(
            of_price(order),
            organization_id=order.organization_id,
            kind=order.kind.value,
            quantity_to=order.quantity_to,
        )
        .filter(ended_at__isnull=True)
        .first()
    )
    if same is not None:
        raise RequestOpenAlready(
            _("%(number)s asks for the same already.") % {"number": same}, request=str(same.pk)
        )


def _write_terms(
    request: PurchaseRequest,
    found: PricedOrder,
    policy: ApprovalPolicy,
    steps: Sequence[Step],
    now: datetime,
) -> None:
    order, priced = found.order, found.priced
    request.policy = policy
    request.chain = steps_to_json(tuple(steps))
    request.step = 0
    request.is_escalated = False
    request.quote_id = order.quote_id
    request.price_id = order.price_id
    request.quantity_from, request.quantity_to = order.quantity_from, order.quantity_to
    request.currency = order.currency
    request.amount_minor = ask_of(order, policy.content()).amount_minor
    request.now_minor, request.recurring_minor = priced.now_minor, priced.recurring_minor
    request.annual_minor = order.annual_minor
    request.waits_since = now
    request.expires_at = now + OPEN_FOR


def _amount(request: PurchaseRequest) -> dict[str, object]:
    return {"total_minor": request.now_minor, "currency": request.currency}


def _record(request: PurchaseRequest, verb: str, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=request,
        organization_id=request.organization_id,
        now=now,
        changes=_amount(request),
    )
