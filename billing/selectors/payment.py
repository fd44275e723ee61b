"""What the page "Payment" shows, what the banner says, and the API's answer about billing."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import Organization
from billing.domain.collection import invoiced_at, month_of, room_minor
from billing.models import BillingAccount, CollectedInvoice, Contract, Invoice, Subscription
from billing.selectors.credit import collected_invoices, credit_use
from billing.selectors.dunning import CaseTimeline, case_timeline, open_cases


@dataclass(frozen=True, slots=True)
class Payment:
    """How an organization pays, what is open, and what happens to what is overdue."""

    account: BillingAccount | None
    contract: Contract | None
    subscription: Subscription | None
    currency: str
    open_invoices: list[Invoice]
    open_minor: int
    noted_minor: int
    noted_on: date
    room_minor: int
    cases: list[CaseTimeline]
    collected: list[CollectedInvoice]

    @property
    def overdue_minor(self) -> int:
        """What is left to pay on overdue invoices."""
        return sum(found.case.invoice.amount_remaining_minor for found in self.cases)


def payment_of(organization: Organization, now: datetime) -> Payment:
    """Return the payment page of an organization, within its tenancy context."""
    zone = ZoneInfo(organization.time_zone)
    contract = Contract.objects.filter(organization_id=organization.pk).first()
    use = credit_use(organization.pk, now)
    room = 0
    if contract is not None:
        room = room_minor(
            contract.conditions(), open_minor=use.open_minor, noted_minor=use.noted_minor
        )
    return Payment(
        account=BillingAccount.objects.filter(organization_id=organization.pk).first(),
        contract=contract,
        subscription=Subscription.objects.current().filter(organization_id=organization.pk).first(),
        currency=organization.currency,
        open_invoices=list(
            Invoice.objects.filter(
                organization_id=organization.pk, status=Invoice.Status.OPEN
            ).order_by("due_at", "issued_at")
        ),
        open_minor=use.open_minor,
        noted_minor=use.noted_minor,
        noted_on=invoiced_at(month_of(now, zone), zone).date(),
        room_minor=room,
        cases=[case_timeline(case, zone) for case in open_cases(organization.pk)],
        collected=list(collected_invoices(organization.pk)[:12]),
    )
