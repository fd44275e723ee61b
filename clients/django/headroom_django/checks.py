"""What `manage.py check` says about the setting HEADROOM before a page does."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from headroom_django.conf import ENFORCE, NAMES, given, spool_path

MIDDLEWARE = "headroom_django.middleware.HeadroomMiddleware"
_AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


def check_settings(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> Iterable[CheckMessage]:
    """Return what is missing or cannot work, with what to do."""
    said = given()
    for name in ("URL", "API_KEY"):
        if not said.get(name):
            yield Error(f"HEADROOM has no {name}.", hint=_HINTS[name], id="headroom.E001")
    if unknown := sorted(set(said) - NAMES):
        names = ", ".join(unknown)
        yield Error(
            f"HEADROOM has settings that do not exist: {names}.",
            hint=f"Those that exist: {', '.join(sorted(NAMES))}.",
            id="headroom.E002",
        )
    yield from _check_url(str(said.get("URL", "")))
    yield from _check_values(said)
    yield from _check_subject(said.get("SUBJECT"))
    yield from _check_spool(spool_path())
    yield from _check_middleware()


_HINTS = {
    "URL": 'The address of Headroom: "https://seats.example.com".',
    "API_KEY": "Make one in Headroom, and read it from the environment: hr_...",
}


def _check_url(url: str) -> Iterable[CheckMessage]:
    parts = urlsplit(url)
    if url and parts.scheme not in {"http", "https"}:
        yield Error(f"HEADROOM URL is no address: {url}", hint=_HINTS["URL"], id="headroom.E003")
    elif parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        yield Warning(
            "HEADROOM URL is not https: the API key can be read on its way.", id="headroom.W004"
        )


def _check_values(said: Any) -> Iterable[CheckMessage]:
    for name, known in (
        ("FAIL", ("open", "closed")),
        ("ENFORCE", ENFORCE),
        ("WHEN_FULL", ("drop_new", "drop_oldest", "raise")),
    ):
        if name in said and said[name] not in known:
            yield Error(
                f"HEADROOM {name} is {said[name]!r}.",
                hint=f"One of {', '.join(known)}.",
                id="headroom.E005",
            )
    if isinstance(said.get("EXEMPT"), str):
        yield Error("HEADROOM EXEMPT is a list of paths.", hint='["/help/"]', id="headroom.E005")


def _check_subject(subject: object) -> Iterable[CheckMessage]:
    if isinstance(subject, str):
        try:
            subject = import_string(subject)
        except ImportError as error:
            yield Error(f"HEADROOM SUBJECT is not there: {error}", id="headroom.E006")
            return
    if subject is not None and not callable(subject):
        yield Error("HEADROOM SUBJECT cannot be called.", id="headroom.E006")


def _check_spool(path: Path) -> Iterable[CheckMessage]:
    if path.absolute().is_relative_to(tempfile.gettempdir()):
        yield Warning(
            f"Usage waits in {path}, a directory for temporary files.",
            hint="Name a place that survives a restart: HEADROOM SPOOL.",
            id="headroom.W007",
        )


def _check_middleware() -> Iterable[CheckMessage]:
    if MIDDLEWARE not in settings.MIDDLEWARE:
        yield Warning(
            "The middleware of Headroom is not installed: nobody is asked about.",
            hint=f"Add {MIDDLEWARE} to MIDDLEWARE.",
            id="headroom.W008",
        )
    elif _AUTHENTICATION in settings.MIDDLEWARE and settings.MIDDLEWARE.index(
        MIDDLEWARE
    ) < settings.MIDDLEWARE.index(_AUTHENTICATION):
        yield Error(
            "The middleware of Headroom runs before it is known who is signed in.",
            hint=f"Put it below {_AUTHENTICATION}.",
            id="headroom.E009",
        )
