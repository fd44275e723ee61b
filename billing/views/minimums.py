"""Minimums of plans: waived for one organization by the vendor, told by who needs fewer seats."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import OrganizationRequest, VendorRequest, organization_page, vendor_page
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record_staff_access
from billing.models import MinimumWaiver, Plan
from billing.selectors.minimums import abandoned_minimums, running_waivers
from billing.selectors.starting import price_of
from billing.services.minimums import end_waiver, note_abandoned_minimum, waive_minimum

_SHOWN = 50


class WaiverForm(forms.Form):
    """A smaller minimum of one plan."""

    plan = forms.ModelChoiceField(label=gettext_lazy("Plan"), queryset=Plan.objects.all())
    minimum_seats = forms.IntegerField(
        label=gettext_lazy("Least number of seats"), min_value=1, max_value=100_000
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The last day on which it holds. Who has begun keeps their seats."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


def waiver_context(organization: Organization, now: datetime) -> dict[str, Any]:
    """Return the context of `billing/minimum_section.html`, for the contract page."""
    return {
        "waivers": running_waivers(now).filter(organization_id=organization.pk),
        "abandoned": abandoned_minimums().filter(organization_id=organization.pk),
        "waiver_form": WaiverForm(initial={"ends_on": (now + timedelta(days=90)).date()}),
        "waiver_slug": organization.slug,
    }


@vendor_page(Permission.POLICIES_READ)
@require_safe
def minimums(request: VendorRequest) -> HttpResponse:
    """Show which minimums are waived, and who needed fewer seats than a plan sells."""
    return render(
        request,
        "billing/minimums.html",
        {
            "tab": "minimums",
            "waivers": running_waivers(timezone.now())[:_SHOWN],
            "abandoned": abandoned_minimums()[:_SHOWN],
            "may_read_contracts": may(request.vendor_role, Permission.CONTRACTS_READ),
        },
    )


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def minimum_waive(request: VendorRequest, account: str) -> HttpResponse:
    """Waive a plan's minimum for one organization."""
    organization = get_object_or_404(Organization, slug=account)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    form = WaiverForm(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            messages.error(request, f"{label}: {errors[0]}")
        return redirect("contract", organization.slug)
    given = form.cleaned_data
    after = datetime.combine(
        given["ends_on"] + timedelta(days=1), time(), ZoneInfo(organization.time_zone)
    )
    try:
        waive_minimum(
            organization_id=organization.pk,
            plan=given["plan"],
            minimum_seats=given["minimum_seats"],
            ends_at=after,
            reason=given["reason"],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(plan)s starts at %(n)s seats for %(name)s.")
            % {"plan": given["plan"], "n": given["minimum_seats"], "name": organization.name},
        )
    return redirect("contract", organization.slug)


@vendor_page(Permission.CONTRACTS_MANAGE)
@require_POST
def minimum_waiver_end(request: VendorRequest, waiver_id: int) -> HttpResponse:
    """Let the plan's own minimum hold again."""
    waiver = get_object_or_404(MinimumWaiver.objects.select_related("organization"), pk=waiver_id)
    organization = waiver.organization
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    try:
        end_waiver(
            organization_id=organization.pk,
            waiver_id=waiver_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ObjectDoesNotExist as error:
        raise Http404("No such waiver") from error
    messages.success(request, _("The plan's own minimum holds again."))
    return redirect("contract", organization.slug)


@organization_page(Permission.SEATS_BUY)
@require_POST
def fewer_seats(request: OrganizationRequest) -> HttpResponse:
    """Note that fewer seats are needed than the plan sells, and say what happens now."""
    slug = request.organization.slug
    sent = request.POST.get("seats", "")
    wanted = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 8 else 0
    try:
        price = price_of(
            request.organization, request.POST.get("plan", ""), request.POST.get("interval", "")
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("start", slug)
    noted = note_abandoned_minimum(
        organization_id=request.organization.pk,
        price=price,
        wanted_seats=wanted,
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    if noted is not None:
        messages.success(
            request,
            _("We know that you need %(n)s seats, and look whether %(plan)s can start there.")
            % {"n": wanted, "plan": price.plan},
        )
    return redirect("start", slug)
