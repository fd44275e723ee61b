"""A person's messages: the list, what is read, how they come, and the link that ends them."""

from typing import Any, Final, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import (
    OrganizationRequest,
    VendorRequest,
    organization_page,
    public,
    signed_in,
    vendor_page,
)
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.models import Membership, Organization, User
from accounts.tenancy import organization_context, user_context
from accounts.views.answers import done, safe_next
from signals.forms import NoticeForm
from signals.models import Notification
from signals.selectors.endings import DIGEST, LinkInvalid, ending_label, read_ending_token
from signals.selectors.notice_choices import kinds_of
from signals.selectors.notice_words import words_of
from signals.selectors.notifications import (
    counts_by_kind,
    in_words,
    own_messages,
    unread_count,
)
from signals.services.notice_choices import (
    choose_notices,
    end_notices,
    mark_read,
    mark_unread,
)
from signals.views.filters import chosen_of, filter_links

_PER_PAGE: Final = 30


def unread_badge(request: HttpRequest) -> dict[str, Any]:
    """Context processor: where the reader's messages are, and how many are new.

    Counted only by pages that show it.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    membership: Membership | None = getattr(request, "membership", None)
    if membership is not None:
        organization_id = membership.organization_id
        return {
            "notifications_url": reverse("notifications", args=[membership.organization.slug]),
            "unread_messages": lambda: unread_count(user, organization_id=organization_id),
        }
    if user.vendor_role:
        return {
            "notifications_url": reverse("vendor_notifications"),
            "unread_messages": lambda: unread_count(user),
        }
    return {}


# Every role of an organization may read what concerns itself.
@organization_page(Permission.OWN_USAGE_READ)
@require_safe
def notifications(request: OrganizationRequest) -> HttpResponse:
    """List what the reader was told inside this organization."""
    return _list(request, request.user, request.organization)


# Every role of the vendor may search.
@vendor_page(Permission.STAFF_SEARCH)
@require_safe
def vendor_notifications(request: VendorRequest) -> HttpResponse:
    """List what somebody of the vendor was told, over all organizations."""
    return _list(request, request.user, None)


def _list(request: HttpRequest, user: User, organization: Organization | None) -> HttpResponse:
    organization_id = organization.pk if organization else None
    labels = {"all": _("All"), "unread": _("Unread")} | {
        kind.value: capfirst(str(kind.label)) for kind in kinds_of(user)
    }
    show, _search = chosen_of(request, list(labels), otherwise="all")
    with user_context(user.pk):
        found = own_messages(user, organization_id=organization_id)
        if show == "unread":
            found = found.filter(read_at__isnull=True)
        elif show != "all":
            found = found.filter(kind=show)
        page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
        rows = list(page)
    unread = unread_count(user, organization_id=organization_id)
    counts = counts_by_kind(user, organization_id=organization_id)
    shown = {name: label for name, label in labels.items() if name in ("all", "unread", *counts)}
    context = {
        "page_obj": page,
        "messages_in_words": in_words(rows, known=organization),
        "is_vendor": organization is None,
        "unread": unread,
        "show": show,
        "filters": filter_links(shown, show, {"unread": unread} | counts),
        "has_any": bool(counts),
    }
    return render(request, "signals/notifications.html", context)


@signed_in
@require_safe
def notification_open(request: HttpRequest) -> HttpResponse:
    """Go to what a message is about, which reads it; somebody else's message leads home."""
    user = cast(User, request.user)
    wanted = request.GET.get("id", "")
    notification = None
    if wanted.isdecimal() and len(wanted) < 19:
        with user_context(user.pk):
            notification = own_messages(user).filter(pk=int(wanted)).first()
    if notification is None:
        return redirect("home")
    mark_read(user=user, ids=[notification.pk], now=timezone.now())
    return redirect(_target(user, notification))


def _target(user: User, notification: Notification) -> str:
    if user.vendor_role:
        # Tasks are found by their own number; whether the reader may see it, its page decides.
        organization = Organization(pk=notification.organization_id)
    else:
        with organization_context(notification.organization_id, user_id=user.pk):
            organization = Organization.objects.get(pk=notification.organization_id)
    return words_of(organization, notification).action_url


@signed_in
@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark one message as read or unread, or all of an organization (or of all) as read."""
    user = cast(User, request.user)
    wanted, organization = request.POST.get("id", ""), request.POST.get("organization", "")
    back = safe_next(request, reverse("home"))
    if wanted.isdecimal() and len(wanted) < 19:
        if request.POST.get("mark") == "unread":
            mark_unread(user=user, ids=[int(wanted)])
        else:
            mark_read(user=user, ids=[int(wanted)], now=timezone.now())
        return redirect(back)
    of = int(organization) if organization.isdecimal() and len(organization) < 19 else None
    count = mark_read(user=user, organization_id=of, now=timezone.now())
    said = ngettext("%(n)s message is read.", "%(n)s messages are read.", count) % {"n": count}
    return done(request, said, back)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """Choose how each kind of message comes, the digest's hour and days, and quiet hours."""
    user = cast(User, request.user)
    form = NoticeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            choose_notices(user=user, **form.choices())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(request, _("Your choices are saved."), reverse("notice_settings"))
    context = {
        "form": form,
        "kinds": [form[name] for name in form.kind_fields],
        "others": [form[name] for name in ("digest_hour", "digest_days")],
        "quiet": [form[name] for name in ("quiet_from", "quiet_until")],
        "has_zone": bool(user.time_zone),
    }
    return render(
        request, "signals/notice_settings.html", context, status=422 if form.errors else 200
    )


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def notices_end(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then end the mails that the link names.

    A mail program may post without asking (RFC 8058); the signature of the link stands for the
    person, so no cookie is needed.
    """
    try:
        if request.method == "POST":
            (_user, kind), is_done = end_notices(token=token), True
        else:
            (_user, kind), is_done = read_ending_token(token), False
    except LinkInvalid as error:
        return render(
            request, "signals/notices_end.html", {"refusal": str(error)}, status=error.status
        )
    context = {"label": ending_label(kind), "is_digest": kind == DIGEST, "is_done": is_done}
    return render(request, "signals/notices_end.html", context)
