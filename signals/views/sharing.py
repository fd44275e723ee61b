"""Shared accounts for the organization's own admins: cases, answers, and what is asked at sign-in.

Where the organization shows totals only there are no cases and no pages.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.views.answers import done, go_to
from seats.domain.privacy import Visibility
from seats.views.seat_actions import missing_address
from signals.forms import PeopleOfAccountForm
from signals.models import SharingCase, SharingOverview, SharingPolicy
from signals.selectors.sharing_case import case_page, named_people
from signals.selectors.sharing_words import people_sentence_of
from signals.services.sharing_answers import MOST_SESSIONS, answer_case, choose_sharing_policy
from signals.services.sharing_people import read_named, seat_people


def _refuse_totals(request: OrganizationRequest) -> None:
    if request.organization.usage_visibility == Visibility.TOTALS:
        raise Http404("Nobody is watched here")


@organization_page(Permission.PEOPLE_READ)
@require_safe
def shared_accounts(request: OrganizationRequest) -> HttpResponse:
    """List the accounts that look shared, and what they are asked at sign-in."""
    return _list(request)


@organization_page(Permission.SETTINGS_MANAGE)
@require_POST
def sharing_policy(request: OrganizationRequest) -> HttpResponse:
    """Choose what accounts of the likeliest cases are asked at sign-in."""
    _refuse_totals(request)
    measure = request.POST.get("measure", "")
    sessions = request.POST.get("sessions", "") or "2"
    if measure not in SharingPolicy.Measure.values:
        return _list(request, status=422)
    try:
        choose_sharing_policy(
            organization_id=request.organization.pk,
            measure=SharingPolicy.Measure(measure),
            sessions=int(sessions) if sessions.isdecimal() and len(sessions) < 5 else 0,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except DomainError as error:
        return _list(request, error=str(error), status=422)
    return done(
        request,
        _("Saved. It holds from the next sign-in on."),
        reverse("shared_accounts", args=[request.organization.slug]),
    )


@organization_page(Permission.PEOPLE_READ)
@require_safe
def shared_account(request: OrganizationRequest, shared_id: int) -> HttpResponse:
    """Show one case: what was seen, what it means, and what can be done."""
    return _case(request, shared_id)


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def shared_account_people(request: OrganizationRequest, shared_id: int) -> HttpResponseBase:
    """Name who works with the account and give each a seat: free ones at once, the rest by buying.

    For whom no seat was left is shown next, with the one press that buys exactly theirs.
    """
    _refuse_totals(request)
    if not request.may(Permission.SEATS_ASSIGN):
        raise PermissionDenied
    case = SharingCase.objects.select_related("membership").filter(pk=shared_id).first()
    if case is None:
        raise Http404("No such case")
    slug = request.organization.slug
    form = PeopleOfAccountForm(request.POST or None, initial={"people": named_people(case)})
    if request.method == "POST" and form.is_valid():
        try:
            given = seat_people(
                organization_id=request.organization.pk,
                case_id=case.pk,
                people=read_named(form.cleaned_data["people"]),
                granter=request.membership.granter,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            here = reverse("shared_account", args=[slug, case.pk])
            if given.without_seat:
                return go_to(request, missing_address(slug, given.without_seat, here))
            return done(request, _("Each of them has a seat. The case is closed."), here)
    return render(
        request,
        "signals/shared_account_people.html",
        {
            "case": case,
            "form": form,
            "missing": max(1, case.at_least - 1),
            "may_buy": request.may(Permission.SEATS_BUY),
        },
        status=422 if form.errors else 200,
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_POST
def shared_account_answer(request: OrganizationRequest, shared_id: int) -> HttpResponse:
    """Close a case with what somebody knows about the account."""
    _refuse_totals(request)
    answer = request.POST.get("answer", "")
    if answer not in SharingCase.Answer.values:
        return _case(request, shared_id, status=422)
    sent = [text for text in request.POST.getlist("device") if text.isdecimal() and len(text) < 4]
    try:
        case = answer_case(
            organization_id=request.organization.pk,
            case_id=shared_id,
            answer=SharingCase.Answer(answer),
            devices=[int(text) for text in sent],
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except SharingCase.DoesNotExist as error:
        raise Http404("No such case") from error
    except DomainError as error:
        return _case(request, shared_id, error=str(error), status=422)
    said = _("Thank you. The case of %(name)s is closed.") % {"name": case.membership}
    return done(request, said, reverse("shared_accounts", args=[request.organization.slug]))


def _list(request: OrganizationRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    _refuse_totals(request)
    cases = SharingCase.objects.select_related("membership")
    is_open = SharingCase.State.OPEN
    return render(
        request,
        "signals/shared_accounts.html",
        {
            "cases": [
                (case, people_sentence_of(case.at_least, case.about))
                for case in cases.filter(state=is_open)
            ],
            "closed": cases.exclude(state=is_open).order_by("-closed_at")[:20],
            "overview": SharingOverview.objects.filter(pk=request.organization.pk).first(),
            "policy": SharingPolicy.objects.filter(pk=request.organization.pk).first(),
            "measures": SharingPolicy.Measure.choices,
            "most_sessions": MOST_SESSIONS,
            "may_change": request.may(Permission.SETTINGS_MANAGE),
            "error": error,
        },
        status=status,
    )


def _case(
    request: OrganizationRequest, shared_id: int, *, error: str = "", status: int = 200
) -> HttpResponse:
    _refuse_totals(request)
    case = SharingCase.objects.select_related("membership").filter(pk=shared_id).first()
    if case is None:
        raise Http404("No such case")
    return render(
        request,
        "signals/shared_account.html",
        {
            "page": case_page(case),
            "may_answer": request.may(Permission.PEOPLE_MANAGE),
            "may_seat": request.may(Permission.PEOPLE_MANAGE)
            and request.may(Permission.SEATS_ASSIGN),
            "may_buy": request.may(Permission.SEATS_BUY),
            "error": error,
        },
        status=status,
    )
