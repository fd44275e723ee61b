"""Filters and pages: what PostgreSQL finds is what the library finds in memory, at one price."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import ScimFilter, SearchRequest
from scim2_server.utils import parametrize

from accounts.tenancy import organization_context
from provisioning.protocol.provider import GROUP_MODEL, GROUP_TYPE, PROVIDER, USER_MODEL, USER_TYPE
from provisioning.protocol.storage import DirectoryStorage
from tests.integration.provisioning.conftest import ENTERPRISE, Directory
from tests.support.people import NOW

PEOPLE: list[dict[str, Any]] = [
    {"userName": "Anna", "title": "Boss", "active": True, "emails": [{"value": "a@x.example"}]},
    {"userName": "ben_%", "title": "", "active": False},
    {"userName": "ÇELIK", "nickName": "50%", ENTERPRISE: {"department": "Sales"}},
    {
        "userName": "dora",
        "name": {"familyName": "de Wit"},
        "emails": [
            {"value": "d@x.example", "type": "work", "primary": True},
            {"value": "D@home.example", "type": "home"},
        ],
        ENTERPRISE: {"department": "sales", "manager": {"value": "M1"}},
    },
]
TEXTS = (
    "userName",
    "title",
    "nickName",
    "name.familyName",
    "emails",
    "emails.value",
    "emails.type",
    "externalId",
    "groups.display",
    f"{ENTERPRISE}:department",
    f"{ENTERPRISE}:manager.value",
)
VALUES = ("anna", "BEN_%", "çelik", "sales", "%", "_", "", "x.example", "work", "M1", "m1", "crew")
comparisons = st.builds(
    lambda path, op, value: f'{path} {op} "{value}"',
    st.sampled_from(TEXTS),
    st.sampled_from(("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")),
    st.sampled_from(VALUES),
)
atoms = st.one_of(
    comparisons,
    st.sampled_from([*(f"{path} pr" for path in TEXTS), *(f"{path} eq null" for path in TEXTS)]),
    st.sampled_from(["active eq true", "active ne true", "emails.primary eq true", "name pr"]),
    st.builds(
        lambda kind, op, value: f'emails[type eq "{kind}" and value {op} "{value}"]',
        st.sampled_from(("work", "home")),
        st.sampled_from(("eq", "ne", "co", "sw")),
        st.sampled_from(("d@x.example", "D@HOME.example", "d")),
    ),
)
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"({a}) and ({b})", inner, inner),
        st.builds(lambda a, b: f"({a}) or ({b})", inner, inner),
        st.builds(lambda a: f"not ({a})", inner),
    ),
    max_leaves=4,
)


def asked_for(model: Any, expression: str | None = None) -> SearchRequest[Any]:
    """Return the request that a server reads from an address."""
    return parametrize(SearchRequest, model).model_validate({"filter": expression})


@pytest.fixture
def storage(directory: Directory) -> DirectoryStorage:
    """Return acme's storage with PEOPLE, two of them in a group."""
    made = DirectoryStorage(organization_id=directory.organization.pk, now=NOW, writes=True)
    with organization_context(directory.organization.pk), PROVIDER:
        ids = [made.create(USER_TYPE, USER_MODEL.model_validate(person)).id for person in PEOPLE]
        group = GROUP_MODEL.model_validate(
            {"displayName": "Crew", "members": [{"value": each} for each in ids[:2]]}
        )
        made.create(GROUP_TYPE, group)
    return made


@pytest.mark.django_db
class TestFilters:
    @given(expression=expressions)
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        derandomize=True,
    )
    def test_find_whom_the_library_finds(self, storage: DirectoryStorage, expression: str) -> None:
        with organization_context(storage.organization_id), PROVIDER:
            everybody = storage.search([USER_TYPE], asked_for(USER_MODEL)).resources
            try:
                request = asked_for(USER_MODEL, expression)
            except ValidationError:
                # An address is compared with addresses: the library refuses it before any search.
                reject()
            found = {each.id for each in storage.search([USER_TYPE], request).resources}
            scim_filter = parametrize(ScimFilter, USER_MODEL)(expression)
            assert found == {each.id for each in everybody if scim_filter.match(each)}

    def test_find_groups_by_their_members(self, storage: DirectoryStorage) -> None:
        with organization_context(storage.organization_id), PROVIDER:
            anna = storage.search(
                [USER_TYPE],
                asked_for(USER_MODEL, 'userName eq "anna"'),
            ).resources[0]
            for asked, count in (
                (f'members eq "{anna.id}"', 1),
                (f'members[value eq "{anna.id}"]', 1),
                ('members.value eq "nobody"', 0),
                ('displayName sw "CR"', 1),
            ):
                request = asked_for(GROUP_MODEL, asked)
                assert (storage.search([GROUP_TYPE], request).total, asked) == (count, asked)


@pytest.mark.django_db
class TestPages:
    def test_cost_the_same_for_two_people_as_for_forty(self, directory: Directory) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                page = directory.ask("GET", "/Users?startIndex=1&count=100&sortBy=userName")
            assert page.status_code == 200
            return len(captured)

        first = [directory.create(f"p{number:02}") for number in range(2)]
        directory.group("Two", *(each["id"] for each in first))
        few = queries()
        more = [directory.create(f"p{number:02}") for number in range(2, 40)]
        directory.group("All", *(each["id"] for each in more))
        assert queries() == few
        page = directory.ask("GET", "/Users?startIndex=39&count=5&sortBy=userName").json()  # type: ignore[attr-defined]
        assert [each["userName"] for each in page["Resources"]] == ["p38", "p39"]
        assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (40, 2, 39)
