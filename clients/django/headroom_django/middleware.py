"""Lets in who has a seat, and reports what they used.

What is known is answered from memory, and usage is written to the disk. Only somebody new is asked
about, for `TIMEOUT` seconds at most; when the server does not answer, `FAIL` decides and nobody is
asked about for five seconds.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction, markcoroutinefunction
from typing import Any, ClassVar, cast

from asgiref.sync import sync_to_async
from django.core.exceptions import SynchronousOnlyOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from headroom_client import ApiError, Entitlement
from headroom_django.conf import Subject, conf
from headroom_django.marks import FEATURE, FOUND, OPEN
from headroom_django.refusals import refusal
from headroom_django.runtime import entitlements, track

log = logging.getLogger("headroom_django")

type Answer = HttpResponseBase
type View = Callable[..., Any]

_SUBJECT = "_headroom_subject"
_USED = "_headroom_used"


class HeadroomMiddleware:
    """Put it below the middleware that knows who is signed in."""

    sync_capable: ClassVar[bool] = True
    async_capable: ClassVar[bool] = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        # Django calls a coroutine where it can, and would go through a thread otherwise.
        self.process_view: View = self._look if not self.is_async else self._alook
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer | Awaitable[Answer]:
        """Answer a request, and keep the use of a feature that succeeded."""
        if self.is_async:
            return self._acall(request)
        response: Answer = self.get_response(request)
        if use := _use_of(request, response):
            track(*use)
        return response

    async def _acall(self, request: HttpRequest) -> Answer:
        response: Answer = await self.get_response(request)
        if use := _use_of(request, response):
            await asyncio.to_thread(track, *use)
        return response

    def _look(
        self, request: HttpRequest, view: View, args: object, kwargs: object
    ) -> HttpResponse | None:
        if not _is_asked(request, view):
            return None
        subject = conf().find_subject(request)
        if subject is None:
            return None
        return _judged(request, view, subject, _ask(subject))

    async def _alook(
        self, request: HttpRequest, view: View, args: object, kwargs: object
    ) -> HttpResponse | None:
        if not _is_asked(request, view):
            return None
        subject = await _subject_of(request)
        if subject is None:
            return None
        known = entitlements().peek(subject.member, subject.organization)
        found = known if known is not None else await asyncio.to_thread(_ask, subject)
        answer = _judged(request, view, subject, found, may_render=False)
        if answer is None and not found.allowed:
            # A template may ask the database for what a context processor shows.
            return await sync_to_async(refusal)(request, found, refused_url=conf().refused_url)
        return answer


def _is_asked(request: HttpRequest, view: View) -> bool:
    if getattr(view, OPEN, False) or request.path_info.startswith(conf().exempt):
        return False
    return conf().enforce == "everywhere" or hasattr(view, FEATURE)


async def _subject_of(request: HttpRequest) -> Subject | None:
    if hasattr(request, "auser"):
        # Loads who is signed in without blocking; afterwards `request.user` is there for all.
        request.user = await request.auser()
    try:
        return conf().find_subject(request)
    except SynchronousOnlyOperation:
        return await sync_to_async(conf().find_subject)(request)


def _ask(subject: Subject) -> Entitlement:
    try:
        return entitlements().check(subject.member, subject.organization)
    except ApiError as error:
        # An organization that Headroom does not know, say: a page must not break for that.
        log.error("Headroom cannot answer for %s: %s", subject.organization, error)
        return entitlements().memory.without_answer((subject.organization, subject.member))


def _judged(
    request: HttpRequest,
    view: View,
    subject: Subject,
    found: Entitlement,
    *,
    may_render: bool = True,
) -> HttpResponse | None:
    setattr(request, FOUND, found)
    if not found.allowed and conf().enforce != "nowhere":
        return refusal(request, found, refused_url=conf().refused_url) if may_render else None
    if name := getattr(view, FEATURE, None):
        setattr(request, _USED, (subject, name))
    return None


def _use_of(request: HttpRequest, response: Answer) -> tuple[Subject, str] | None:
    if response.status_code >= 400:
        return None
    return cast("tuple[Subject, str] | None", getattr(request, _USED, None))
