"""The weekly mail: chosen or given up by each person, and ended by the link of a mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import OrganizationRequest, organization_page, public
from accounts.domain.roles import Permission
from accounts.services.history import Actor
from accounts.views.answers import done
from seats.models import WeeklyMailReader
from seats.selectors.weekly import headline, sentences, weekly_figures
from seats.services.weekly_mail import (
    LinkInvalid,
    choose_weekly_mail,
    reader_of_link,
    unsubscribe,
)


@organization_page(Permission.USAGE_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_mail(request: OrganizationRequest) -> HttpResponse:
    """Show what the mail would say today; let the reader have it or not."""
    organization = request.organization
    if request.method == "POST":
        wants = request.POST.get("wants") == "yes"
        choose_weekly_mail(
            organization_id=organization.pk,
            membership_id=request.membership.pk,
            wants=wants,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        said = _("The mail comes on Mondays at eight.") if wants else _("No mail comes any more.")
        return done(request, said, reverse("weekly_mail", args=[organization.slug]))
    figures = weekly_figures(organization_id=organization.pk, now=timezone.now())
    context = {
        "tab": "weekly_mail",
        "wants": WeeklyMailReader.objects.filter(
            organization=organization, membership=request.membership
        ).exists(),
        "headline": headline(figures),
        "sentences": sentences(figures),
    }
    return render(request, "seats/weekly_mail.html", context)


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_mail_end(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then end the weekly mail of who the link names.

    A mail program may post without asking (RFC 8058); the signature of the link stands for the
    person, so no cookie is needed.
    """
    try:
        if request.method == "POST":
            organization, is_done = unsubscribe(token=token, now=timezone.now()), True
        else:
            organization, is_done = reader_of_link(token)[0], False
    except LinkInvalid as error:
        return render(
            request, "seats/weekly_mail_end.html", {"refusal": str(error)}, status=error.status
        )
    context = {"name": organization.name, "is_done": is_done}
    return render(request, "seats/weekly_mail_end.html", context)
