"""Where a signed-in person starts, and the reader's own preferences."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import signed_in
from accounts.models import User
from accounts.navigation import landing_url


def home(request: HttpRequest) -> HttpResponse:
    """Send the reader to the first page of their role; without a role, say what to do."""
    target = landing_url(cast(User, request.user))
    if target is None:
        return render(request, "accounts/no_organization.html", status=200)
    return redirect(target)


signed_in(home)
