"""Cursor pagination: stable while rows are added."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView


class CreatedCursorPagination(CursorPagination):
    """Newest first, by the time of creation."""

    ordering = ("-created_at", "-pk")
    page_size_query_param = "limit"
    max_page_size = 200


def ordered_by(*columns: str) -> type[CursorPagination]:
    """Return the pagination of a list in the order of `columns`, none of which may be null."""
    return type("CursorPages", (CreatedCursorPagination,), {"ordering": columns})


def listed(
    view: APIView,
    request: Request,
    rows: QuerySet[Any],
    serializer: type[BaseSerializer[Any]],
    *,
    context: Mapping[str, Any] | None = None,
) -> Response:
    """Return one page of `rows`, in the order of the view's `pagination_class`."""
    paginator: CursorPagination = view.pagination_class()  # type: ignore[attr-defined]
    page: Any = paginator.paginate_queryset(rows, request, view=view) or []
    data: Any = serializer(page, many=True, context={"request": request, **(context or {})}).data
    return paginator.get_paginated_response(data)
