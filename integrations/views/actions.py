"""From a message to an action: the page behind a link, and what Slack sends when one presses."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, VendorRequest, public, signed_in, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.views.answers import done
from integrations.actions import read_value
from integrations.domain.slack import is_from_slack
from integrations.services.slack import (
    link_person,
    person_of,
    press,
    run,
    use_once,
    was_used,
)
from integrations.tasks import answer_slack

_MOST_BYTES = 64 * 1024


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def message_action(request: UserRequest, token: str) -> HttpResponse:
    """Ask before doing what a link of a message stands for; each link does it once."""
    pressed = read_value(token)
    context: dict[str, Any] = {"pressed": pressed, "is_used": was_used(token)}
    if pressed is None or context["is_used"]:
        return render(request, "integrations/action.html", context, status=410)
    if request.method == "POST":
        now = timezone.now()
        if not use_once(token, now):
            context["is_used"] = True
            return render(request, "integrations/action.html", context, status=410)
        context["said"] = run(pressed, user=request.user, now=now)
        return render(request, "integrations/action.html", context)
    context["about"] = pressed.action.describe(
        request.user, pressed.organization_id, pressed.subject
    )
    return render(request, "integrations/action.html", context)


@vendor_page(Permission.TASKS_WORK, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slack_link(request: VendorRequest, token: str) -> HttpResponse:
    """Connect the person of Slack who pressed to the one who is signed in."""
    person = person_of(token)
    if person is None:
        return render(request, "integrations/slack_link.html", {"person": None}, status=410)
    if request.method == "POST":
        link_person(user=request.user, person=person, now=timezone.now())
        message = _("Slack is connected. Press the button in the channel again.")
        return done(request, message, reverse("today"))
    return render(request, "integrations/slack_link.html", {"person": person})


@public
@csrf_exempt
@require_POST
def slack_actions(request: HttpRequest) -> HttpResponse:
    """Take what somebody pressed in Slack; the signature says that Slack sends it."""
    body = request.body
    signature = request.headers.get("X-Slack-Signature", "")
    now = timezone.now()
    is_slacks = len(body) <= _MOST_BYTES and is_from_slack(
        secret=settings.SLACK_SIGNING_SECRET,
        timestamp=request.headers.get("X-Slack-Request-Timestamp", ""),
        signature=signature,
        body=body,
        now=now,
    )
    if not is_slacks or not use_once(signature, now):
        return JsonResponse({"error": "not signed by Slack, too old, or seen before"}, status=401)
    try:
        payload = json.loads(request.POST.get("payload", ""))
    except ValueError:
        payload = None
    if not isinstance(payload, dict) or payload.get("type") != "block_actions":
        return JsonResponse({"error": "only block_actions are taken"}, status=400)
    said = press(payload=payload, now=now)
    if not said:
        return HttpResponse(status=200)
    # Slack wants its answer within three seconds and shows none of it; words go another way.
    answer_slack.delay(str(payload.get("response_url") or ""), said)
    return HttpResponse(status=200)
