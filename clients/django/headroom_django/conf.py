"""The setting HEADROOM, read once: `{"URL": ..., "API_KEY": ...}` and what else is wanted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from headroom_client.entitlements import Fail, Policy
from headroom_client.spool import WhenFull

NAMES = frozenset(
    {
        *("URL", "API_KEY", "SUBJECT", "SPOOL", "FAIL", "ENFORCE", "EXEMPT", "REFUSED_URL"),
        *("TIMEOUT", "YES_FOR", "NO_FOR", "STALE_FOR", "SPOOL_LIMIT", "WHEN_FULL"),
    }
)
ENFORCE = ("everywhere", "marked", "nowhere")


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a request is: the vendor's own id of the person, and of their organization.

    With the key of one organization the organization need not be named.
    """

    member: str
    organization: str | None = None


type FindSubject = Callable[[HttpRequest], Subject | None]


def signed_in_by_email(request: HttpRequest) -> Subject | None:
    """Return who is signed in, by their e-mail address; nobody else is asked about."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return Subject(user.email) if getattr(user, "email", "") else None


@dataclass(frozen=True, slots=True)
class Conf:
    """HEADROOM with its defaults. Times in seconds."""

    url: str
    api_key: str
    find_subject: FindSubject
    spool: Path
    spool_limit: int
    when_full: WhenFull
    enforce: str
    exempt: tuple[str, ...]
    refused_url: str | None
    timeout: float
    policy: Policy


def given() -> Mapping[str, Any]:
    """Return the setting as it was written."""
    found = getattr(settings, "HEADROOM", {})
    return found if isinstance(found, Mapping) else {}


def spool_path() -> Path:
    """Return where events wait: beside the project, unless it says where."""
    default = Path(getattr(settings, "BASE_DIR", ".")) / "headroom.spool"
    return Path(given().get("SPOOL") or default)


@cache
def conf() -> Conf:
    """Return the configuration. Raises ImportError for a SUBJECT that is not there."""
    said = given()
    subject = said.get("SUBJECT", signed_in_by_email)
    usual = Policy()
    return Conf(
        url=str(said.get("URL", "")),
        api_key=str(said.get("API_KEY", "")),
        find_subject=cast(
            "FindSubject", import_string(subject) if isinstance(subject, str) else subject
        ),
        spool=spool_path(),
        spool_limit=int(said.get("SPOOL_LIMIT", 100_000)),
        when_full=cast("WhenFull", said.get("WHEN_FULL", "drop_new")),
        enforce=str(said.get("ENFORCE", "everywhere")),
        exempt=tuple(said.get("EXEMPT", ())),
        refused_url=said.get("REFUSED_URL"),
        timeout=float(said.get("TIMEOUT", 1.0)),
        policy=Policy(
            fail=cast("Fail", said.get("FAIL", usual.fail)),
            yes_for=float(said.get("YES_FOR", usual.yes_for)),
            no_for=float(said.get("NO_FOR", usual.no_for)),
            stale_for=float(said.get("STALE_FOR", usual.stale_for)),
        ),
    )
