"""What a request holds, checked: its body and what its address asks for; and a plain answer."""

from collections.abc import Iterable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer


def body_of(request: Request, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
    """Return the checked body, or raise ValidationError."""
    read = serializer(data=request.data)
    read.is_valid(raise_exception=True)
    found: dict[str, Any] = read.validated_data
    return found


def query_of(request: Request, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
    """Return the checked parameters of the address, or raise ValidationError."""
    read = serializer(data=request.query_params.dict())
    read.is_valid(raise_exception=True)
    found: dict[str, Any] = read.validated_data
    return found


def all_of(serializer: type[BaseSerializer[Any]], found: Iterable[Any]) -> Response:
    """Return everything of a list that is short by its nature, as it is found."""
    data: Any = serializer(found, many=True).data
    return Response(data)
