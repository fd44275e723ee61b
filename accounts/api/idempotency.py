"""`Idempotency-Key` on every operation that writes: done once, answered the same."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.tenancy import caller_of
from accounts.errors import DomainError
from accounts.services.idempotency import (
    Claim,
    StoredAnswer,
    claim_request,
    fingerprint_of,
    give_back,
    keep_answer,
)

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST_KEY = 200
_KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Content-Language")

_NOT_UNDERSTOOD = (
    exceptions.ValidationError,
    exceptions.ParseError,
    exceptions.UnsupportedMediaType,
    RequestDataTooBig,
)

type Call = Callable[[], Any]


class AnswerNotKept(DomainError):
    """The request was done; its answer held a secret, which nobody stores."""

    code = "answer_not_kept"


def key_of(request: Request, *, is_required: bool) -> str:
    """Return the key of a request, or nothing. Raises ValidationError."""
    given = request.headers.get(HEADER)
    if given is None and not is_required:
        return ""
    key = (given or "").strip()
    if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise exceptions.ValidationError(
            {
                HEADER: _("Send a key of 1 to %(longest)d printable characters.")
                % {"longest": LONGEST_KEY}
            }
        )
    return key


def service_key(key: str) -> str:
    """Return the key under which a service of its own knows the request."""
    return f"api-{key}"[:LONGEST_KEY]


def do_once(
    request: Request, key: str, call: Call, *, commits_itself: bool, keeps_answer: bool
) -> Any:
    """Do a request that nobody did before, or return what it was answered.

    The effect and its stored answer are one transaction, unless the operation `commits_itself`
    (it talks to Stripe between commits): then its service knows the key as well.
    """
    claimed = claim_request(
        api_key=caller_of(request).api_key,
        key=key,
        fingerprint=fingerprint_of(
            method=request.method or "",
            path=request.get_full_path(),
            body=request._request.body,  # DRF offers the bytes nowhere else
        ),
        now=timezone.now(),
    )
    if isinstance(claimed, StoredAnswer):
        return _again(claimed, keeps_answer=keeps_answer)
    try:
        with nullcontext() if commits_itself else transaction.atomic():
            response = call()
            if response.status_code < 400:
                _keep(claimed, response, keeps_answer=keeps_answer)
    except BaseException as error:
        # What was not understood was not begun: the same key may come with a better body.
        begun = commits_itself and not isinstance(error, _NOT_UNDERSTOOD)
        give_back(claim=claimed, keeps_key=begun, now=timezone.now())
        raise
    if response.status_code >= 400:
        give_back(claim=claimed, keeps_key=commits_itself, now=timezone.now())
    return response


def _keep(claim: Claim, response: Any, *, keeps_answer: bool) -> None:
    has_data = isinstance(response, Response) and response.data is not None
    body = JSONRenderer().render(response.data) if has_data else b""
    headers = {name: response[name] for name in _KEPT_HEADERS if response.has_header(name)}
    if has_data:
        headers["Content-Type"] = "application/json"
    answer = StoredAnswer(response.status_code, body if keeps_answer else b"", headers)
    keep_answer(claim=claim, answer=answer, now=timezone.now())


def _again(answer: StoredAnswer, *, keeps_answer: bool) -> HttpResponse:
    if not keeps_answer:
        raise AnswerNotKept(
            _("This was done already. Its answer held a secret, which was shown that once.")
        )
    response = HttpResponse(answer.body, status=answer.status)
    if not answer.body:
        del response.headers["Content-Type"]
    for name, value in answer.headers.items():
        response[name] = value
    response[REPLAYED] = "true"
    return response
