"""What the Directory page shows: how the connection stands, its groups, the log in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from provisioning.models import (
    DirectoryConnection,
    DirectoryGroup,
    DirectoryRequest,
    DirectoryToken,
    DirectoryUser,
)

SHOWN: Final = 50
_WINDOW: Final = timedelta(days=7)

_ASKED: Final = {
    ("POST", "Users"): gettext_lazy("Create a person"),
    ("PUT", "Users"): gettext_lazy("Replace a person"),
    ("PATCH", "Users"): gettext_lazy("Change a person"),
    ("DELETE", "Users"): gettext_lazy("Remove a person"),
    ("GET", "Users"): gettext_lazy("Look for people"),
    ("POST", "Groups"): gettext_lazy("Create a group"),
    ("PUT", "Groups"): gettext_lazy("Replace a group"),
    ("PATCH", "Groups"): gettext_lazy("Change a group"),
    ("DELETE", "Groups"): gettext_lazy("Remove a group"),
    ("GET", "Groups"): gettext_lazy("Look for groups"),
    ("POST", "Bulk"): gettext_lazy("Several changes at once"),
}
_REFUSED: Final = {
    "uniqueness": gettext_lazy(
        "Somebody in the directory has this user name already. Give one of the two another."
    ),
    "invalidFilter": gettext_lazy(
        "The directory asked with a filter that does not hold. Check its attribute mapping."
    ),
    "invalidPath": gettext_lazy(
        "The directory named an attribute that people do not have. Check its attribute mapping."
    ),
    "invalidValue": gettext_lazy(
        "A value does not fit its attribute. Check what the directory maps to it."
    ),
    "invalidSyntax": gettext_lazy("The request was not complete. The directory sends it again."),
    "mutability": gettext_lazy(
        "The directory wanted to change what cannot change. Take it out of the mapping."
    ),
    "noTarget": gettext_lazy("What was to be changed is not there."),
    "tooMany": gettext_lazy("The answer would be too long. Ask for less at once."),
}
_BY_STATUS: Final = {
    404: gettext_lazy("Nobody has this id any more: it was removed before."),
    412: gettext_lazy("It was changed by somebody else in between. The directory reads it again."),
    413: gettext_lazy("Too much at once. Send fewer changes in one request."),
    500: gettext_lazy(
        "That was our fault. The directory tries again; if it stays, tell the vendor."
    ),
    501: gettext_lazy("The directory asked for something that is not offered here."),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the connection stands at a moment; counts of requests are of the last seven days."""

    people: int
    inactive: int
    groups: int
    requests: int
    refused: int
    last_request_at: datetime | None

    @property
    def is_connected(self) -> bool:
        """Whether the directory was ever here."""
        return self.last_request_at is not None


def standing(*, organization_id: int, now: datetime) -> Standing:
    """Return how the connection stands."""
    users = DirectoryUser.objects.filter(organization_id=organization_id).aggregate(
        people=Count("pk"), inactive=Count("pk", filter=Q(membership__state="deactivated"))
    )
    requests = DirectoryRequest.objects.filter(
        organization_id=organization_id, at__gt=now - _WINDOW
    ).aggregate(all=Count("pk"), refused=Count("pk", filter=Q(status__gte=400)))
    connection = DirectoryConnection.objects.filter(organization_id=organization_id).first()
    return Standing(
        people=users["people"],
        inactive=users["inactive"],
        groups=DirectoryGroup.objects.filter(organization_id=organization_id).count(),
        requests=requests["all"],
        refused=requests["refused"],
        last_request_at=connection.last_request_at if connection else None,
    )


def valid_tokens(*, organization_id: int, now: datetime) -> list[DirectoryToken]:
    """Return the tokens that open the door, the newest first: two at most."""
    tokens = DirectoryToken.objects.filter(
        organization_id=organization_id, revoked_at__isnull=True
    ).select_related("created_by")
    return [token for token in tokens if token.is_valid(now)]


def groups_with_members(*, organization_id: int) -> QuerySet[DirectoryGroup]:
    """Return the groups with how many are in each, by name."""
    return (
        DirectoryGroup.objects.filter(organization_id=organization_id)
        .select_related("department")
        .annotate(people=Count("members", filter=Q(members__user__isnull=False)))
        .order_by("display_name", "pk")
    )


@dataclass(frozen=True, slots=True)
class LogLine:
    """A request in words; `answer` is empty when it was done."""

    at: datetime
    asked: str
    about: str
    answer: str
    status: int
    request: str


def log_lines(*, organization_id: int, refused_only: bool) -> list[LogLine]:
    """Return the last requests in words, the newest first."""
    requests = DirectoryRequest.objects.filter(organization_id=organization_id)
    if refused_only:
        requests = requests.filter(status__gte=400)
    return [
        LogLine(
            at=request.at,
            asked=_asked(request),
            about=request.about,
            answer=_answer(request),
            status=request.status,
            request=f"{request.method} {request.path}",
        )
        for request in requests[:SHOWN]
    ]


def _asked(request: DirectoryRequest) -> str:
    parts = request.path.split("?")[0].strip("/").split("/")
    if parts[-1] == ".search":
        return str(_ASKED.get(("GET", parts[0]), _("Look for people and groups")))
    if request.method == "GET" and len(parts) == 2 and parts[0] in ("Users", "Groups"):
        return _("Read a person") if parts[0] == "Users" else _("Read a group")
    return str(_ASKED.get((request.method, parts[0]), _("Read what the service offers")))


def _answer(request: DirectoryRequest) -> str:
    if request.status < 400:
        return ""
    if request.code in _REFUSED:
        return str(_REFUSED[request.code])
    if request.status in _BY_STATUS:
        return str(_BY_STATUS[request.status])
    return request.detail or _("The request was refused.")
