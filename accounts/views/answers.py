"""How a page answers what was pressed: do it, say so, go back."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from accounts.errors import DomainError


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """Return the address to go back to that a form carries, if it is ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else otherwise


def asked_by_htmx(request: HttpRequest) -> bool:
    """Tell whether a part of a page asks, and not the whole."""
    return bool(getattr(request, "htmx", False))


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """Redirect the page, also when a panel over it asked."""
    if asked_by_htmx(request):
        return HttpResponseClientRedirect(address)
    return redirect(address)


def done(request: HttpRequest, message: str, address: str) -> HttpResponse:
    """Say what happened on the page that follows."""
    messages.success(request, message)
    return go_to(request, address)


def act(request: HttpRequest, action: Callable[[], str], address: str) -> HttpResponse:
    """Run a service; show its sentence or its error on the page that follows.

    `action` returns the sentence. What does not exist answers 404.
    """
    try:
        message = action()
    except ObjectDoesNotExist as error:
        raise Http404("No such object") from error
    except DomainError as error:
        messages.error(request, str(error))
        return go_to(request, address)
    return done(request, message, address)
