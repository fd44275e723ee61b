"""Cursor pagination: stable while rows are added."""

from rest_framework.pagination import CursorPagination


class CreatedCursorPagination(CursorPagination):
    """Newest first, by the time of creation."""

    ordering = ("-created_at", "-pk")
    page_size_query_param = "limit"
    max_page_size = 200
