"""Invitations: sent, sent again and taken back in Settings; accepted behind the link."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page, public
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import InvitationForm, JoinForm, add_domain_error
from accounts.models import Department, User
from accounts.selectors.settings import unanswered_invitations
from accounts.services.history import Actor
from accounts.services.invitations import invite_person, resend_invitation, revoke_invitation
from accounts.services.joining import (
    AccountExists,
    InvitationInvalid,
    InvitationLink,
    accept_as_new_user,
    accept_invitation,
    has_account,
    open_invitation,
    read_token,
)
from accounts.tenancy import organization_context
from accounts.views.answers import act, done, safe_next
from accounts.views.roles import chosen_role, role_choices


@organization_page(Permission.PEOPLE_MANAGE)
@require_safe
def settings_invitations(request: OrganizationRequest) -> HttpResponse:
    """List the invitations that nobody has answered yet."""
    return render(
        request,
        "accounts/settings_invitations.html",
        {
            "invitations": unanswered_invitations(),
            "now": timezone.now(),
            "tab": "settings_invitations",
        },
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_new(request: OrganizationRequest) -> HttpResponse:
    """Invite somebody, in a panel."""
    granter = request.membership.granter
    initial = {"role": "member", "with_seat": True, "email": request.GET.get("email", "")}
    form = InvitationForm(request.POST or None, roles=role_choices(granter), initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = chosen_role(form.cleaned_data.pop("role"))
        try:
            invitation = invite_person(
                organization_id=request.organization.pk,
                granter=granter,
                actor=Actor.of(request.user),
                now=timezone.now(),
                role=chosen.role,
                custom_role_id=chosen.custom_id,
                **form.cleaned_data,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("The invitation to %(email)s is on its way.") % {"email": invitation.email},
                safe_next(request, _list_address(request)),
            )
    return render(
        request,
        "accounts/invitation_new.html",
        {
            "form": form,
            "departments": Department.objects.all(),
            "next": safe_next(request, ""),
        },
        status=422 if form.is_bound else 200,
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_POST
def invitation_resend(request: OrganizationRequest, invitation_id: int) -> HttpResponse:
    """Send an invitation again, with a new link."""

    def resend() -> str:
        invitation = resend_invitation(
            organization_id=request.organization.pk,
            invitation_id=invitation_id,
            granter=request.membership.granter,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("A new link is on its way to %(email)s. The earlier one no longer works.") % {
            "email": invitation.email
        }

    return act(request, resend, _list_address(request))


@organization_page(Permission.PEOPLE_MANAGE)
@require_POST
def invitation_revoke(request: OrganizationRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""

    def revoke() -> str:
        revoke_invitation(
            organization_id=request.organization.pk,
            invitation_id=invitation_id,
            granter=request.membership.granter,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("The invitation is taken back; its link no longer works.")

    return act(request, revoke, _list_address(request))


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: with a new account, or with the one that the address has."""
    try:
        link = read_token(token)
        invitation = open_invitation(link=link, now=timezone.now())
    except InvitationInvalid as error:
        return render(request, "accounts/join_invalid.html", {"error": error}, status=410)
    context = {"invitation": invitation, "organization_name": invitation.organization.name}
    user: User | AnonymousUser = request.user
    if isinstance(user, User):
        if user.email.lower() != invitation.email.lower():
            return render(request, "accounts/join_somebody_else.html", context, status=403)
        if request.method == "POST":
            return _join(request, link, user, invitation.organization.name)
        return render(request, "accounts/join_confirm.html", context)
    if has_account(email=invitation.email):
        return render(request, "accounts/join_sign_in.html", context)
    form = JoinForm(
        request.POST or None,
        email=invitation.email,
        initial={"name": invitation.membership.name},
    )
    # The form reads the organization's own rule for passwords.
    with organization_context(invitation.organization_id):
        is_valid = request.method == "POST" and form.is_valid()
    if is_valid:
        try:
            user, _membership = accept_as_new_user(
                link=link,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                language=translation.get_language() or "",
                now=timezone.now(),
            )
        except AccountExists:
            return redirect(request.path)
        record_authentication(request, user, method="password", email=user.email)
        messages.success(request, _("Welcome. Your account is ready."))
        answer: HttpResponse = perform_login(request, user, redirect_url="/")
        return answer
    return render(
        request,
        "accounts/join_new.html",
        {**context, "form": form},
        status=422 if form.is_bound else 200,
    )


def _join(
    request: HttpRequest, link: InvitationLink, user: User, organization_name: str
) -> HttpResponse:
    def accept() -> str:
        accept_invitation(link=link, user=user, now=timezone.now())
        return _("Welcome to %(organization)s.") % {"organization": organization_name}

    return act(request, accept, "/")


def _list_address(request: OrganizationRequest) -> str:
    return reverse("settings_invitations", args=[request.organization.slug])
