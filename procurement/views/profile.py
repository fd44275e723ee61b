"""How an organization buys: written by the customer, proposed by the account manager."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, VendorRequest, organization_page, vendor_page
from accounts.domain.roles import Permission, may
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record_staff_access
from accounts.templatetags.headroom import longdate, number
from accounts.views.answers import act, done
from procurement.models import Paper
from procurement.models.profile import ProfileProposal
from procurement.planning_forms import ProfileForm, ProposalForm, profile_initial
from procurement.selectors.calendar import buying_calendar, profile_of, today_of
from procurement.selectors.planning import plan_rows
from procurement.services.profile import (
    FreezeDetails,
    ProfileDetails,
    answer_proposal,
    change_profile,
    current_details,
    propose_profile,
)
from procurement.views.planning_words import row_words


def detail_words(details: ProfileDetails) -> dict[str, str]:
    """Return a profile by label, in words."""
    months = {value: str(name) for value, name in MONTHS.items()}
    papers = {str(value): str(name) for value, name in Paper.choices}
    return {
        _("Fiscal year starts in"): months[details.fiscal_start_month],
        _("Lead time in days"): number(details.lead_days),
        _("Budget is asked in"): ", ".join(months[month] for month in details.budget_months)
        or _("any month"),
        _("Nothing is bought in"): "; ".join(map(_freeze_words, details.freezes)) or _("no time"),
        _("Procurement contact"): ", ".join(
            part
            for part in (details.contact_name, details.contact_email, details.contact_phone)
            if part
        )
        or "–",
        _("Cost centres"): ", ".join(details.cost_centres) or "–",
        _("Documents you need"): ", ".join(papers[paper] for paper in details.papers) or "–",
    }


def _freeze_words(freeze: FreezeDetails) -> str:
    days = f"{longdate(freeze.first_on)} – {longdate(freeze.last_on)}"
    every = f", {_('every year')}" if freeze.every_year else ""
    return f"{freeze.name} ({days}{every})"


def proposal_rows(proposal: ProfileProposal, current: ProfileDetails) -> list[dict[str, str]]:
    """Return what a proposal changes, before and after."""
    before = detail_words(current)
    after = detail_words(ProfileDetails.of_json(proposal.proposed))
    return [
        {"label": label, "before": before[label], "after": after[label]}
        for label in after
        if before[label] != after[label]
    ]


@organization_page(Permission.SETTINGS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def buying_profile(request: OrganizationRequest) -> HttpResponse:
    """Show how the organization buys; who manages the settings changes it."""
    organization = request.organization
    may_change = request.may(Permission.SETTINGS_MANAGE)
    current = current_details(organization.pk)
    form = ProfileForm(request.POST or None, initial=profile_initial(current))
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    elif request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            change_profile(
                organization_id=organization.pk,
                details=form.details(),
                actor=Actor.of(request.user),
                now=now,
                today=today_of(organization, now),
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return done(
                request,
                _("Saved. Plans have their new days."),
                reverse("planning", args=[organization.slug]),
            )
    proposal = ProfileProposal.objects.filter(
        organization_id=organization.pk, state=ProfileProposal.State.OPEN
    ).first()
    return render(
        request,
        "procurement/profile.html",
        {
            "tab": "profile",
            "form": form,
            "profile": profile_of(organization.pk),
            "may_change": may_change,
            "proposal": proposal,
            "proposal_rows": proposal_rows(proposal, current) if proposal else [],
        },
        status=422 if form.errors and may_change else 200,
    )


@organization_page(Permission.SETTINGS_MANAGE)
@require_POST
def proposal_answer(request: OrganizationRequest, proposal_id: int) -> HttpResponse:
    """Accept or decline what the account manager proposed."""
    accept = request.POST.get("answer") == "accept"
    organization, now = request.organization, timezone.now()
    get_object_or_404(ProfileProposal, pk=proposal_id, organization_id=organization.pk)

    def answer() -> str:
        answer_proposal(
            organization_id=organization.pk,
            proposal_id=proposal_id,
            accept=accept,
            actor=Actor.of(request.user),
            now=now,
            today=today_of(organization, now),
        )
        return (
            _("The proposal is taken over. Plans have their new days.")
            if accept
            else _("The proposal is declined; nothing changed.")
        )

    return act(request, answer, reverse("buying_profile", args=[organization.slug]))


@vendor_page(Permission.PORTFOLIO_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def vendor_buying_profile(request: VendorRequest, account: str) -> HttpResponse:
    """Show the account manager how an organization buys, and let them propose a change."""
    organization = get_object_or_404(Organization, slug=account)
    record_staff_access(user=request.user, page=request.path, organization_id=organization.pk)
    may_propose = may(request.vendor_role, Permission.TASKS_WORK)
    current = current_details(organization.pk)
    proposal = ProfileProposal.objects.filter(
        organization_id=organization.pk, state=ProfileProposal.State.OPEN
    ).first()
    shown = ProfileDetails.of_json(proposal.proposed) if proposal else current
    form = ProposalForm(
        request.POST or None,
        initial={**profile_initial(shown), "note": proposal.note if proposal else ""},
    )
    now = timezone.now()
    today = today_of(organization, now)
    if request.method == "POST" and may_propose and form.is_valid():
        try:
            propose_profile(
                organization_id=organization.pk,
                details=form.details(),
                note=form.cleaned_data["note"],
                actor=Actor.of(request.user),
                now=now,
                today=today,
            )
        except DomainError as error:
            about = error.details.get("about")
            form.add_error(about if about == "note" else None, str(error))
        else:
            messages.success(request, _("Proposed. The customer decides on their page."))
            return redirect("vendor_buying_profile", organization.slug)
    return render(
        request,
        "procurement/vendor_profile.html",
        {
            "account_organization": organization,
            "words": detail_words(current),
            "profile": profile_of(organization.pk),
            "rows": _rows(organization, today),
            "form": form,
            "proposal": proposal,
            "proposal_rows": proposal_rows(proposal, current) if proposal else [],
            "may_propose": may_propose,
        },
        status=422 if form.errors else 200,
    )


def _rows(organization: Organization, today: date) -> list[tuple[Any, dict[str, Any]]]:
    rows = plan_rows(organization.pk, buying_calendar(organization.pk), today)
    return [(row, row_words(row)) for row in rows]
