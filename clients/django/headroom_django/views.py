"""The token that `headroom.js` asks for. Give it an address: `path("headroom-token", token)`."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET

from headroom_client import HeadroomError
from headroom_client.models import TokenQuestion
from headroom_django.conf import conf
from headroom_django.runtime import client


@require_GET
def token(request: HttpRequest) -> HttpResponse:
    """Answer the page of whoever is signed in with a token to report their use."""
    subject = conf().find_subject(request)
    answer: JsonResponse
    if subject is None:
        answer = JsonResponse({"title": "Sign in first."}, status=403)
    else:
        question = TokenQuestion(member=subject.member)
        if subject.organization is not None:
            question = TokenQuestion(member=subject.member, organization=subject.organization)
        try:
            made = client().browser_token(question)
            answer = JsonResponse({"token": made.token, "expires_at": made.expires_at})
        except HeadroomError:
            answer = JsonResponse({"title": "There is no token just now."}, status=503)
    add_never_cache_headers(answer)
    return answer
