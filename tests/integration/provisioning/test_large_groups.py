"""A few members of a large group change without the others being read."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import organization_context
from provisioning.models import DirectoryGroup, DirectoryGroupMember
from tests.integration.provisioning.conftest import Directory


def fill(directory: Directory, group_id: str, members: int) -> None:
    """Give a group so many members more, whom nobody knows here."""
    with organization_context(directory.organization.pk):
        group = DirectoryGroup.objects.get(scim_id=group_id)
        DirectoryGroupMember.objects.bulk_create(
            DirectoryGroupMember(
                organization=directory.organization, group=group, value=f"somebody-{number}"
            )
            for number in range(members)
        )


def values(directory: Directory, group: dict[str, Any]) -> set[str]:
    """Return who is in a group, as it is read."""
    found = directory.ask("GET", f"/Groups/{group['id']}").json()  # type: ignore[attr-defined]
    return {member["value"] for member in found.get("members", [])}


@pytest.mark.django_db
class TestMembersOfALargeGroup:
    def test_join_and_leave_with_the_same_statements_and_rows_as_those_of_a_small_one(
        self, directory: Directory
    ) -> None:
        ada, ben = (directory.create(name)["id"] for name in ("ada", "ben"))
        directory.create("warm")
        counts, rows = [], []
        for size in (10, 1000):
            group = directory.group(f"Group of {size}", ben)
            fill(directory, group["id"], size - 1)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                joined = directory.patch(
                    f"/Groups/{group['id']}",
                    {"op": "Add", "path": "members", "value": [{"value": ada, "display": "Ada"}]},
                    {"op": "Remove", "path": "members", "value": [{"value": ben}]},
                    {"op": "remove", "path": 'members[value eq "somebody-3"]'},
                )
            assert joined.status_code == 204
            counts.append(len(captured))
            rows.append(
                [q["sql"] for q in captured if "provisioning_directorygroupmember" in q["sql"]]
            )
            # Of `size` two left, and one came.
            assert len(values(directory, group)) == size - 1
            assert values(directory, group) & {ada, ben, "somebody-3"} == {ada}
        assert counts[0] == counts[1]
        # Who is in the group is asked for by name.
        assert all(" IN (" in sql or "INSERT" in sql for sql in rows[1])

    def test_read_the_same_as_after_a_change_of_the_whole_group(self, directory: Directory) -> None:
        ada, ben = (directory.create(name)["id"] for name in ("ada", "ben"))
        operations: tuple[dict[str, Any], ...] = (
            {"op": "add", "path": "members", "value": [{"value": ada}, {"value": "gone"}]},
            {"op": "remove", "path": f'members[value eq "{ben}"]'},
            {"op": "add", "path": "members", "value": {"value": ada, "display": "another"}},
            {"op": "remove", "path": "members", "value": [{"value": "never there"}]},
        )
        small, whole = directory.group("small", ben), directory.group("whole", ben)
        directory.patch(f"/Groups/{small['id']}", *operations)
        # Attributes that are asked for have the group read as a whole.
        answer = directory.patch(f"/Groups/{whole['id']}?attributes=members", *operations)
        assert answer.status_code == 200
        read = [
            directory.ask("GET", f"/Groups/{group['id']}").json()["members"]  # type: ignore[attr-defined]
            for group in (small, whole)
        ]
        assert read[0] == read[1]
        assert [member["value"] for member in read[0]] == [ada, "gone"]

    def test_change_the_version_once_and_not_for_nothing(self, directory: Directory) -> None:
        ada = directory.create("ada")["id"]
        group = directory.group("Everybody")
        path = f"/Groups/{group['id']}"
        add = {"op": "add", "path": "members", "value": [{"value": ada}]}
        first = directory.patch(path, add)
        assert first.headers["ETag"] == 'W/"2"'
        assert directory.patch(path, add).headers["ETag"] == 'W/"2"'
        stale = directory.patch(path, {**add, "op": "remove"}, **{"If-Match": 'W/"1"'})
        assert stale.status_code == 412
        assert values(directory, group) == {ada}
