"""The price designer: drafts as editable tiers beside their curve; the server computes it all."""

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from billing.domain.period import Interval
from billing.domain.price_design import LARGEST_QUANTITY
from billing.domain.price_table import AboveMaximum
from billing.models import Plan, Price, PriceDraft
from billing.selectors.catalog import (
    beside,
    comparable,
    counterpart_table,
    find_draft,
    find_price,
    price_on_sale,
)
from billing.selectors.designer import CURRENCIES, analyse
from billing.services.drafts import (
    DraftNameTaken,
    DraftTerms,
    begin_draft,
    change_draft,
    discard_draft,
    draft_after,
    publish_draft,
)
from billing.tasks import sync_prices
from billing.views.amounts import Unreadable, number_from_text
from billing.views.designer_form import DesignerForm
from billing.views.prices import curve_response

_LONGEST_REASON: Final = 300


def _draft(draft_id: int) -> PriceDraft:
    found = find_draft(draft_id)
    if found is None:
        raise Http404("No such draft")
    return found


def _context(draft: PriceDraft, form: DesignerForm, data: QueryDict) -> dict[str, Any]:
    """What the designer shows of a form; nothing of it is stored."""
    choices = comparable(draft)
    chosen = data.get("compare", choices[0][0] if choices else "")
    terms = form.terms()
    quantity, try_error = _tried(data.get("try", ""), terms)
    return {
        "draft": draft,
        "form": form,
        "choices": choices,
        "chosen": chosen,
        "tried_text": data.get("try", "")[:12],
        "try_error": try_error,
        "revision": data.get("revision", draft.revision),
        "analysis": terms
        and analyse(
            terms.table,
            Interval(draft.interval),
            floor_minor=terms.floor_minor,
            beside=beside(draft, chosen),
            counterpart=counterpart_table(draft),
            quantity=quantity,
        ),
        "schemes": Price.Scheme.choices,
    }


def _tried(text: str, terms: DraftTerms | None) -> tuple[int | None, str]:
    """The quantity being tried, or why it cannot be."""
    if terms is None or not text.strip():
        return None, ""
    try:
        quantity = number_from_text(text, least=0, most=LARGEST_QUANTITY)
        terms.table.tier_of(quantity)
    except Unreadable as error:
        return None, str(error)
    except AboveMaximum as error:
        return None, _("No tier reaches %(n)s seats.") % {"n": error.quantity}
    return quantity, ""


@vendor_page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "POST"])
def draft(request: VendorRequest, draft_id: int) -> HttpResponse:
    """Show a draft; add and remove rows without saving, or save."""
    found = _draft(draft_id)
    if not found.is_open:
        return _ended(request, found)
    if request.method != "POST":
        form = DesignerForm.of_draft(found)
        return render(request, "billing/designer.html", _context(found, form, request.GET))
    form = DesignerForm.posted(request.POST, found.currency)
    if "add" in request.POST:
        form.add_row()
    elif "remove" in request.POST:
        form.remove_row(_index(request.POST["remove"]))
    else:
        return _save(request, found, form)
    context = _context(found, form, request.POST)
    context["focus"] = len(form.rows) if "add" in request.POST else 0
    return render(request, "billing/designer.html", context)


