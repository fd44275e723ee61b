"""The one place where a request changes its state: by its machine, saved and recorded."""

from datetime import datetime
from typing import Any

from accounts.services.history import SYSTEM, Actor, record
from procurement.domain.request import RequestEvent, RequestState, advance
from procurement.models import PurchaseRequest


def move(
    request: PurchaseRequest,
    event: RequestEvent,
    *,
    verb: str,
    now: datetime,
    actor: Actor = SYSTEM,
    changes: dict[str, Any] | None = None,
) -> PurchaseRequest:
    """Take `event` and save every field; the caller holds the row locked.

    Raises IllegalRequestStep.
    """
    request.state = advance(RequestState(request.state), event).value
    request.save()
    record(
        actor=actor,
        verb=verb,
        subject=request,
        organization_id=request.organization_id,
        now=now,
        changes=changes,
    )
    return request
