"""The gate before every page of an organization: does this session open it?"""

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.access import OrganizationRequest, current_membership, signed_in
from accounts.models import Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from accounts.views.answers import asked_by_htmx, go_to, safe_next
from sso.domain.domains import domain_of
from sso.domain.doors import Door, door, is_guest, may_break_glass
from sso.forms import EmergencyForm
from sso.models import SsoConnection
from sso.selectors.doors import connection_of
from sso.selectors.people import leads, proven_domains
from sso.services.emergencies import enter_in_emergency
from sso.views.flow import keep_marks, marks_of


def sso_gate(request: OrganizationRequest) -> HttpResponseBase | None:
    """Let a page open, or lead to what opens it.

    The session and the organization say it without a query; only a session that an organization
    with single sign-on does not open costs one, for its domains.
    """
    organization = request.organization
    found = door(
        marks_of(request), organization_id=organization.pk, is_enforced=organization.sso_enforced
    )
    if found is Door.OPEN:
        return None
    if found is Door.ASK_SSO and _is_guest(request.user, organization):
        return None
    back = request.get_full_path()
    if asked_by_htmx(request):
        back = str(getattr(request, "htmx").current_url_abs_path or "")  # noqa: B009
    elif request.method not in ("GET", "HEAD"):
        back = ""
    query = urlencode({"organization": organization.slug, "next": back})
    return go_to(request, f"{reverse('sso_required')}?{query}")


def way_to_prove(request: HttpRequest) -> str | None:
    """Whom a connection alone signed in proves at its provider who they are."""
    marks = marks_of(request)
    if not marks.is_alone:
        return None
    for organization_id in sorted(marks.opened):
        if (connection := connection_of(organization_id)) is not None:
            return f"{reverse('sso_start', args=[connection.key])}?anew=1"
    return None


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def required(request: HttpRequest) -> HttpResponse:
    """Say what an organization asks for; an owner with a second factor enters in an emergency."""
    user, slug = request.user, request.GET.get("organization", "")
    if not isinstance(user, User):
        return redirect("home")
    organization, membership = current_membership(user, slug) if slug else (None, None)
    if organization is None or membership is None:
        return redirect("home")
    marks = marks_of(request)
    found = door(marks, organization_id=organization.pk, is_enforced=organization.sso_enforced)
    is_theirs = not _is_guest(user, organization)
    back = safe_next(request, reverse("home"))
    if found is Door.OPEN or (found is Door.ASK_SSO and not is_theirs):
        return redirect(back)
    with organization_context(organization.pk, user_id=user.pk):
        is_leading = leads(membership)
    may_enter = found is Door.ASK_SSO and may_break_glass(
        is_owner=is_leading,
        has_second_factor=any(
            entry.get("method") == "mfa" for entry in get_authentication_records(request, user)
        ),
        is_alone=marks.is_alone,
    )
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and may_enter and form.is_valid():
        enter_in_emergency(
            organization_id=organization.pk,
            membership=membership,
            reason=form.cleaned_data["reason"],
            actor=Actor.of(user),
            now=timezone.now(),
        )
        keep_marks(request, marks.with_emergency(organization.pk))
        return redirect(back)
    connection = connection_of(organization.pk) if is_theirs else None
    return render(
        request,
        "sso/required.html",
        {
            "asked": organization,
            "connection": connection,
            "address": _start(connection, back),
            "is_required": found is Door.ASK_SSO,
            "is_owner": is_leading,
            "may_enter": may_enter,
            "form": form,
            "next": back,
        },
        status=422 if form.is_bound else 200,
    )


def _start(connection: SsoConnection | None, back: str) -> str:
    if connection is None:
        return ""
    return f"{reverse('sso_start', args=[connection.key])}?{urlencode({'next': back})}"


def _is_guest(user: User, organization: Organization) -> bool:
    with organization_context(organization.pk):
        return is_guest(domain_of(user.email), proven_domains())
