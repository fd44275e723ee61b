"""Where the SCIM server reads and writes: people and groups of one organization.

Each operation is a transaction in the organization's context; one that writes takes the lock of
its people first, so that two requests of the directory come one after the other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from django.db import connection as database
from scim2_models import (
    ConflictException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
    UniquenessException,
)
from scim2_server.storage import ScimStorage, SearchPage

from accounts.models import Membership
from accounts.services.people import NobodyLeftInCharge, lock_people
from accounts.tenancy import organization_context
from provisioning.models import DirectoryGroup, DirectoryGroupMember, DirectoryUser
from provisioning.protocol import filters
from provisioning.protocol.folding import folded, folded_text
from provisioning.protocol.provider import GROUP_MODEL, PROVIDER, USER_MODEL
from provisioning.services import groups, users
from provisioning.services.groups import Member
from provisioning.services.users import UserNameTaken

_FARTHEST = 2**62
_TABLES = {"User": filters.USERS, "Group": filters.GROUPS}


class DirectoryStorage(ScimStorage):
    """The resources of one organization at the moment `now`."""

    def __init__(self, *, organization_id: int, now: datetime, writes: bool) -> None:
        self.organization_id = organization_id
        self.now = now
        self.writes = writes

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Enclose one operation in its transaction, tenant and, if it writes, lock."""
        with organization_context(self.organization_id):
            if self.writes:
                lock_people(organization_id=self.organization_id)
            yield

    # -- Reading --------------------------------------------------------

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        if resource_type.name == "User":
            return self._users([self._user(resource_id)])[0]
        return self._groups([self._group(resource_id)], response_parameters)[0]

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        parts, params = [], []
        for kind, resource_type in enumerate(resource_types):
            table = _TABLES[cast(str, resource_type.name)]
            condition = filters.where(search_request.filter, table)
            parts.append(
                f"SELECT {kind} AS kind, {table.name}.id AS id, "  # noqa: S608
                f"{filters.order(search_request, table)} AS sorted FROM {table.name} "
                f"WHERE {table.name}.organization_id = %s AND ({condition.sql})"
            )
            params += [self.organization_id, *condition.params]
        found = " UNION ALL ".join(parts)
        descends = search_request.sort_order == SearchRequest.SortOrder.descending
        by = (
            f'sorted COLLATE "C" {"DESC" if descends else "ASC"}, '
            if search_request.sort_by
            else ""
        )
        with database.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({found}) found", params)  # noqa: S608
            total = cursor.fetchone()[0]
            if search_request.count == 0:
                return SearchPage(total, [])
            cursor.execute(
                f"SELECT kind, id FROM ({found}) found ORDER BY {by}kind, id LIMIT %s OFFSET %s",  # noqa: S608
                [*params, search_request.count, min(search_request.start_index_0 or 0, _FARTHEST)],
            )
            page = cursor.fetchall()
        resources: dict[tuple[int, int], Resource[Any]] = {}
        for kind, resource_type in enumerate(resource_types):
            ids = [pk for of, pk in page if of == kind]
            if resource_type.name == "User":
                rows = DirectoryUser.objects.filter(pk__in=ids).select_related("membership")
                ordered = list(rows)
                read = self._users(ordered)
                resources |= {(kind, row.pk): one for row, one in zip(ordered, read, strict=True)}
            else:
                group_rows = list(DirectoryGroup.objects.filter(pk__in=ids))
                read = self._groups(group_rows, search_request)
                resources |= {
                    (kind, row.pk): one for row, one in zip(group_rows, read, strict=True)
                }
        return SearchPage(total, [resources[key] for key in page])

    # -- Writing --------------------------------------------------------

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        if resource_type.name == "Group":
            group = groups.create_group(
                organization_id=self.organization_id,
                document=_document(resource),
                search=folded(resource),
                members=_members(resource),
                now=self.now,
            )
            return self._groups([group], None)[0]
        with _as_scim_errors():
            user = users.create_user(
                organization_id=self.organization_id,
                document=_document(resource),
                search=folded(resource),
                user_name_key=folded_text(cast(Any, resource).user_name),
                is_active=cast(Any, resource).active is not False,
                now=self.now,
            )
        return self._users([user])[0]

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        resource_id = cast(str, resource.id)
        if resource_type.name == "Group":
            group = self._group(resource_id, locked=True)
            _check_version(_version(group.version), expected_version)
            groups.change_group(
                group=group,
                document=_document(resource),
                search=folded(resource),
                members=_members(resource),
                now=self.now,
            )
            return self._groups([group], None)[0]
        user = self._user(resource_id, locked=True)
        _check_version(_user_version(user), expected_version)
        with _as_scim_errors():
            users.change_user(
                user=user,
                document=_document(resource),
                search=folded(resource),
                user_name_key=folded_text(cast(Any, resource).user_name),
                is_active=cast(Any, resource).active is not False,
                now=self.now,
            )
        return self._users([user])[0]

    def change_members(
        self,
        resource_id: str,
        wanted: Mapping[str, Member | None],
        *,
        check: Callable[[Resource[Any]], object],
    ) -> Resource[Any]:
        """Put members into a group (a Member) and take others out (None), and read no other one.

        `check` raises what forbids the change. Returns the group without its members.
        """
        group = self._group(resource_id, locked=True)
        check(self._bare(group))
        present = set(group.members.filter(value__in=list(wanted)).values_list("value", flat=True))
        groups.change_members(
            group=group,
            joining=[m for value, m in wanted.items() if m is not None and value not in present],
            leaving=[value for value, m in wanted.items() if m is None and value in present],
            now=self.now,
        )
        return self._bare(group)

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        if resource_type.name == "Group":
            group = self._group(resource_id, locked=True)
            _check_version(_version(group.version), expected_version)
            groups.delete_group(group=group, now=self.now)
            return
        user = self._user(resource_id, locked=True)
        _check_version(_user_version(user), expected_version)
        with _as_scim_errors():
            users.delete_user(user=user, now=self.now)

    # -- Rows -----------------------------------------------------------

    def _user(self, resource_id: str, *, locked: bool = False) -> DirectoryUser:
        rows = DirectoryUser.objects.select_related("membership__department", "membership__region")
        if locked:
            rows = rows.select_for_update(of=("self",), no_key=True)
        user = rows.filter(organization_id=self.organization_id, scim_id=resource_id).first()
        if user is None:
            raise NotFoundException(detail=f"User {resource_id!r} not found")
        return user

    def _group(self, resource_id: str, *, locked: bool = False) -> DirectoryGroup:
        rows = DirectoryGroup.objects.filter(
            organization_id=self.organization_id, scim_id=resource_id
        )
        group = (rows.select_for_update(no_key=True) if locked else rows).first()
        if group is None:
            raise NotFoundException(detail=f"Group {resource_id!r} not found")
        return group

    def _users(self, rows: Sequence[DirectoryUser]) -> list[Resource[Any]]:
        """Return people as resources; the groups of all of them in one query."""
        in_groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
        named = DirectoryGroupMember.objects.filter(user__in=rows).values_list(
            "user_id", "group__scim_id", "group__display_name"
        )
        for user_id, scim_id, display in named:
            in_groups[user_id].append(
                {
                    "value": scim_id,
                    "$ref": f"Groups/{scim_id}",
                    "display": display,
                    "type": "direct",
                }
            )
        return [
            self._resource(
                USER_MODEL,
                "User",
                row,
                _user_version(row),
                row.document
                | _activity(row)
                | ({"groups": in_groups[row.pk]} if row.pk in in_groups else {}),
            )
            for row in rows
        ]

    def _groups(
        self, rows: Sequence[DirectoryGroup], parameters: ResponseParameters[Any] | None
    ) -> list[Resource[Any]]:
        """Return groups as resources; their members only if the answer keeps them."""
        members: dict[int, list[dict[str, Any]]] = defaultdict(list)
        if _keeps_members(parameters):
            for member in DirectoryGroupMember.objects.filter(group__in=rows).select_related(
                "user", "child"
            ):
                members[member.group_id].append(_member_document(member))
        return [
            self._resource(
                GROUP_MODEL,
                "Group",
                row,
                _version(row.version),
                row.document | ({"members": members[row.pk]} if row.pk in members else {}),
            )
            for row in rows
        ]

    def _bare(self, group: DirectoryGroup) -> Resource[Any]:
        """Return a group without its members."""
        return self._resource(GROUP_MODEL, "Group", group, _version(group.version), group.document)

    def _resource(
        self,
        model: type[Resource[Any]],
        name: str,
        row: DirectoryUser | DirectoryGroup,
        version: str,
        document: dict[str, Any],
    ) -> Resource[Any]:
        resource = model.model_validate(document, scim_policy=PROVIDER.policy)
        resource.id = row.scim_id
        resource.meta = Meta(
            resource_type=name,
            created=row.created_at,
            last_modified=row.modified_at,
            version=version,
        )
        return resource