def _index(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1


def _ended(request: VendorRequest, draft: PriceDraft) -> HttpResponseRedirect:
    if draft.published_price_id:
        return redirect("price", draft.published_price_id)
    messages.info(request, _("This draft was discarded."))
    return redirect("prices")


def _save(request: VendorRequest, draft: PriceDraft, form: DesignerForm) -> HttpResponse:
    context = _context(draft, form, request.POST)
    terms = form.terms()
    if terms is None:
        return render(request, "billing/designer.html", context, status=422)
    try:
        change_draft(
            draft_id=draft.pk,
            revision=_index(request.POST.get("revision", "")),
            terms=terms,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DraftNameTaken as error:
        form.errors["name"] = str(error)
        return render(request, "billing/designer.html", context, status=422)
    except DomainError as error:
        return render(
            request, "billing/designer.html", context | {"error": error}, status=error.status
        )
    messages.success(request, _("Saved."))
    keep = {key: request.POST[key] for key in ("compare", "try") if request.POST.get(key)}
    return redirect(f"{reverse('price_draft', args=[draft.pk])}?{urlencode(keep)}".rstrip("?"))


@vendor_page(Permission.CATALOG_MANAGE)
@require_POST
def draft_analysis(request: VendorRequest, draft_id: int) -> HttpResponse:
    """Return the curve, the warnings and the errors of what is typed right now."""
    found = _draft(draft_id)
    form = DesignerForm.posted(request.POST, found.currency)
    return render(
        request,
        "billing/designer_live.html",
        _context(found, form, request.POST) | {"is_live": True},
    )


@vendor_page(Permission.CATALOG_MANAGE)
@require_safe
def draft_curve(request: VendorRequest, draft_id: int, format: str) -> HttpResponse:
    """Return the curve of a draft, as it was last saved, as a file."""
    found = _draft(draft_id)
    return curve_response(f"draft-{found.plan.code}-{found.pk}", format, found.table())


@vendor_page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "POST"])
def draft_new(request: VendorRequest, plan_id: int) -> HttpResponse:
    """Ask for currency, interval and name, then begin a draft from what is on sale."""
    plan = get_object_or_404(Plan, pk=plan_id)
    data = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {
        "plan": plan,
        "currencies": CURRENCIES,
        "intervals": Price.Interval.choices,
        "currency": data.get("currency", CURRENCIES[0]),
        "interval": data.get("interval", Price.Interval.MONTH.value),
        "name": data.get("name", "").replace("\x00", "").strip(),
    }
    if request.method != "POST":
        return render(request, "billing/draft_new.html", context)
    if context["currency"] not in CURRENCIES or context["interval"] not in Price.Interval.values:
        context["error"] = _("Choose a currency and an interval.")
    elif not 0 < len(context["name"]) <= 80:
        context["error"] = _("Give the draft a name of up to 80 characters.")
    else:
        try:
            begun = begin_draft(
                plan=plan,
                interval=Interval(context["interval"]),
                currency=context["currency"],
                name=context["name"],
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
            return redirect("price_draft", begun.pk)
        except DraftNameTaken as error:
            context["error"] = str(error)
    return render(request, "billing/draft_new.html", context, status=422)


@vendor_page(Permission.CATALOG_MANAGE)
@require_POST
def draft_from_price(request: VendorRequest, price_id: int) -> HttpResponse:
    """Begin the next version from a price; a second time, go on with what was begun."""
    found = find_price(price_id)
    if found is None:
        raise Http404("No such price")
    begun = draft_after(price=found, actor=Actor.of(request.user), now=timezone.now())
    return redirect("price_draft", begun.pk)


@vendor_page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "POST"])
def draft_publish(request: VendorRequest, draft_id: int) -> HttpResponse:
    """Say who is affected, then put the draft on sale."""
    found = _draft(draft_id)
    if not found.is_open:
        return _ended(request, found)
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:_LONGEST_REASON]
    table = found.table()
    context: dict[str, Any] = {
        "draft": found,
        "table": table,
        "replaced": price_on_sale(
            plan=found.plan, interval=found.interval, currency=found.currency
        ),
        "analysis": analyse(
            table,
            Interval(found.interval),
            floor_minor=found.floor_minor,
            counterpart=counterpart_table(found),
        ),
        "reason": reason,
    }
    if request.method != "POST":
        return render(request, "billing/draft_publish.html", context)
    try:
        published = publish_draft(
            draft_id=draft_id,
            revision=_index(request.POST.get("revision", "")),
            actor=Actor.of(request.user),
            now=timezone.now(),
            reason=reason,
        )
    except DomainError as error:
        return render(
            request, "billing/draft_publish.html", context | {"error": error}, status=error.status
        )
    transaction.on_commit(sync_prices.delay)
    messages.success(request, _("%(price)s is on sale.") % {"price": published})
    return redirect("price", published.pk)


@vendor_page(Permission.CATALOG_MANAGE)
@require_POST
def draft_discard(request: VendorRequest, draft_id: int) -> HttpResponse:
    """Put a draft away for good; the page asks first."""
    found = _draft(draft_id)
    if not found.is_open:
        return _ended(request, found)
    discard_draft(draft_id=draft_id, actor=Actor.of(request.user), now=timezone.now())
    messages.success(request, _("%(name)s is discarded.") % {"name": found.name})
    return redirect("prices")
