"""Views of the list of people that readers keep: save, share, delete with an undo."""

from urllib.parse import urlsplit

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.views.answers import act, asked_by_htmx, done, safe_next
from seats.selectors.saved_views import saved_views
from seats.services.saved_views import delete_view, restore_view, save_view, share_view
from seats.views.people import people_region


@organization_page(Permission.PEOPLE_READ, narrows=True)
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: OrganizationRequest) -> HttpResponse:
    """Keep what the list shows under a name, and tidy up what was kept, in a panel."""
    error = ""
    people = reverse("people", args=[request.organization.slug])
    back = safe_next(request, people)
    if request.method == "POST":
        try:
            view = save_view(
                organization_id=request.organization.pk,
                name=request.POST.get("name", "").replace("\x00", ""),
                query=urlsplit(back).query,
                is_shared=request.POST.get("is_shared") == "1",
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as refusal:
            error = str(refusal)
        else:
            return done(request, _("The view “%(name)s” is saved.") % {"name": view.name}, back)
    kept = saved_views(organization_id=request.organization.pk, user_id=request.user.pk)
    return render(
        request,
        "seats/saved_views.html",
        {
            "mine": [view for view in kept if view.owner_id == request.user.pk],
            "name": request.POST.get("name", ""),
            "is_shared": request.POST.get("is_shared") == "1",
            "error": error,
            "next": back,
        },
        status=422 if error else 200,
    )


@organization_page(Permission.PEOPLE_READ, narrows=True)
@require_POST
def view_share(request: OrganizationRequest, view_id: int) -> HttpResponse:
    """Let the other admins see one's view, or keep it to oneself again."""
    is_shared = request.POST.get("is_shared") == "1"

    def share() -> str:
        view = share_view(
            organization_id=request.organization.pk,
            view_id=view_id,
            is_shared=is_shared,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        sentence = (
            _("Other admins see the view “%(name)s” now.")
            if is_shared
            else _("Only you see the view “%(name)s” now.")
        )
        return sentence % {"name": view.name}

    return act(request, share, safe_next(request, reverse("people", args=[_slug(request)])))


@organization_page(Permission.PEOPLE_READ, narrows=True)
@require_POST
def view_delete(request: OrganizationRequest, view_id: int) -> HttpResponse:
    """Delete one's view; with `undo` in the address, bring it back."""
    is_undo = "undo" in request.GET
    change = restore_view if is_undo else delete_view
    try:
        view = change(
            organization_id=request.organization.pk,
            view_id=view_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except ObjectDoesNotExist as error:
        raise Http404("No such view") from error
    except DomainError as refusal:
        return people_region(request, message=str(refusal), status=409)
    words = _("The view “%(name)s” is back.") if is_undo else _("The view “%(name)s” is deleted.")
    message = words % {"name": view.name}
    if asked_by_htmx(request):
        undo_url = "" if is_undo else f"{request.path}?undo=1"
        return people_region(request, message=message, undo_url=undo_url)
    return done(request, message, safe_next(request, reverse("people", args=[_slug(request)])))


def _slug(request: OrganizationRequest) -> str:
    return request.organization.slug
