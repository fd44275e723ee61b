"""Settings > Directory: connect an identity provider, choose what it decides, read its log."""

from django.db.models import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import OrganizationRole, Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.views.answers import act, done
from provisioning.forms import ConnectionForm, GroupForm
from provisioning.models import DirectoryGroup
from provisioning.selectors.directory import (
    groups_with_members,
    log_lines,
    standing,
    valid_tokens,
)
from provisioning.services.connections import (
    change_connection,
    issue_token,
    map_group,
    revoke_token,
)
from provisioning.services.following import connection_of


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings_directory(request: OrganizationRequest) -> HttpResponse:
    """Show how the connection stands; a form changes what the directory decides."""
    form = ConnectionForm(request.POST or None, instance=connection_of(request.organization.pk))
    if request.method == "POST" and form.is_valid():
        change_connection(
            organization_id=request.organization.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
            **form.cleaned_data,
        )
        return done(request, _("The choices are saved."), _home(request))
    return _page(request, form=form, status=422 if form.is_bound else 200)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_POST
def directory_token(request: OrganizationRequest) -> HttpResponse:
    """Make a token; it is shown in the answer and never again."""
    _token, secret = issue_token(
        organization_id=request.organization.pk,
        actor=Actor.of(request.user),
        now=timezone.now(),
        created_by=request.user,
    )
    form = ConnectionForm(instance=connection_of(request.organization.pk))
    return _page(request, form=form, secret=secret)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_POST
def directory_token_revoke(request: OrganizationRequest, token_id: int) -> HttpResponse:
    """Stop a token; the page asked before."""

    def revoke() -> str:
        token = revoke_token(
            organization_id=request.organization.pk,
            token_id=token_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("The token %(name)s no longer works.") % {"name": token}

    return act(request, revoke, _home(request))


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def directory_group(request: OrganizationRequest, group_id: int) -> HttpResponse:
    """Choose what being in a group means, in a panel."""
    try:
        group = DirectoryGroup.objects.get(pk=group_id)
    except ObjectDoesNotExist as error:
        raise Http404("No such group") from error
    granter = OrganizationRole(request.membership.role)
    form = GroupForm(request.POST or None, group=group, granter=granter)
    # A form of empty choices is sent with its token alone.
    if request.method == "POST" and form.is_valid():
        try:
            map_group(
                organization_id=request.organization.pk,
                group_id=group_id,
                granter=granter,
                actor=Actor.of(request.user),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("Members of “%(name)s” follow the new choice.") % {"name": group},
                _home(request),
            )
    return render(
        request,
        "provisioning/group.html",
        {"form": form, "group": group},
        status=422 if form.is_bound else 200,
    )


def _page(
    request: OrganizationRequest, *, form: ConnectionForm, secret: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    organization_id = request.organization.pk
    refused_only = request.GET.get("show") == "refused"
    return render(
        request,
        "provisioning/directory.html",
        {
            "form": form,
            "secret": secret,
            "standing": standing(organization_id=organization_id, now=now),
            "tokens": valid_tokens(organization_id=organization_id, now=now),
            "groups": groups_with_members(organization_id=organization_id)[:100],
            "log": log_lines(organization_id=organization_id, refused_only=refused_only),
            "refused_only": refused_only,
            "scim_address": request.build_absolute_uri(reverse("scim_base")),
            "tab": "settings_directory",
        },
        status=status,
    )


def _home(request: OrganizationRequest) -> str:
    return reverse("settings_directory", args=[request.organization.slug])
