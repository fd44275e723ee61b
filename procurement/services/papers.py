"""Issues order forms and contract amendments: a number, every word, when and by whom, for good."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.models import BillingAccount, Purchase, Quote
from billing.selectors.sheets import buyer_today, current_seller
from billing.services.quotes import find_quote
from procurement.documents.agreements import Agreement, amendment, order_form
from procurement.documents.kept import fingerprint, keep
from procurement.models import IssuedPaper
from procurement.selectors.papers import ground_of


class PaperNotPossible(DomainError):
    """The quote is not one that this paper could be about."""

    code: ClassVar[str] = "paper_not_possible"


def issue_order_form(
    *,
    organization_id: int,
    quote_id: UUID,
    po_number: str = "",
    cost_centre: str = "",
    actor: Actor,
    now: datetime,
) -> IssuedPaper:
    """Issue the order form of a quote whose price holds, that is asked for, or that was bought.

    The latest one of the same quote is returned when it says the same. Raises QuoteNotFound and
    PaperNotPossible.
    """
    return _issue(
        IssuedPaper.Kind.ORDER_FORM, organization_id, quote_id, po_number, cost_centre, actor, now
    )


def issue_amendment(
    *,
    organization_id: int,
    quote_id: UUID,
    po_number: str = "",
    cost_centre: str = "",
    actor: Actor,
    now: datetime,
) -> IssuedPaper:
    """Issue the amendment by which a quote of more seats changes the contract: one page.

    As `issue_order_form`; PaperNotPossible too when the quote adds no seats.
    """
    return _issue(
        IssuedPaper.Kind.AMENDMENT, organization_id, quote_id, po_number, cost_centre, actor, now
    )


def _issue(
    kind: IssuedPaper.Kind,
    organization_id: int,
    quote_id: UUID,
    po_number: str,
    cost_centre: str,
    actor: Actor,
    now: datetime,
) -> IssuedPaper:
    with organization_context(organization_id, user_id=actor.user_id):
        # Its lock is held until the end, so that numbers have no twin and no gap.
        account = BillingAccount.objects.select_for_update().get(organization_id=organization_id)
        quote = find_quote(organization_id=organization_id, quote_id=quote_id)
        if kind == IssuedPaper.Kind.AMENDMENT and quote.kind != Quote.Kind.INCREASE:
            raise PaperNotPossible(_("An amendment is made for an addition of seats."))
        ground = ground_of(quote, now)
        if not ground.is_possible:
            raise PaperNotPossible(
                _("The price of this quote has run out. Ask for a fresh quote first.")
            )
        purchase = ground.purchase
        organization = Organization.objects.get(pk=organization_id)
        agreement = Agreement(
            number="",
            quote=quote,
            purchase=purchase,
            price=quote.price or quote.subscription.price,
            organization=organization,
            seller=current_seller(),
            buyer=buyer_today(organization, account),
            po_number=(po_number or ground.po_number or account.po_number)[:30],
            cost_centre=(cost_centre or ground.cost_centre)[:60],
            effective_at=_effective_at(purchase),
            issued_at=now,
            issued_by=actor.label,
        )
        return _write(kind, agreement, actor, now)


def _effective_at(purchase: Purchase | None) -> datetime | None:
    return purchase.provisioned_at if purchase else None


def _write(
    kind: IssuedPaper.Kind, agreement: Agreement, actor: Actor, now: datetime
) -> IssuedPaper:
    build = order_form if kind == IssuedPaper.Kind.ORDER_FORM else amendment
    organization_id, quote = agreement.organization.pk, agreement.quote
    known = IssuedPaper.objects.filter(organization_id=organization_id, kind=kind)
    latest = known.filter(quote=quote).order_by("-number").first()
    if latest is not None:
        same = replace(agreement, number=str(latest), issued_at=latest.issued_at)
        if fingerprint(keep(lambda language: build(same, language))) == latest.fingerprint:
            return latest
    number = (known.aggregate(most=Max("number"))["most"] or 0) + 1
    numbered = replace(agreement, number=f"{IssuedPaper.PREFIXES[kind.value]}-{number}")
    content = keep(lambda language: build(numbered, language))
    paper = IssuedPaper.objects.create(
        organization_id=organization_id,
        kind=kind,
        number=number,
        quote=quote,
        purchase=agreement.purchase,
        quantity_from=quote.quantity_from,
        quantity_to=quote.quantity_to,
        currency=quote.currency,
        total_now_minor=quote.total_now_minor,
        next_invoice_minor=quote.next_invoice_minor,
        po_number=agreement.po_number,
        cost_centre=agreement.cost_centre,
        content=content,
        fingerprint=fingerprint(content),
        issued_by_id=actor.user_id,
        actor_label=actor.label[:200],
        issued_at=now,
    )
    record(
        actor=actor,
        verb=f"{kind.value}_issued",
        subject=paper,
        organization_id=organization_id,
        now=now,
        changes={"seats": [quote.quantity_from, quote.quantity_to]},
    )
    return paper
