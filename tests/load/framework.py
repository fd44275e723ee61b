"""The entitlement question as a view of Django REST framework answers it: the other baseline.

One query for the person, one for the seat, a serializer each way, no check of the caller: less than
the product does. A view of DRF is synchronous. Django's own ASGI handler gives every request a new
thread, and a thread asks for its connection to the database anew, so the view runs here as under a
WSGI server instead: on a few lasting threads, each with a connection that stays open.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.core.wsgi import get_wsgi_application

_django = get_wsgi_application()

from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from accounts.models import Membership  # noqa: E402
from seats.models import SeatAssignment  # noqa: E402

THREADS = 4


class _Question(serializers.Serializer[Any]):
    organization = serializers.CharField()
    member = serializers.CharField()


class _Answer(serializers.Serializer[Any]):
    allowed = serializers.BooleanField()
    reason = serializers.CharField()


class Check(APIView):
    """May this person come in."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        """Answer from two queries."""
        question = _Question(data=request.data)
        question.is_valid(raise_exception=True)
        person = (
            Membership.objects.using("pipeline")
            .filter(
                organization__external_id=question.validated_data["organization"],
                external_id=question.validated_data["member"],
            )
            .first()
        )
        has_seat = (
            person is not None
            and SeatAssignment.objects.using("pipeline")
            .filter(organization_id=person.organization_id, membership=person)
            .filter(during__endswith=None)
            .exists()
        )
        reason = "seat" if has_seat else "no_seat"
        return Response(_Answer({"allowed": has_seat, "reason": reason}).data)


urlpatterns = [path("check", Check.as_view())]
_THREADS = ThreadPoolExecutor(THREADS)


def _answer(environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    started: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None, /) -> Any:
        started.extend((int(status[:3]), headers))

    response: Any = _django(environ, start)
    try:
        return started[0], started[1], b"".join(response)
    finally:
        response.close()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Django with this one address and next to no middleware."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": scope["path"],
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
    }
    loop = asyncio.get_running_loop()
    status, headers, content = await loop.run_in_executor(_THREADS, _answer, environ)
    named = [(name.lower().encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": content})


from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

settings.ROOT_URLCONF = __name__
# Sets Content-Length, which the load generator reads an answer's end from.
settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
_django.load_middleware()
# Open as long as the thread: a pool would be asked and given back to for every request.
connections.settings["pipeline"]["OPTIONS"].pop("pool", None)
connections.settings["pipeline"]["CONN_MAX_AGE"] = None
