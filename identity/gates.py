"""What is asked before a page of an organization, or of the vendor, is shown.

In this order: the session has not lasted too long, the password is long enough, the second factor
is there, and for what matters the proof is recent (`identity.step_up`).
"""

from typing import Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.access import OrganizationRequest, VendorRequest
from accounts.views.answers import asked_by_htmx, go_to
from identity import session, step_up
from identity.domain.rules import Demands
from identity.selectors.rules import demands_from, has_second_factor

# The name under which a membership carries the rules (`accounts.access.add_to_membership`).
FACT: Final = "sign_in_rules"


def organization_gate(request: OrganizationRequest) -> HttpResponseBase | None:
    """Hold a member to the strictest rules of the organizations that they belong to."""
    demands = demands_from(getattr(request.membership, FACT, ()))
    session.keep_limits(request, demands)
    return (
        end_session_if_over(request)
        or _long_password(request)
        or (_second_factor(request) if demands.second_factor else None)
        or step_up.gate(request, demands.windows)
    )


def vendor_gate(request: VendorRequest) -> HttpResponseBase | None:
    """Hold the vendor's staff to what the deployment asks of them."""
    demands = Demands(second_factor=settings.STAFF_SECOND_FACTOR)
    return (_second_factor(request) if demands.second_factor else None) or step_up.gate(
        request, demands.windows
    )


def end_session_if_over(request: HttpRequest) -> HttpResponseBase | None:
    """Sign out whoever's session lasted longer than it may; None lets them go on."""
    if not session.is_over(request):
        return None
    back = step_up.page_of(request) if asked_by_htmx(request) else request.get_full_path()
    logout(request)
    messages.info(request, _("Your session has ended, as your organization wants it. Sign in."))
    return go_to(request, redirect_to_login(back).url)


def _long_password(request: HttpRequest) -> HttpResponseBase | None:
    if not session.has_short_password(request):
        return None
    messages.info(request, _("Your organization wants longer passwords. Please choose a new one."))
    return go_to(request, reverse("account_change_password"))


def _second_factor(request: OrganizationRequest | VendorRequest) -> HttpResponseBase | None:
    if session.proved_second_factor(request):
        return None
    back = step_up.page_of(request) if asked_by_htmx(request) else request.get_full_path()
    if not has_second_factor(request.user):
        request.session["second_factor_back"] = back
        return go_to(request, reverse("second_factor_needed"))
    # It was set up in another browser: this session proves it once.
    ways = [
        way["url"]
        for way in get_adapter(request).get_reauthentication_methods(request.user)
        if way["id"].startswith("mfa_")
    ]
    return go_to(request, f"{ways[0]}?{urlencode({'next': back})}")
