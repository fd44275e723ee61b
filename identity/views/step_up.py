"""After a proof of who somebody is: on with what they were about to do."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.views.answers import safe_next
from identity.step_up import take_waiting


@signed_in
@never_cache
@require_safe
def step_up_continue(request: HttpRequest) -> HttpResponse:
    """Offer what waited: a form that the page sends by itself, or a download."""
    waiting = take_waiting(request)
    if waiting is None:
        return redirect("home")
    if not waiting.path:
        messages.info(
            request,
            _("Thank you. Please send the form again: the file that you attached was not kept."),
        )
        return redirect(waiting.back)
    fields = [(name, value) for name, values in QueryDict(waiting.body).lists() for value in values]
    return render(request, "identity/continue.html", {"waiting": waiting, "fields": fields})


@signed_in
@never_cache
@require_safe
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Ask somebody who has nothing here to prove who they are with to sign in anew."""
    return render(request, "identity/sign_in_again.html", {"next": safe_next(request, "/")})
