"""The address that Stripe delivers events to."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from accounts.access import public
from billing.gateways.stripe.errors import BadSignature
from billing.gateways.stripe.webhooks import read_event
from billing.services.webhooks import receive_event
from billing.tasks import process_webhook_inbox

log = structlog.get_logger(__name__)


@public
@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Take an event in and answer at once; a worker processes it.

    Without a broker the event waits in the inbox for the next beat.
    """
    try:
        notice = read_event(
            payload=request.body, signature=request.headers.get("Stripe-Signature", "")
        )
    except BadSignature as refusal:
        log.warning("webhook_refused", reason=str(refusal))
        return HttpResponse(str(refusal), status=400, content_type="text/plain")
    if receive_event(notice=notice, now=timezone.now()):
        try:
            process_webhook_inbox.delay()
        except OperationalError:
            log.warning("webhook_waits_for_beat", stripe_event=notice.event_id)
    return HttpResponse(status=200)
