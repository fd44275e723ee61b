"""The reader's own preferences."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.forms import PreferencesForm
from accounts.models import User
from accounts.services.preferences import change_preferences
from accounts.views.answers import done


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Change name, language and time zone."""
    user = cast(User, request.user)
    form = PreferencesForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        change_preferences(user=user, **form.cleaned_data)
        # The sentence on the next page is in the language that was chosen.
        with translation.override(user.language or translation.get_language()):
            response = done(request, _("Your preferences are saved."), reverse("preferences"))
        if user.language:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
        else:
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return response
    return render(
        request,
        "accounts/preferences.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )
