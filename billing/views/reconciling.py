"""Finance looks at what does not agree with Stripe, and repairs it."""

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import VendorRequest, staff_scope, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.exports import table_response, wanted_format
from accounts.models import Organization
from accounts.services.history import Actor, record_staff_access
from billing.domain.repairs import Repair
from billing.gateways.stripe import GatewayError
from billing.models import Difference, ReconciliationRun, Stranger
from billing.selectors import bounds, vendor
from billing.selectors import reconciling as selectors
from billing.services.reconciliation import RunUnderWay, request_run
from billing.services.reconciliation.repairing import look_again_at, repair_difference
from billing.services.reconciliation.strangers import accept_stranger, link_customer
from billing.tasks import reconcile

_MOST_ROWS: Final = 200


def _text(request: HttpRequest, name: str, length: int = 200) -> str:
    given = request.GET if request.method in ("GET", "HEAD") else request.POST
    return given.get(name, "").replace("\x00", "").strip()[:length]


@vendor_page(Permission.RECONCILIATION_READ)
@require_safe
def reconciliation(request: VendorRequest) -> HttpResponse:
    """Show what does not agree first, then what was compared and when."""
    search, kind = _text(request, "q"), _text(request, "kind")
    state = _text(request, "state") or Difference.State.OPEN.value
    found = selectors.differences(state=state, kind=kind, search=search)[:_MOST_ROWS]
    counts = selectors.state_counts(search=search)
    run, matches = vendor.latest_run(), vendor.purchase_matches(search=search)
    keep = {name: value for name, value in (("q", search), ("kind", kind)) if value}
    query = urlencode(keep | {"state": state})
    return render(
        request,
        "billing/reconciliation.html",
        {
            "rows": selectors.rows(found),
            "open_count": selectors.state_counts().get("open", 0),
            "state": state,
            "states": [
                {
                    "label": capfirst(str(label)),
                    "url": "?" + urlencode(keep | {"state": value}),
                    "count": counts.get(value, 0),
                    "current": value == state,
                }
                for value, label in Difference.State.choices
            ],
            "kinds": [
                {"value": v, "label": capfirst(str(label)), "chosen": v == kind}
                for v, label in Difference.Kind.choices
            ],
            "search": search,
            "strangers": selectors.strangers(),
            "differing": [match for match in matches if not match.agrees],
            "equal": [match for match in matches if match.agrees],
            "incidents": vendor.open_incidents(),
            "waiting": bounds.waiting_count(),
            "run": run,
            "stages": selectors.stage_lines(run) if run else [],
            "not_seen": selectors.stage_names(run.not_seen) if run else [],
            "runs": [(r, selectors.duration(r)) for r in selectors.runs()],
            "csv_url": f"{reverse('differences_export', args=['csv'])}?{query}",
            "xlsx_url": f"{reverse('differences_export', args=['xlsx'])}?{query}",
        }
        | _progress(),
    )


