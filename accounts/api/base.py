"""What every operation of the API does besides its own work: docs/api.md says how one is written.

`ApiView` is for handlers, `ApiListView` for a queryset with a serializer. A view declares `access`
and `area`; the rest has defaults that fit most.
"""

from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.generics import ListAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Access
from accounts.api import conditional, fields, idempotency
from accounts.api.authentication import ApiCaller
from accounts.api.permissions import is_write
from accounts.api.tenancy import caller_of, find_organization
from accounts.api.throttling import charge_call
from accounts.domain.rate_limits import READ_COST, WRITE_COST
from accounts.domain.scopes import Area
from accounts.tracing import request_id


class Operation(APIView):
    """The frame of an operation: limits, Idempotency-Key, If-Match, ETag, sparse fields.

    access            whose keys may call it
    area              the scope that it asks for; a dict gives one to each method
    computes          methods that change nothing though they are not GET
    commits_itself    the services commit by themselves, since they talk to Stripe in between
    needs_key         methods that refuse a request without Idempotency-Key
    needs_match       methods that refuse a request without If-Match
    keeps_answers     False where an answer holds a secret: then only its status is stored
    costs             units of the rate limit by method, where they are not the usual ones
    """

    access: ClassVar[Access]
    area: ClassVar[Area | dict[str, Area]]
    computes: ClassVar[frozenset[str]] = frozenset()
    commits_itself: ClassVar[bool] = False
    needs_key: ClassVar[frozenset[str]] = frozenset()
    needs_match: ClassVar[frozenset[str]] = frozenset()
    keeps_answers: ClassVar[bool] = True
    costs: ClassVar[dict[str, int]] = {}

    # The Idempotency-Key of the request, for services that know it too; empty without one.
    idempotency_key: str = ""
    _limit_headers: dict[str, str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer a request; like the framework's own, with the frame around the handler."""
        self.args, self.kwargs = args, kwargs
        self._limit_headers = {}
        asked = self.initialize_request(request, *args, **kwargs)
        self.request = asked
        self.headers = self.default_response_headers
        try:
            self.initial(asked, *args, **kwargs)
            answer = self._answered(asked)
        except Exception as error:
            answer = self.handle_exception(error)
        self.response = self.finalize_response(asked, answer, *args, **kwargs)
        return self._conditional(asked, self.response)

    def check_throttles(self, request: Request) -> None:
        """Charge the call to its key; raises TooManyRequests."""
        caller: object = request.auth
        if isinstance(caller, ApiCaller):
            method = (request.method or "").lower()
            usual = WRITE_COST if is_write(self, request.method or "") else READ_COST
            self._limit_headers = charge_call(caller, cost=self.costs.get(method, usual))

    def _answered(self, request: Request) -> Any:
        name = (request.method or "").lower()
        handler = getattr(self, name, None) if name in self.http_method_names else None
        if handler is None:
            raise exceptions.MethodNotAllowed(request.method or "")
        call = partial(handler, request, *self.args, **self.kwargs)
        if request.method in SAFE_METHODS:
            return self._sparse(request, call())
        if not is_write(self, request.method or ""):
            return call()
        key = self._key_of(request, is_required=name in self.needs_key)
        self.idempotency_key = key
        call = partial(self._matched, request, call)
        if not key:
            return call()
        return idempotency.do_once(
            request,
            key,
            call,
            commits_itself=self.commits_itself,
            keeps_answer=self.keeps_answers,
        )

    def _key_of(self, request: Request, *, is_required: bool) -> str:
        try:
            return idempotency.key_of(request, is_required=is_required)
        except exceptions.ValidationError:
            # What is not there for this key is not there, whatever else the request lacks.
            if named := self.kwargs.get("organization"):
                find_organization(api_key=caller_of(request).api_key, external_id=named)
            raise

    def _sparse(self, request: Request, answer: Any) -> Any:
        given = request.query_params.get(fields.PARAMETER)
        if given is not None and isinstance(answer, Response) and answer.status_code == 200:
            answer.data = fields.only(answer.data, fields.wanted_fields(given))
        return answer

    def _matched(self, request: Request, call: idempotency.Call) -> Any:
        name = (request.method or "").lower()
        reader = getattr(self, "get", None)
        if "If-Match" not in request.headers:
            if name in self.needs_match:
                if reader is not None:
                    # What is not there for this key is not there, whatever the request lacks.
                    reader(request, *self.args, **self.kwargs)
                conditional.require_match()
            return call()
        if reader is None:
            return call()

        def now() -> str:
            try:
                return conditional.etag_of_data(reader(request, *self.args, **self.kwargs).data)
            except exceptions.ValidationError as error:
                # A list that is read with parameters has no state for a change to be meant for.
                raise conditional.PreconditionFailed(
                    _("This address is read with parameters. Send the change without If-Match.")
                ) from error

        if self.commits_itself:
            conditional.check_match(request.headers, now())
            return call()
        with transaction.atomic():
            conditional.lock_address(request.path)
            conditional.check_match(request.headers, now())
            answer = call()
            if answer.status_code < 300:
                answer["ETag"] = now()
            return answer

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what every answer carries: the limit's headers and the request's id."""
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in self._limit_headers.items():
            response.headers.setdefault(name, value)
        if reference := request_id():
            response.headers.setdefault("X-Request-Id", reference)
        if request.method not in SAFE_METHODS or response.status_code >= 400:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _conditional(self, request: Request, response: Any) -> Any:
        if request.method not in ("GET", "HEAD") or response.status_code != 200:
            return response
        if not isinstance(response, HttpResponse):
            return response
        if isinstance(response, Response):
            response.render()
        conditional.mark_private(response)
        etag = conditional.etag_of(response.content)
        response["ETag"] = etag
        if not conditional.is_known(request.headers, etag):
            return response
        unchanged = HttpResponseNotModified()
        for name, value in response.headers.items():
            if name not in ("Content-Type", "Content-Length"):
                unchanged[name] = value
        return unchanged


class ApiView(Operation):
    """An operation with handlers of its own."""


class ApiListView[Row](Operation, ListAPIView[Row]):  # type: ignore[type-var]
    """A list: a queryset, filtered, in pages, through a serializer."""
