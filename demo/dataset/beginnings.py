"""Organizations at the beginning: one to be started, one in trial, one with reverse charge.

They use nothing yet. Rates of tax, the seller and one discount are set here too, since they show
on the same pages.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.domain.roles import StaffScope
from accounts.models import Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.models import Seller, Subscription, SubscriptionDiscount
from billing.selectors.starting import price_of, start_figures
from billing.services.choosing import reserve_start
from billing.services.discounts import carry_out_discount, grant_discount
from billing.services.seller import change_seller
from billing.services.starting import advance_start
from billing.services.subscriptions import Payer, ensure_customer, use_card
from billing.services.tax import set_tax_rule
from demo.dataset import people
from demo.dataset.cast import MIA, Card, Customer, State
from seats.services.waiting import request_seat

_RATES: Final = {
    "AT": (2000, "USt."), "BE": (2100, "BTW"), "DE": (1900, "MwSt."), "FR": (2000, "TVA"),
    "ID": (1100, "PPN"), "IE": (2300, "VAT"), "IT": (2200, "IVA"), "JP": (1000, "JCT"),
    "NL": (2100, "BTW"),
}  # fmt: skip
_SELLER: Final = {
    "name": "Headroom Vendor GmbH",
    "address_line1": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country": "DE",
    "vat_id": "DE123456789",
    "email": "billing@vendor.example",
}
DISCOUNTED: Final = "dj-stripe"


@dataclass(frozen=True, slots=True)
class Beginner:
    """An organization without usage; without `seats` its subscription waits to be started."""

    customer: Customer
    people: int
    seats: int = 0
    vat_id: str = ""
    has_card: bool = False


def small_customer(external_id: str, name: str, country: str, city: str, **given: Any) -> Customer:
    """Return an organization that pays in euros and has no activity data."""
    return Customer(
        external_id=external_id,
        name=name,
        domain=f"{external_id}.example",
        state=State.LOW,
        country=country,
        city=city,
        currency="EUR",
        purchases=(),
        manager=MIA,
        departments=("Team",),
        **given,
    )


BEGINNERS: Final = (
    Beginner(
        small_customer(
            "nordwind", "Nordwind Studio", "DE", "Hamburg", culture="de", plan="studio",
            interval="month", time_zone="Europe/Berlin", industry="Design",
        ),
        people=4,
    ),
    Beginner(
        small_customer(
            "tramontana", "Tramontana Viaggi", "IT", "Genova", culture="fr", plan="starter",
            interval="month", time_zone="Europe/Rome", industry="Travel",
        ),
        people=5,
        seats=5,
    ),
    Beginner(
        small_customer(
            "brugge", "Brugge Boekhandel", "BE", "Brugge", culture="fr", plan="studio",
            interval="month", time_zone="Europe/Brussels", industry="Retail",
        ),
        people=3,
        seats=3,
        vat_id="BE0123456789",
        has_card=True,
    ),
)  # fmt: skip


def set_rates(*, actor: Actor, now: datetime) -> None:
    """Write the seller and the tax rates of the countries in the demo."""
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        if not Seller.objects.exists():
            change_seller(details=_SELLER, actor=actor, now=now)
        for country, (basis_points, name) in _RATES.items():
            set_tax_rule(
                country=country, basis_points=basis_points, name=name, actor=actor, now=now
            )


def begin_all(staff: dict[str, User], *, now: datetime) -> list[dict[str, str]]:
    """Make the beginners, each as far as it is to be; return how their admins sign in."""
    return [sign_in for beginner in BEGINNERS for sign_in in _begin(beginner, staff, now)]


def _begin(beginner: Beginner, staff: dict[str, User], now: datetime) -> list[dict[str, str]]:
    customer = beginner.customer
    organization = people.ensure_organization(
        customer, manager=staff[customer.manager.email], founded_at=now - timedelta(days=2)
    )
    members = people.add_waiting_people(
        organization, customer, department="Team", count=beginner.people, now=now
    )
    for number, member in enumerate(members):
        request_seat(
            organization_id=organization.pk,
            membership_id=member.pk,
            actor=SYSTEM,
            now=now - timedelta(hours=9 - number),
        )
    sign_ins = people.ensure_sign_ins(
        organization, customer, roles=("admin",), champion="", member=""
    )
    if beginner.seats:
        _start(beginner, organization, now)
    return sign_ins


def _start(beginner: Beginner, organization: Organization, now: datetime) -> None:
    customer = beginner.customer
    admin = User.objects.get(email=f"{people.LOCAL_PARTS['admin']}@{customer.domain}")
    if beginner.has_card:
        use_card(
            organization_id=organization.pk,
            customer_id=ensure_customer(organization_id=organization.pk, now=now),
            payment_method_id=Card.GOOD.value,
            now=now,
        )
    with organization_context(organization.pk):
        if Subscription.objects.current().exists():
            return
        figures = start_figures(
            organization=organization,
            price=price_of(organization, customer.plan, customer.interval),
            seats=beginner.seats,
            country=customer.country,
            vat_id=beginner.vat_id,
            now=now,
        )
    chosen = reserve_start(
        organization_id=organization.pk,
        price=figures.price,
        seats=beginner.seats,
        due_minor=figures.due_minor,
        payer=Payer(
            name=customer.name,
            email=f"billing@{customer.domain}",
            line1="1 Market Square",
            city=customer.city,
            country=customer.country,
        ),
        vat_id=beginner.vat_id,
        idempotency_key="demo",
        actor=Actor.of(admin),
        now=now,
    )
    done = advance_start(organization_id=organization.pk, start_id=chosen.pk, now=now)
    if done.state != done.State.DONE:
        raise RuntimeError(f"{customer.name}: the start is {done.state} ({done.failure_code})")


def grant_the_discount(organization: Organization, *, actor: Actor, now: datetime) -> None:
    """Give one organization 15 % off for a year."""
    with organization_context(organization.pk):
        given = SubscriptionDiscount.objects.first()
    if given is None:
        given = grant_discount(
            organization_id=organization.pk,
            basis_points=1500,
            months=12,
            reason="Reference customer",
            actor=actor,
            now=now,
        )
    carry_out_discount(organization_id=organization.pk, discount_id=given.pk, now=now)
