"""Settings > Sign-in: what an organization asks of the sign-in of its people."""

from dataclasses import asdict

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.services.history import Actor
from accounts.views.answers import done
from identity.forms import SignInRulesForm
from identity.selectors.rules import people_without_second_factor, rules_of_organization
from identity.services.rules import change_rules

_MOST_NAMES = 20


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def settings_sign_in(request: OrganizationRequest) -> HttpResponse:
    """Show and change the rules; say who has no second factor yet."""
    rules = rules_of_organization()
    form = SignInRulesForm(request.POST or None, initial=asdict(rules))
    if request.method == "POST" and form.is_valid():
        change_rules(
            organization_id=request.organization.pk,
            rules=form.rules,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return done(
            request,
            _("The rules are saved and hold from now on."),
            reverse("settings_sign_in", args=[request.organization.slug]),
        )
    without = people_without_second_factor()
    count = without.count()
    return render(
        request,
        "identity/settings_sign_in.html",
        {
            "form": form,
            "without": without[:_MOST_NAMES],
            "without_count": count,
            "more": max(count - _MOST_NAMES, 0),
            "tab": "settings_sign_in",
        },
        status=422 if form.is_bound else 200,
    )
