"""The entitlement question as a view of Django REST framework answers it: the other baseline.

One query for the person, one for the seat, a serializer each way, no check of the caller: less than
the product does.
"""

from typing import Any

from django.core.asgi import get_asgi_application

_django = get_asgi_application()

from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from accounts.models import Membership  # noqa: E402
from seats.models import SeatAssignment  # noqa: E402


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


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Django with this one address and next to no middleware."""
    if scope["type"] != "http":
        return
    await _django(scope, receive, send)


from django.conf import settings  # noqa: E402

settings.ROOT_URLCONF = __name__
# Sets Content-Length, which the load generator reads an answer's end from.
settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
_django.load_middleware(is_async=True)
