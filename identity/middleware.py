"""Every request of a signed-in person: the session ends in time, its use is noted."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.models import User
from identity import session
from identity.gates import end_session_if_over
from identity.services.browsers import BROWSER_COOKIE, BROWSER_COOKIE_AGE
from identity.services.sessions import note_use


class SessionWatch:
    """End sessions that lasted too long; note now and then that one is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the sign-in page instead of the view where the session is over."""
        if isinstance(request.user, User):
            ended = end_session_if_over(request)
            if ended is not None:
                return ended
        response = self.get_response(request)
        if isinstance(request.user, User) and session.note_use(request):
            note_use(request)
        token = getattr(request, "new_browser_token", "")
        if token:
            response.set_cookie(
                BROWSER_COOKIE,
                token,
                max_age=BROWSER_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response
