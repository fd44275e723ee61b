"""Requests in words: what is asked for, what it costs, what moved since."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import format_money, number
from procurement.domain.repricing import Moved
from procurement.models import PurchaseRequest

_Kind = PurchaseRequest.Kind


def what_is_asked(request: PurchaseRequest) -> str:
    """Return what a request is for: 5 more seats, plan Scale."""
    if request.kind == _Kind.START and request.price is not None:
        return ngettext(
            "%(n)s seat of plan %(plan)s", "%(n)s seats of plan %(plan)s", request.quantity_to
        ) % {"n": number(request.quantity_to), "plan": request.price.plan.name}
    added = request.seats
    seats = ngettext("%(n)s more seat", "%(n)s more seats", added) % {"n": number(added)}
    if request.price is None:
        if request.kind == _Kind.RENEWAL:
            return _("%(seats)s from the renewal on") % {"seats": seats}
        return seats
    plan = _("plan %(plan)s, %(interval)s") % {
        "plan": request.price.plan.name,
        "interval": request.price.get_interval_display(),
    }
    if request.kind == _Kind.RENEWAL:
        plan = _("%(plan)s from the renewal on") % {"plan": plan}
    return f"{plan}, {seats}" if added > 0 else plan


def amount_words(request: PurchaseRequest) -> list[str]:
    """Return what it costs, a sentence for each figure."""
    amounts = {
        "now": format_money(request.now_minor, request.currency),
        "next": format_money(request.recurring_minor, request.currency),
        "year": format_money(max(request.annual_minor, 0), request.currency),
    }
    if request.kind == _Kind.START:
        return [_("First invoice: %(now)s before tax.") % amounts]
    sentences = []
    if request.kind == _Kind.PURCHASE:
        sentences.append(_("To pay now: %(now)s with tax.") % amounts)
    sentences.append(_("Invoice from the renewal on: %(next)s with tax.") % amounts)
    if request.annual_minor > 0:
        sentences.append(_("That is %(year)s more a year before tax.") % amounts)
    return sentences


def difference_rows(request: PurchaseRequest) -> list[dict[str, Any]]:
    """Return what moved between approval and purchase: label, approved, today, in figures."""
    rows = []
    for stored in request.differences:
        what = Moved(stored["what"])
        is_money = what in (Moved.NOW, Moved.RECURRING)

        def shown(value: int, is_money: bool = is_money) -> str:
            return format_money(value, request.currency) if is_money else number(value)

        rows.append(
            {
                "label": _labels()[what],
                "approved": shown(stored["approved"]),
                "today": shown(stored["today"]),
                "delta": shown(abs(stored["today"] - stored["approved"])),
                "is_more": stored["today"] > stored["approved"],
                "stops": stored["stops"],
            }
        )
    return rows


def difference_sentences(request: PurchaseRequest) -> list[str]:
    """Return what moved, a sentence for each figure that stopped the purchase."""
    found = [
        _("%(label)s: %(today)s today instead of the approved %(approved)s, %(delta)s more.") % row
        if row["is_more"]
        else _("%(label)s: %(today)s today instead of the approved %(approved)s, %(delta)s less.")
        % row
        for row in difference_rows(request)
        if row["stops"]
    ]
    return [*found, request.problem] if request.problem else found


def _labels() -> dict[Moved, str]:
    return {
        Moved.CURRENCY: _("Currency"),
        Moved.SEATS_BEFORE: _("Seats before the purchase"),
        Moved.SEATS_AFTER: _("Seats after the purchase"),
        Moved.NOW: _("To pay now"),
        Moved.RECURRING: _("Invoice from the renewal on"),
    }
