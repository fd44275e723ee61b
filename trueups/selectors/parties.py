"""Who pays a true-up and how, and what a signature does; in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import format_money, number
from billing.models import Contract
from trueups.models import TrueUp, TrueUpLine


def pays_words(contract: Contract | None) -> str:
    """Return how an organization pays: by card, or by invoice within some days."""
    if contract is None or contract.collection != Contract.Collection.INVOICE:
        return _("By card")
    days = contract.net_days
    return ngettext("By invoice, %(n)s day", "By invoice, %(n)s days", days) % {"n": number(days)}


def void_words(true_up: TrueUp) -> str:
    """Return why a true-up was called off."""
    if true_up.void_reason == "no_annual_term":
        return _("No annual subscription was left when the quarter ended.")
    return true_up.void_reason


def consequence(true_up: TrueUp, contract: Contract | None, *, removed: int) -> str:
    """Return what signing does: to the money, the seats and the people."""
    told = [_money_words(true_up, contract)]
    last = true_up.lines.filter(takes_effect=TrueUpLine.Effect.NOW).last()
    if last is not None:
        told.append(
            ngettext(
                "The customer then has %(n)s seat.",
                "The customer then has %(n)s seats.",
                last.seats_to,
            )
            % {"n": number(last.seats_to)}
        )
    if removed:
        told.append(
            ngettext("%(n)s person loses the seat.", "%(n)s people lose their seats.", removed)
            % {"n": number(removed)}
        )
    return " ".join(told)


def _money_words(true_up: TrueUp, contract: Contract | None) -> str:
    total = true_up.total_minor
    if not total:
        return _("Nothing is charged.")
    facts = {"amount": format_money(abs(total), true_up.currency)}
    if total < 0:
        return _("Stripe credits %(amount)s and its tax to the balance of the customer.") % facts
    if contract is not None and contract.collection == Contract.Collection.INVOICE:
        facts["days"] = number(contract.net_days)
        return (
            _("Stripe invoices %(amount)s and tax, to be paid within %(days)s days as agreed.")
            % facts
        )
    return _("Stripe invoices %(amount)s and tax, and charges the card on file.") % facts
