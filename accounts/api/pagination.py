"""Pages by cursor: stable while rows are added, however many rows share a moment.

A cursor holds the values of the last row that was shown; the next page is what comes after them in
the order, so no row is shown twice or passed over, and a late page costs what the first does. The
framework's own counts rows that share a position, and goes round in circles past a thousand.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

SORT = "sort"
_LONGEST_CURSOR = 2000


class CursorPages(CursorPagination):
    """One page of a queryset, `{next, previous, results}`.

    `ordering` names columns that are never null; the primary key is added where it is missing.
    `sorts` are the other orders that a caller may ask for with `?sort=`: each name, and the name
    with a minus in front for its reverse.
    """

    ordering: tuple[str, ...] = ("-created_at", "-pk")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {}
    page_size_query_param = "limit"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page. Raises ValidationError for a wrong limit, sort or cursor."""
        self.request = request
        self.base_url: str = request.build_absolute_uri()
        self.page_size = self.get_page_size(request)
        self.ordering = self.get_ordering(request, queryset, view)
        backwards, values = self._position(queryset)
        if values is not None:
            queryset = queryset.filter(self._after(values, backwards=backwards))
        order = _reversed(self.ordering) if backwards else self.ordering
        found = list(queryset.order_by(*order)[: self.page_size + 1])
        more = len(found) > self.page_size
        self.page = found[: self.page_size]
        if backwards:
            self.page.reverse()
        self.has_next = more if not backwards else True
        self.has_previous = more if backwards else values is not None
        return self.page

    def get_page_size(self, request: Request) -> int:
        """Return how many rows a page has; raises ValidationError for what is no such number."""
        most = self.max_page_size
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return int(self.page_size or most)
        if not (given.isascii() and given.isdigit()) or not 1 <= int(given[:9]) <= most:
            raise _wrong(
                self.page_size_query_param,
                _("Send a number from 1 to %(most)d.") % {"most": most},
            )
        return int(given)

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        """Return the columns of the order that was asked for; raises ValidationError."""
        ordering = tuple(self.ordering)
        if (given := request.query_params.get(SORT)) is not None and self.sorts:
            name = given.removeprefix("-")
            if name not in self.sorts:
                known = ", ".join(self.sorts)
                raise _wrong(SORT, _("Use one of %(known)s.") % {"known": known})
            ordering = self.sorts[name]
            if given.startswith("-"):
                ordering = _reversed(ordering)
        if not {"pk", "id"} & {column.lstrip("-") for column in ordering}:
            ordering = (*ordering, "-pk" if ordering[-1].startswith("-") else "pk")
        return ordering

    def get_next_link(self) -> str | None:
        """Return the address of the next page."""
        return self._link(self.page[-1], backwards=False) if self.page and self.has_next else None

    def get_previous_link(self) -> str | None:
        """Return the address of the page before."""
        if not self.page or not self.has_previous:
            return None
        return self._link(self.page[0], backwards=True)

    def _link(self, row: Any, *, backwards: bool) -> str:
        values = [_text(getattr(row, column.lstrip("-"))) for column in self.ordering]
        packed = json.dumps([int(backwards), *values], separators=(",", ":")).encode()
        cursor = base64.urlsafe_b64encode(packed).decode().rstrip("=")
        return str(replace_query_param(self.base_url, self.cursor_query_param, cursor))

    def _position(self, queryset: QuerySet[Any]) -> tuple[bool, list[Any] | None]:
        given = self.request.query_params.get(self.cursor_query_param)
        if given is None:
            return False, None
        try:
            if len(given) > _LONGEST_CURSOR:
                raise ValueError
            padded = given + "=" * (-len(given) % 4)
            held = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if not isinstance(held, list) or len(held) != len(self.ordering) + 1:
                raise ValueError
            backwards, *texts = held
            if backwards not in (0, 1) or not all(isinstance(text, str) for text in texts):
                raise ValueError
            model = queryset.model
            values = [
                _column(model, name).to_python(text)
                for name, text in zip(self.ordering, texts, strict=True)
            ]
            if any(value is None or "\x00" in str(value) for value in values):
                raise ValueError
        except (ValueError, TypeError, RecursionError, binascii.Error, ModelValidationError):
            raise _wrong(
                self.cursor_query_param, _("Use the cursor of a page's `next` or `previous`.")
            ) from None
        return bool(backwards), values

    def _after(self, values: list[Any], *, backwards: bool) -> Q:
        """Return the condition of the rows that come after `values` in the order (or before)."""
        condition, equal = Q(), Q()
        for column, value in zip(self.ordering, values, strict=True):
            name = column.lstrip("-")
            falls = column.startswith("-") is not backwards
            condition |= equal & Q(**{f"{name}__{'lt' if falls else 'gt'}": value})
            equal &= Q(**{name: value})
        return condition

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the parameters for the OpenAPI file."""
        parameters: list[dict[str, Any]] = [
            {
                "name": self.cursor_query_param,
                "in": "query",
                "required": False,
                "description": "From the address in `next` or `previous`.",
                "schema": {"type": "string"},
            },
            {
                "name": self.page_size_query_param,
                "in": "query",
                "required": False,
                "description": "How many results a page has.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                },
            },
        ]
        if self.sorts:
            names = [name for given in self.sorts for name in (given, f"-{given}")]
            parameters.append(
                {
                    "name": SORT,
                    "in": "query",
                    "required": False,
                    "description": "The order; a minus in front turns it round.",
                    "schema": {"type": "string", "enum": names},
                }
            )
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page."""
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


class CreatedCursorPagination(CursorPages):
    """Newest first, by the time of creation."""


def ordered_by(*columns: str) -> type[CursorPages]:
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
    paginator: CursorPages = view.pagination_class()  # type: ignore[attr-defined]
    page = paginator.paginate_queryset(rows, request, view=view)
    data: Any = serializer(page, many=True, context={"request": request, **(context or {})}).data
    return paginator.get_paginated_response(data)


def _reversed(ordering: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(c[1:] if c.startswith("-") else f"-{c}" for c in ordering)


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _column(model: Any, name: str) -> Any:
    name = name.lstrip("-")
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _wrong(field: str, sentence: str) -> exceptions.ValidationError:
    return exceptions.ValidationError({field: sentence})