def _progress() -> dict[str, Any]:
    run = selectors.unfinished_run()
    if run is None:
        return {"running": None}
    share = min(100, 100 * run.done // run.total) if run.total else 0
    return {
        "running": run,
        "running_stage": selectors.stage_names([run.stage])[0] if run.stage else "",
        "running_percent": share,
    }


@vendor_page(Permission.RECONCILIATION_READ)
@require_safe
def reconciliation_progress(request: VendorRequest) -> HttpResponse:
    """Show how far the comparison is; once it has ended, the page is loaded again."""
    context = _progress()
    response = render(request, "billing/reconciliation_progress.html", context)
    if context["running"] is None:
        response["HX-Refresh"] = "true"
    return response


@vendor_page(Permission.RECONCILIATION_MANAGE)
@require_POST
def reconciliation_run(request: VendorRequest) -> HttpResponse:
    """Compare with Stripe again: everything, or the organization that is named."""
    named = _text(request, "organization")
    organization = get_object_or_404(Organization, slug=named) if named else None
    try:
        run: ReconciliationRun = request_run(
            actor=Actor.of(request.user), now=timezone.now(), organization=organization
        )
    except RunUnderWay as busy:
        messages.info(request, str(busy))
        return redirect("reconciliation")
    transaction.on_commit(lambda: reconcile.delay(run.pk))
    messages.success(request, _("The comparison has started. It takes a moment."))
    return redirect("reconciliation")


@vendor_page(Permission.RECONCILIATION_READ, recent=Recent.EXPORTING)
@require_safe
def differences_export(request: VendorRequest, format: str) -> HttpResponse:
    """Return the differences of the filter as a file."""
    found = selectors.differences(
        state=_text(request, "state"), kind=_text(request, "kind"), search=_text(request, "q")
    )
    return table_response(
        "differences",
        wanted_format(format),
        [
            _("Organization"),
            _("What"),
            _("About"),
            _("Ours"),
            _("Stripe's"),
            _("State"),
            _("First seen"),
            _("Last seen"),
            _("Times seen"),
            _("Repair"),
            _("Reason"),
            _("By"),
        ],
        (
            [
                row.difference.organization.name,
                row.what,
                row.about,
                row.ours,
                row.theirs,
                row.difference.get_state_display(),
                row.difference.first_seen_at,
                row.difference.last_seen_at,
                row.difference.times_seen,
                selectors.repair_label(row.difference.repair),
                row.difference.note,
                str(row.difference.ended_by or ""),
            ]
            for row in selectors.rows(found)
        ),
    )


@vendor_page(Permission.RECONCILIATION_READ)
@require_safe
def difference(request: VendorRequest, difference_id: int) -> HttpResponse:
    """Show one difference: both sides, what repairs it, what happened so far."""
    found = get_object_or_404(selectors.differences(), pk=difference_id)
    record_staff_access(user=request.user, page=request.path, organization_id=found.organization_id)
    suggestion = selectors.suggestion_for(found)
    return render(
        request,
        "billing/difference.html",
        {
            "row": selectors.rows([found])[0],
            "difference": found,
            "suggestion": selectors.suggestion_words(suggestion),
            "ways": selectors.ways(suggestion),
            "facts": selectors.facts(found),
            "timeline": selectors.timeline(found),
            "repair_label": selectors.repair_label(found.repair),
            "waits_for_second": found.state == "open" and found.proposed_by_id is not None,
        },
    )


@vendor_page(Permission.RECONCILIATION_MANAGE, transaction=False)
@require_POST
def difference_repair(request: VendorRequest, difference_id: int) -> HttpResponse:
    """Repair a difference as the person confirmed."""
    found = _read(request, difference_id)
    chosen = _text(request, "repair")
    if chosen not in Repair:
        messages.error(request, _("Choose what to do."))
        return redirect("difference", difference_id)
    try:
        after = repair_difference(
            organization_id=found.organization_id,
            difference_id=found.pk,
            repair=Repair(chosen),
            note=_text(request, "note", 500),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    except GatewayError:
        messages.error(request, _stripe_is_silent())
    else:
        messages.success(request, _outcome(after))
    return redirect("difference", difference_id)


@vendor_page(Permission.RECONCILIATION_MANAGE, transaction=False)
@require_POST
def difference_look(request: VendorRequest, difference_id: int) -> HttpResponse:
    """Ask Stripe whether a difference is still there."""
    found = _read(request, difference_id)
    try:
        after = look_again_at(
            organization_id=found.organization_id, difference_id=found.pk, now=timezone.now()
        )
    except GatewayError:
        messages.error(request, _stripe_is_silent())
    else:
        messages.success(request, _outcome(after))
    return redirect("difference", difference_id)


def _read(request: VendorRequest, difference_id: int) -> Difference:
    with staff_scope(request):
        return get_object_or_404(Difference, pk=difference_id)


def _stripe_is_silent() -> str:
    return _("Stripe did not answer. Nothing is lost: try again in a moment.")


def _outcome(row: Difference) -> str:
    match row.state:
        case Difference.State.REPAIRED:
            return _("It is repaired: both sides agree.")
        case Difference.State.GONE:
            return _("Both sides agree by now; there was nothing to repair.")
        case Difference.State.ACCEPTED:
            return _("It is accepted as it is.")
    if row.proposed_by_id is not None:
        return _("The repair is proposed. Somebody else has to confirm it.")
    return _("It is still there.")


@vendor_page(Permission.RECONCILIATION_READ)
@require_safe
def stranger(request: VendorRequest, stranger_id: int) -> HttpResponse:
    """Show an object at Stripe that belongs to nobody, and whom it could be linked to."""
    found = get_object_or_404(selectors.strangers(state=""), pk=stranger_id)
    suggestion = selectors.stranger_suggestion(found)
    return render(
        request,
        "billing/stranger.html",
        {
            "stranger": found,
            "suggestion": selectors.suggestion_words(suggestion),
            "can_be_linked": suggestion.repair is Repair.LINK_CUSTOMER,
            "organizations": Organization.objects.filter(billing_account__isnull=True).order_by(
                "name"
            )
            | Organization.objects.filter(billing_account__stripe_customer_id="").order_by("name"),
            "may_manage": may(request.vendor_role, Permission.RECONCILIATION_MANAGE),
        },
    )


@vendor_page(Permission.RECONCILIATION_MANAGE, transaction=False)
@require_POST
def stranger_end(request: VendorRequest, stranger_id: int) -> HttpResponse:
    """Link a customer to the chosen organization, or accept the object as it is."""
    with staff_scope(request):
        found = get_object_or_404(Stranger, pk=stranger_id)
        named = _text(request, "organization")
        organization = Organization.objects.filter(slug=named).first() if named else None
    if named and organization is None:
        raise Http404("No such organization")
    given: dict[str, Any] = {
        "stranger_id": found.pk,
        "note": _text(request, "note", 500),
        "actor": Actor.of(request.user),
        "now": timezone.now(),
    }
    try:
        if organization is not None:
            link_customer(organization=organization, **given)
        else:
            accept_stranger(**given)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    except GatewayError:
        messages.error(request, _stripe_is_silent())
    else:
        messages.success(request, _("It is written down."))
    return redirect("stranger", stranger_id)
