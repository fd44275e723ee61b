"""A receiver of webhooks for the demo: it repeats the challenge and takes every message."""

import json
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import public

PATH: Final = "/demo/hook/"


@csrf_exempt
@require_POST
def hook(request: HttpRequest) -> HttpResponse:
    """Answer as a receiver should. It keeps nothing, so it does not look at the signature."""
    if settings.DEMO_DIR is None:
        raise Http404
    try:
        message = json.loads(request.body)
        challenge = message["data"].get("challenge", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponseBadRequest("This is no message of a webhook.")
    return JsonResponse({"challenge": challenge} if challenge else {"received": True})


public(hook)
