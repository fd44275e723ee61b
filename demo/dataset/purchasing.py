"""An organization whose purchases are approved inside: rules, and requests in three states."""

from datetime import datetime, timedelta
from typing import Any, Final

from accounts.models import Membership, Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.hooks import OrderKind
from billing.selectors.terms import current_subscription
from billing.services.quotes import quote_seats
from demo.dataset import people
from demo.dataset.cast import Customer
from procurement.domain.rules import Band, Rules, Step
from procurement.models import PurchaseRequest
from procurement.services.buying import carry_out
from procurement.services.contributing import attach, comment
from procurement.services.policies import set_rules
from procurement.services.requests import Wanted, decide, make_request
from seats.selectors.limits import pool_of
from seats.services.seats import assign_seat

WITH_RULES: Final = "dj-stripe"
# Up to 200 a year nobody, up to 5,000 purchasing, above that accounting as well.
_RULES: Final = Rules(
    currency="EUR",
    bypass_minor=200_00,
    bands=(
        Band(0, (Step(roles=("approver",)),)),
        Band(5_000_00, (Step(roles=("approver",)), Step(roles=("billing",)))),
    ),
)
_OFFER: Final = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n"  # noqa: E501


def let_purchasing_decide(
    organization: Organization,
    customer: Customer,
    *,
    admin: User,
    planned_at: datetime,
    now: datetime,
) -> list[dict[str, str]]:
    """Set rules, and ask three times: bought, sent back with a difference, waiting.

    Returns how the approver signs in. Repeating it changes nothing.
    """
    sign_ins = people.ensure_sign_ins(
        organization, customer, roles=("approver", "billing"), champion="", member=""
    )
    with organization_context(organization.pk):
        if PurchaseRequest.objects.exists():
            return sign_ins + people.ensure_sign_ins(
                organization, customer, roles=("member",), champion="", member=""
            )
        asking = Membership.objects.get(user=admin)
        deciding = Membership.objects.select_related("user").get(
            role=Membership.Role.APPROVER, user__isnull=False
        )
    approver = deciding.user
    if approver is None:
        raise RuntimeError(f"{organization.name} has nobody who approves")

    def ago(**past: float) -> datetime:
        return (planned_at - timedelta(**past)).replace(microsecond=0)

    def ask(added: int, reason: str, at: datetime, **more: Any) -> PurchaseRequest:
        quote = quote_seats(
            organization_id=organization.pk,
            quantity=_seats(organization) + added,
            actor=Actor.of(admin),
            now=at,
        )
        return make_request(
            organization_id=organization.pk,
            requester_id=asking.pk,
            wanted=Wanted(OrderKind.PURCHASE, quote_id=quote.pk),
            reason=reason,
            actor=Actor.of(admin),
            now=at,
            **more,
        )

    def approve(asked: PurchaseRequest, at: datetime, note: str) -> None:
        decide(
            organization_id=organization.pk,
            request_id=asked.pk,
            member_id=deciding.pk,
            is_approved=True,
            seen=(1, 0),
            actor=Actor.of(approver),
            now=at,
            note=note,
        )
        carry_out(organization_id=organization.pk, request_id=asked.pk, now=now)

    set_rules(
        organization_id=organization.pk,
        rules=_RULES,
        valid_from=None,
        reason="Agreed with purchasing: small things need no form",
        actor=Actor.of(admin),
        now=ago(days=20),
    )
    first = ask(
        2, "Two guides for the summer season", ago(days=8), po_number="PO-2207", cost_centre="410"
    )
    second = ask(4, "The new desk in Beaune takes over groups", ago(days=6), cost_centre="420")
    approve(first, ago(days=7), "Within the budget of the season")
    approve(second, ago(days=5), "")
    sign_ins += _fill_up(organization, customer, Actor.of(admin), now)
    waiting = ask(
        5,
        "Beaune opens in January; four planners and the head of the desk work in it from day one",
        now,
        po_number="PO-2231",
        cost_centre="420",
    )
    attach(
        organization_id=organization.pk,
        request_id=waiting.pk,
        member_id=asking.pk,
        name="plan-beaune.pdf",
        content=_OFFER,
        actor=Actor.of(admin),
        now=now,
    )
    comment(
        organization_id=organization.pk,
        request_id=waiting.pk,
        member_id=asking.pk,
        text="The contracts of all five are signed.",
        actor=Actor.of(admin),
        now=now,
    )
    return sign_ins


def _fill_up(
    organization: Organization, customer: Customer, admin: Actor, now: datetime
) -> list[dict[str, str]]:
    """Give every free seat to somebody new; one more signs in and has none. Return how."""
    with organization_context(organization.pk):
        pool = pool_of(organization.pk)
    newcomers = people.add_waiting_people(
        organization,
        customer,
        department="Groupes",
        count=max(0, pool.purchased_seats - pool.assigned_seats) + 1,
        now=now,
    )
    *seated, without = newcomers
    for newcomer in seated:
        assign_seat(
            organization_id=organization.pk, membership_id=newcomer.pk, actor=admin, now=now
        )
    return people.ensure_sign_ins(
        organization, customer, roles=("member",), champion="", member=without.external_id
    )


def _seats(organization: Organization) -> int:
    with organization_context(organization.pk):
        return current_subscription(organization.pk).purchased_seats
