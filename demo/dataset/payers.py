"""Organizations that show paying in depth: on terms, overdue, planned, waiting for finance.

They have people and seats, but no usage. Each lives on a test clock of its own, like those of the
story; repeating what an interrupted load has done already changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from accounts.domain.roles import StaffScope
from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.models import Contract, Invoice, Price, PriceMigration, SavedQuote, ScheduledChange
from billing.services.bounds import PurchaseNeedsReview
from billing.services.contracts import Agreement, apply_contract, approve_contract
from billing.services.dunning import follow_invoice, take_steps, timeline_of
from billing.services.price_moves import start_migration, work_moves
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.saved_quotes import save_quote
from billing.services.scheduling import schedule_price_change
from demo.dataset import people
from demo.dataset.beginnings import small_customer
from demo.dataset.cast import Card
from demo.dataset.money import Buyer, Clocks
from seats.services.seats import assign_seat

ON_TERMS: Final = small_customer(
    "hansekontor", "Hansekontor Bremen", "DE", "Bremen", culture="de", plan="team",
    interval="year", time_zone="Europe/Berlin", industry="Trade", tax_basis_points=1900,
)  # fmt: skip
LATE: Final = small_customer(
    "ardenne", "Ardenne Transports", "BE", "Liège", culture="fr", plan="team",
    interval="year", time_zone="Europe/Brussels", industry="Logistics", tax_basis_points=2100,
)  # fmt: skip
RESTRICTED: Final = small_customer(
    "sirocco", "Sirocco Cucine", "IT", "Palermo", culture="fr", plan="studio",
    interval="month", time_zone="Europe/Rome", industry="Furniture", tax_basis_points=2200,
)  # fmt: skip
PLANNING: Final = small_customer(
    "meridiaan", "Meridiaan Advies", "NL", "Utrecht", culture="de", plan="team",
    interval="month", time_zone="Europe/Amsterdam", industry="Consulting", tax_basis_points=2100,
)  # fmt: skip
GROWING: Final = small_customer(
    "alpenblick", "Alpenblick Hotels", "AT", "Innsbruck", culture="de", plan="studio",
    interval="month", time_zone="Europe/Vienna", industry="Hotels", tax_basis_points=2000,
)  # fmt: skip
# How many people have a seat.
_PEOPLE: Final = {ON_TERMS: 13, LATE: 6, RESTRICTED: 4, PLANNING: 7, GROWING: 6}
PAYERS: Final = tuple(_PEOPLE)

_BIG_ORDER: Final = 120
_QUOTED_SEATS: Final = 10
_PO_NUMBER: Final = "PO-2026-0417"


@dataclass(frozen=True, slots=True)
class Payer:
    """One of these organizations as it is being loaded, at the moment of the first load."""

    organization: Organization
    buyer: Buyer
    admin: Actor
    finance: Actor
    planned_at: datetime

    def ago(self, **past: float) -> datetime:
        """Return a moment before the first load, to the second."""
        return (self.planned_at - timedelta(**past)).replace(microsecond=0)


def let_them_live(
    staff: dict[str, User], clocks: Clocks, *, planned_at: datetime, now: datetime
) -> list[dict[str, str]]:
    """Make the organizations and let them buy, before the catalog moves on; return sign-ins."""
    finance = next(u for u in staff.values() if u.vendor_role == User.VendorRole.FINANCE)
    lives: dict[str, Callable[[Payer], None]] = {
        ON_TERMS.external_id: _buy_on_terms,
        LATE.external_id: _leave_an_invoice_open,
        RESTRICTED.external_id: _have_the_card_declined,
        PLANNING.external_id: lambda payer: payer.buyer.have(11, payer.ago(days=75)),
        GROWING.external_id: lambda payer: payer.buyer.have(7, payer.ago(days=50)),
    }
    sign_ins: list[dict[str, str]] = []
    for customer in PAYERS:
        organization = people.ensure_organization(
            customer,
            manager=staff[customer.manager.email],
            founded_at=planned_at - timedelta(days=230),
        )
        members = people.add_waiting_people(
            organization, customer, department="Team", count=_PEOPLE[customer], now=planned_at
        )
        sign_ins += people.ensure_sign_ins(
            organization, customer, roles=("admin",), champion="", member=""
        )
        admin = User.objects.get(email=f"{people.LOCAL_PARTS['admin']}@{customer.domain}")
        buyer = Buyer(organization, customer, clocks, admin)
        payer = Payer(organization, buyer, Actor.of(admin), Actor.of(finance), planned_at)
        with clocks.deliveries_held_back():
            lives[customer.external_id](payer)
            buyer.live_until(now, as_it_happens=True)
        _seat(organization, members, now)
        if customer in (LATE, RESTRICTED):
            _follow_up(organization, now)
    return sign_ins


def _buy_on_terms(payer: Payer) -> None:
    """By card at first; then an invoice that is open, and two additions noted for the month."""
    payer.buyer.have(8, payer.ago(days=200))
    payer.buyer.live_until(payer.ago(days=40))
    _agree(
        payer,
        Agreement(
            collection=Contract.Collection.INVOICE,
            net_days=30,
            credit_limit_minor=15_000_00,
            needs_po_number=True,
            cadence=Contract.Cadence.MONTHLY,
            monthly_below_minor=1_000_00,
        ),
        reason="Framework agreement with their purchasing department, signed on paper",
        at=payer.ago(days=40),
    )
    payer.buyer.have(14, payer.ago(days=9), po_number=_PO_NUMBER)
    # Both in the calendar month that is not over, even on its first day.
    first, second = in_this_month(payer.planned_at, payer.organization.time_zone)
    payer.buyer.have(15, first, po_number=_PO_NUMBER)
    payer.buyer.have(17, second, po_number=_PO_NUMBER)


def in_this_month(now: datetime, time_zone: str) -> tuple[datetime, datetime]:
    """Return two moments before `now`, to the second, in its calendar month there."""
    local = now.astimezone(ZoneInfo(time_zone))
    passed = now - local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first, second = min(timedelta(days=5), passed * 2 / 3), min(timedelta(days=2), passed / 3)
    return (now - first).replace(microsecond=0), (now - second).replace(microsecond=0)


def _leave_an_invoice_open(payer: Payer) -> None:
    """Fourteen days to pay, of which none is left since four days."""
    payer.buyer.have(6, payer.ago(days=150))
    payer.buyer.live_until(payer.ago(days=60))
    _agree(
        payer,
        Agreement(collection=Contract.Collection.INVOICE, net_days=14, credit_limit_minor=5_000_00),
        reason="Asked for invoices; two years of paying on time",
        at=payer.ago(days=60),
    )
    payer.buyer.have(10, payer.ago(days=18))
    payer.buyer.live_until(payer.ago(days=3, hours=22), as_it_happens=True)


def _have_the_card_declined(payer: Payer) -> None:
    """The first month is paid; the second, which began 12 to 15 days ago, is not."""
    payer.buyer.have(6, payer.ago(days=43))
    payer.buyer.pay_with(Card.DECLINES, payer.ago(days=43))


def _agree(payer: Payer, agreement: Agreement, *, reason: str, at: datetime) -> None:
    organization_id = payer.organization.pk
    approve_contract(
        organization_id=organization_id,
        agreement=agreement,
        reason=reason,
        actor=payer.finance,
        now=at,
    )
    contract = apply_contract(organization_id=organization_id, now=at)
    if contract is None or contract.applied_at is None:
        raise RuntimeError(f"{payer.organization.name}: Stripe does not collect as was agreed")


def _seat(organization: Organization, members: list[Membership], now: datetime) -> None:
    for number, member in enumerate(members):
        assign_seat(
            organization_id=organization.pk,
            membership_id=member.pk,
            actor=SYSTEM,
            now=now - timedelta(days=8, minutes=number),
        )


def _follow_up(organization: Organization, now: datetime) -> None:
    """Do on each day what was due on it, as the job would have done."""
    with organization_context(organization.pk):
        invoice = Invoice.objects.get(status=Invoice.Status.OPEN)
    since = invoice.due_at if invoice.is_sent else invoice.finalized_at
    case = follow_invoice(organization_id=organization.pk, invoice_id=invoice.pk, now=since or now)
    if case is None:
        raise RuntimeError(f"{organization.name}: invoice {invoice} is not overdue")
    with organization_context(organization.pk):
        steps = timeline_of(case, ZoneInfo(organization.time_zone))
    for step in steps:
        if step.at <= now:
            take_steps(organization_id=organization.pk, case_id=case.pk, now=step.at)


def plan_and_ask(staff: dict[str, User], *, now: datetime) -> None:
    """Plan renewals, save a quote and order beyond the limit, after the catalog moved on."""
    _plan_the_renewal(now)
    _save_a_quote(now)
    _order_too_much(now)
    vendor = next(u for u in staff.values() if u.vendor_role == User.VendorRole.VENDOR_ADMIN)
    _move_to_the_new_version(Actor.of(vendor), now)


def _plan_the_renewal(now: datetime) -> None:
    organization, admin = _known(PLANNING.external_id)
    with organization_context(organization.pk):
        if ScheduledChange.objects.planned().exists():
            return
        annual = Price.objects.on_sale().get(
            plan__code=PLANNING.plan, currency=PLANNING.currency, interval="year"
        )
    schedule_price_change(
        organization_id=organization.pk,
        price=annual,
        seats=8,
        actor=admin,
        now=now,
        reason="Two colleagues leave; a year is cheaper",
    )


def _save_a_quote(now: datetime) -> None:
    organization, admin = _known(GROWING.external_id)
    with organization_context(organization.pk):
        if SavedQuote.objects.exists():
            return
    quote = quote_seats(
        organization_id=organization.pk, quantity=_QUOTED_SEATS, actor=admin, now=now
    )
    save_quote(organization_id=organization.pk, quote_id=quote.pk, actor=admin, now=now)


def _order_too_much(now: datetime) -> None:
    """Order more than ten times the seats there are: it waits for finance, uncharged."""
    organization, admin = _known(GROWING.external_id)
    quote = quote_seats(organization_id=organization.pk, quantity=_BIG_ORDER, actor=admin, now=now)
    try:
        purchase_seats(
            organization_id=organization.pk,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key="demo-big-order",
            actor=admin,
            now=now,
        )
    except PurchaseNeedsReview:
        return
    raise RuntimeError(f"{organization.name}: an order of {_BIG_ORDER} seats went through")


def _move_to_the_new_version(vendor: Actor, now: datetime) -> None:
    organization, _admin = _known(GROWING.external_id)
    with staff_context(user_id=vendor.user_id or 0, scope=StaffScope.ALL):
        if not PriceMigration.objects.exists():
            offer = Price.objects.filter(
                plan__code=GROWING.plan, currency=GROWING.currency, interval=GROWING.interval
            ).order_by("version")
            start_migration(
                from_price=offer[0],
                to_price=offer[1],
                organization_ids=[organization.pk],
                actor=vendor,
                now=now,
                notice="New price from your next renewal on; nothing changes before.",
            )
    work_moves(now=now)


def _known(external_id: str) -> tuple[Organization, Actor]:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        organization = Organization.objects.get(external_id=external_id)
    domain = next(c.domain for c in PAYERS if c.external_id == external_id)
    admin = User.objects.get(email=f"{people.LOCAL_PARTS['admin']}@{domain}")
    return organization, Actor.of(admin)
