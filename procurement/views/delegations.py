"""Who decides for me while I am away."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.templatetags.headroom import longdate
from accounts.views.answers import done
from procurement.forms import DelegationForm
from procurement.selectors.delegations import given_by, given_to
from procurement.selectors.rules import members_who_approve
from procurement.services.policies import DelegationNotFound, delegate, end_delegation


@organization_page(Permission.REQUESTS_APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def approval_delegation(request: OrganizationRequest) -> HttpResponse:
    """Show who stands in for the reader and for whom the reader does; name somebody."""
    organization, own, now = request.organization, request.membership, timezone.now()
    form = DelegationForm(
        request.POST or None, members=members_who_approve(organization.pk), own_id=own.pk
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = delegate(
                organization_id=organization.pk,
                from_member_id=own.pk,
                to_member_id=int(form.cleaned_data["to_member"]),
                from_on=form.cleaned_data["from_on"],
                until_on=form.cleaned_data["until_on"],
                actor=Actor.of(request.user),
                now=now,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("%(name)s decides for you until %(day)s.")
                % {
                    "name": row.to_member.display_name,
                    "day": longdate(form.cleaned_data["until_on"]),
                },
                reverse("approval_delegation", args=[organization.slug]),
            )
    return render(
        request,
        "procurement/delegation.html",
        {
            "tab": "delegation",
            "form": form,
            "given": given_by(organization.pk, own.pk, now),
            "got": given_to(organization.pk, own.pk, now),
        },
        status=422 if form.is_bound else 200,
    )


@organization_page(Permission.REQUESTS_APPROVE)
@require_POST
def approval_delegation_end(request: OrganizationRequest, delegation_id: int) -> HttpResponse:
    """Take a delegation of one's own back."""
    try:
        end_delegation(
            organization_id=request.organization.pk,
            delegation_id=delegation_id,
            from_member_id=request.membership.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DelegationNotFound as error:
        raise Http404("No such delegation") from error
    return done(
        request,
        _("You decide yourself again."),
        reverse("approval_delegation", args=[request.organization.slug]),
    )