@contextmanager
def _as_scim_errors() -> Iterator[None]:
    try:
        yield
    except UserNameTaken as error:
        raise UniquenessException(detail=str(error)) from error
    except NobodyLeftInCharge as error:
        raise ConflictException(detail=str(error)) from error


def _document(resource: Resource[Any]) -> dict[str, Any]:
    """Return the resource as it was sent, without what is kept elsewhere or by nobody."""
    document = resource.model_dump(scim_policy=PROVIDER.policy)
    for name in ("id", "meta", "groups", "members", "password"):
        document.pop(name, None)
    return document


def _members(resource: Resource[Any]) -> list[Member]:
    """Return whom a group names, each once: sent twice, the first entry counts."""
    members: dict[str, Member] = {}
    for member in cast(Any, resource).members or []:
        if member.value:
            members.setdefault(
                member.value, Member(value=member.value, document=member.model_dump())
            )
    return list(members.values())


def _member_document(member: DirectoryGroupMember) -> dict[str, Any]:
    """Return a member as it was sent, with what the directory left out and is known here."""
    sent = dict(member.document) | {"value": member.value}
    known: dict[str, Any] = {}
    if member.user is not None:
        name = member.user.document.get("displayName") or member.user.user_name
        known = {"type": "User", "$ref": f"Users/{member.value}", "display": name}
    elif member.child is not None:
        name = member.child.display_name
        known = {"type": "Group", "$ref": f"Groups/{member.value}", "display": name}
    return sent | known | ({"display": sent["display"]} if sent.get("display") else {})


def _keeps_members(parameters: ResponseParameters[Any] | None) -> bool:
    if parameters is None:
        return True
    excluded = {str(path).lower() for path in parameters.excluded_attributes or []}
    wanted = {str(path).lower() for path in parameters.attributes or []}
    if "members" in excluded:
        return False
    return not wanted or any("members" in path for path in wanted)


def _is_active(user: DirectoryUser) -> bool:
    return user.membership.state != Membership.State.DEACTIVATED


def _activity(user: DirectoryUser) -> dict[str, bool]:
    """Return whether somebody is active: the truth of here, if the directory ever spoke of it."""
    if not _is_active(user):
        return {"active": False}
    return {"active": True} if "active" in user.document else {}


def _version(number: int) -> str:
    return f'W/"{number}"'


def _user_version(user: DirectoryUser) -> str:
    """Return the version, another one for somebody who was deactivated here."""
    return f'W/"{user.version}{"" if _is_active(user) else "-inactive"}"'


def _check_version(version: str, expected: str | None) -> None:
    if expected is not None and version != expected:
        raise PreconditionFailedException
