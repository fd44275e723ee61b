"""What an organization without a subscription can begin, and what it would cost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import ClassVar, Final

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import HistoryEntry, Membership, Organization
from billing.domain.period import add_intervals, whole_second
from billing.domain.pricing import QuantityNotAllowed, average_minor, check_quantity, total_minor
from billing.domain.quoting import NextInvoice, renewal_invoice
from billing.domain.tax import TaxDecision
from billing.models import BillingAccount, Contract, Plan, Price, Subscription, SubscriptionStart
from billing.selectors.minimums import table_for
from billing.selectors.refusals import refusal_sentence
from billing.selectors.tax import tax_for
from billing.selectors.terms import QuantityRefused, due_minor
from seats.models import WaitingListEntry
from seats.selectors.people import waiting_people

DAYS_TO_PAY: Final = 30
TRIAL_END_REFUSED: Final = "trial_end_refused"


class NothingOnSale(DomainError):
    """No plan is on sale in the organization's currency, or not this one."""

    code: ClassVar[str] = "nothing_on_sale"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "price"


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan with its prices in one currency."""

    plan: Plan
    month: Price | None
    year: Price | None

    @property
    def cheapest_minor(self) -> int:
        """What the smallest number of seats costs a month, paid monthly when that is on sale."""
        price = self.month or self.year
        if price is None:
            return 0
        months = price.billing_interval.months
        least = price.table().sellable_from(1)
        return total_minor(price.table(), least) // months if least else 0


@dataclass(frozen=True, slots=True)
class StartFigures:
    """Every figure of a beginning, in minor units of `currency`.

    `first` is the invoice of the first whole interval: charged now, or when the trial ends.
    `due_minor` is charged to the card now. `saving` is the share that a year saves.
    """

    price: Price
    seats: int
    currency: str
    tax: TaxDecision
    first: NextInvoice
    due_minor: int
    renews_at: datetime
    trial_days: int
    trial_ends_at: datetime | None
    average_minor: int
    saving: float | None

    @property
    def invoice_minor(self) -> int:
        """The total of the first invoice with tax, before the credit balance."""
        return self.first.total_minor


def plans_for(organization: Organization) -> list[PlanOffer]:
    """Return the plans on sale in the organization's currency, the cheapest first."""
    found: dict[int, dict[str, Price]] = {}
    for price in _on_sale(organization):
        found.setdefault(price.plan_id, {})[price.interval] = price
    offers = [
        PlanOffer(next(iter(prices.values())).plan, prices.get("month"), prices.get("year"))
        for prices in found.values()
    ]
    return sorted(offers, key=lambda offer: (offer.cheapest_minor, offer.plan.name))


def price_of(organization: Organization, plan_code: str, interval: str) -> Price:
    """Return the price on sale of a plan in the organization's currency; raises NothingOnSale."""
    for price in _on_sale(organization):
        if (price.plan.code, price.interval) == (plan_code, interval):
            return price
    raise NothingOnSale(_("This plan is not on sale in %s.") % organization.currency)


def _on_sale(organization: Organization) -> list[Price]:
    return list(
        Price.objects.on_sale()
        .filter(currency=organization.currency)
        .select_related("plan")
        .prefetch_related("tiers")
        .order_by("plan", "interval")
    )


def trial_days_for(organization_id: int, price: Price) -> int:
    """Return the days that are not charged: none for who had a subscription before."""
    had_one = (
        Subscription.objects.filter(organization_id=organization_id)
        .exclude(stripe_subscription_id="")
        .exists()
    )
    return 0 if had_one else price.trial_days


def days_to_pay(organization_id: int) -> int | None:
    """Return the days that an organization on terms has to pay an invoice; None for a card."""
    contract = Contract.objects.filter(organization_id=organization_id).first()
    if contract is not None:
        by_contract = contract.collection == Contract.Collection.INVOICE
        return contract.net_days if by_contract else None
    account = BillingAccount.objects.filter(organization_id=organization_id).first()
    by_account = account is not None and account.collection == BillingAccount.Collection.INVOICE
    return DAYS_TO_PAY if by_account else None


def start_figures(
    *,
    organization: Organization,
    price: Price,
    seats: int,
    country: str,
    vat_id: str = "",
    now: datetime,
) -> StartFigures:
    """Return what beginning costs, within the tenancy context; raises QuantityRefused."""
    table = table_for(organization.pk, price, now)
    try:
        check_quantity(table, seats)
    except QuantityNotAllowed as refusal:
        raise QuantityRefused(refusal_sentence(refusal)) from refusal
    account = BillingAccount.objects.filter(organization_id=organization.pk).first()
    balance = account.credit_balance_minor if account else 0
    tax = tax_for(
        country=country, vat_id=vat_id, is_exempt=account.is_tax_exempt if account else False
    )
    trial_days = trial_days_for(organization.pk, price)
    second = whole_second(now)
    begins_at = second + timedelta(days=trial_days)
    first = renewal_invoice(
        table,
        seats,
        begins_at,
        tax_basis_points=tax.basis_points,
        credit_balance_minor=max(balance, 0),
    )
    by_invoice = days_to_pay(organization.pk) is not None
    charged = due_minor(first.total_minor, balance, table.currency)
    return StartFigures(
        price=price,
        seats=seats,
        currency=table.currency,
        tax=tax,
        first=first,
        due_minor=0 if trial_days or by_invoice else charged,
        renews_at=begins_at if trial_days else add_intervals(begins_at, price.billing_interval, 1),
        trial_days=trial_days,
        trial_ends_at=begins_at if trial_days else None,
        average_minor=average_minor(table, seats),
        saving=_saving(organization, price, seats),
    )


def _saving(organization: Organization, price: Price, seats: int) -> float | None:
    """Return the share that a year of this plan saves against twelve months of it."""
    by_interval = {
        other.interval: total_minor(other.table(), seats) * other.billing_interval.per_year
        for other in _on_sale(organization)
        if other.plan_id == price.plan_id
    }
    month, year = by_interval.get("month"), by_interval.get("year")
    if not month or year is None or year >= month:
        return None
    return float(1 - Fraction(year, month))


def open_start(organization_id: int) -> SubscriptionStart | None:
    """Return the beginning that waits for something, if there is one."""
    return (
        SubscriptionStart.objects.filter(
            organization_id=organization_id,
            state__in=[
                SubscriptionStart.State.RESERVED,
                SubscriptionStart.State.ASKED,
                SubscriptionStart.State.REQUIRES_ACTION,
            ],
        )
        .select_related("price__plan")
        .first()
    )


def seated_first(seats: int) -> list[WaitingListEntry]:
    """Return who waits and would get a seat at once."""
    return list(waiting_people()[:seats])


def people_of(start: SubscriptionStart) -> list[Membership]:
    """Return who got a seat when it began, in that order."""
    found = {
        person.pk: person
        for person in Membership.objects.filter(pk__in=start.seated_membership_ids).select_related(
            "department"
        )
    }
    return [found[pk] for pk in start.seated_membership_ids if pk in found]


def latest_start(organization_id: int) -> SubscriptionStart | None:
    """Return the latest beginning, whatever became of it."""
    return (
        SubscriptionStart.objects.filter(organization_id=organization_id)
        .select_related("price__plan")
        .first()
    )


def refused_trial_ends(organization_id: int) -> int:
    """Return how often the bank refused to end the organization's trial early."""
    return HistoryEntry.objects.filter(
        organization_id=organization_id, verb=TRIAL_END_REFUSED
    ).count()
