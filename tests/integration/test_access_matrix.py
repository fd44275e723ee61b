"""Every route and API operation as anonymous, wrong role, other tenant, right role.

The routes come from the URL configuration, what each asks for from its own declaration. A route
whose address names an object needs that object in the `acme` fixture: without it the test fails.
"""

import functools
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

import config.urls
from accounts.access import AccessKind
from accounts.domain.roles import OrganizationRole, Permission, Powers, VendorRole, may
from accounts.models import Department, User
from accounts.services.history import SYSTEM
from accounts.services.roles import create_role
from accounts.tenancy import organization_context
from billing.gateways.stripe import connection
from stripe_sandbox.validation import ValidatingHTTPClient
from tests.support.acme import Acme, make_acme
from tests.support.database import empty_all_tables
from tests.support.people import NOW, make_membership, make_user
from tests.support.routes import LOGIN, Route, of_kind, operations
from tests.support.stripe import Sandbox, sandbox_process

__all__ = ["sandbox_process"]

_nobody = Client()
_people: dict[int, tuple[Client, str]] = {}


def _bare(status: int) -> object:
    def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
        return HttpResponse(status=status)

    return refuse


@pytest.fixture(scope="module")
def acme(
    sandbox_process: Sandbox, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Acme]:
    """Acme, committed once for the module; every test's own changes are rolled back."""
    connection.client.cache_clear()
    with (
        override_settings(STRIPE_API_BASE=sandbox_process.url),
        patch.object(connection, "http_client", ValidatingHTTPClient),
        django_db_blocker.unblock(),
    ):
        made = make_acme(sandbox_process)
        for user in (*made.customers.values(), made.cleo, *made.staff.values()):
            sign_in_for_good(user)
        yield made
        empty_all_tables()
    _people.clear()
    connection.client.cache_clear()


@pytest.fixture(scope="module")
def narrowed(acme: Acme, django_db_blocker: DjangoDbBlocker) -> list[tuple[User, Powers]]:
    """Two who may do less than a built-in role: by a role of acme's own, and by departments."""
    held = frozenset({Permission.PEOPLE_READ, Permission.BILLING_READ})
    with django_db_blocker.unblock():
        role = create_role(
            organization_id=acme.organization.pk,
            name="Reader",
            permissions=held,
            granter=OrganizationRole.OWNER,
            actor=SYSTEM,
            now=NOW,
        )
        with organization_context(acme.organization.pk):
            sales = Department.objects.create(organization=acme.organization, name="Narrowed")
        reader, dan = make_user("reader"), make_user("dan")
        own = make_membership(acme.organization, user=reader, custom_role=role)
        some = make_membership(acme.organization, user=dan, role="admin", reach=[sales.pk])
        with organization_context(acme.organization.pk):
            assert Permission.SETTINGS_READ not in own.powers.permissions
            for user in (reader, dan):
                sign_in_for_good(user)
            return [(reader, own.powers), (dan, some.powers)]


@pytest.fixture(autouse=True)
def _bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse without the page around it, which is the same everywhere: see TestRefusals."""
    monkeypatch.setattr(config.urls, "handler403", _bare(403), raising=False)
    monkeypatch.setattr(config.urls, "handler404", _bare(404), raising=False)
    # The sessions are read anew: what a test did to one was rolled back.
    cache.clear()


def call(client: Client, address: str) -> HttpResponseBase:
    """Read a page; a page that answers forms only gets an empty form."""
    answer = client.get(address)
    return client.post(address) if answer.status_code == 405 else answer


def operate(client: Client, method: str, address: str) -> HttpResponseBase:
    """Call an operation; one that takes a body gets an empty object."""
    return client.generic(
        method.upper(), address, "" if method == "get" else "{}", content_type="application/json"
    )


def sign_in_for_good(user: User) -> None:
    """Sign somebody in once for all tests of the module: a sign-in costs more than a page."""
    client = Client()
    client.force_login(user)
    _people[user.pk] = client, client.cookies[settings.SESSION_COOKIE_NAME].value


def signed_in(user: User) -> Client:
    """Return a client with the session of the user, and nothing that an answer left there."""
    client, key = _people[user.pk]
    client.cookies.clear()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def stranger() -> Client:
    """Return a client without a session."""
    _nobody.cookies.clear()
    return _nobody


@functools.cache
def with_key(key: str) -> Client:
    """Return a client of the API."""
    return Client(headers={"Authorization": f"Bearer {key}"})


def is_refusal_to_strangers(answer: HttpResponseBase) -> bool:
    """Tell whether the answer sends somebody to the sign-in page."""
    return answer.status_code == 302 and answer.headers["Location"].startswith(LOGIN)


def assert_is_served(answer: HttpResponseBase) -> None:
    """The reader got in: whatever the answer says, it is no refusal and no failure."""
    assert not is_refusal_to_strangers(answer)
    assert answer.status_code not in (401, 403, 404), answer.status_code
    assert answer.status_code < 500, answer.status_code


@pytest.mark.django_db
class TestRefusals:
    """The page around a refusal, for everybody."""

    @pytest.fixture(autouse=True)
    def _bare_refusals(self) -> None:
        cache.clear()

    def test_are_whole_pages(self, acme: Acme, narrowed: list[tuple[User, Powers]]) -> None:
        refused = f"/o/{acme.organization.slug}/settings/roles/new/"
        may_not = [acme.customers[OrganizationRole.MEMBER], *(user for user, _powers in narrowed)]
        for user in may_not:
            self.assert_is_whole(signed_in(user).get(refused), 403)
        self.assert_is_whole(signed_in(acme.customers[OrganizationRole.MEMBER]).get("/no/"), 404)
        for user in (acme.cleo, *acme.staff.values()):
            self.assert_is_whole(signed_in(user).get(refused), 404)
        self.assert_is_whole(
            signed_in(acme.staff[VendorRole.ACCOUNT_MANAGER]).get("/vendor/prices/"), 403
        )

    @staticmethod
    def assert_is_whole(answer: HttpResponseBase, status: int) -> None:
        assert isinstance(answer, HttpResponse)
        assert answer.status_code == status
        assert b"</main>" in answer.content


@pytest.mark.django_db(databases=["default", "pipeline"])
class TestPages:
    @pytest.mark.parametrize("route", of_kind(AccessKind.ORGANIZATION), ids=str)
    def test_of_an_organization(
        self, acme: Acme, narrowed: list[tuple[User, Powers]], route: Route
    ) -> None:
        permission = route.access.permission
        assert permission is not None
        address = acme.address(route)
        assert is_refusal_to_strangers(call(stranger(), address))
        assert call(signed_in(acme.cleo), address).status_code == 404
        for staff in acme.staff.values():
            assert call(signed_in(staff), address).status_code == 404
        for role, user in acme.customers.items():
            if not may(role, permission):
                assert call(signed_in(user), address).status_code == 403, role
        for user, powers in narrowed:
            # What somebody of little may change is there for the owner nevertheless.
            with transaction.atomic():
                answer = call(signed_in(user), address)
                transaction.set_rollback(True)
            if not powers.may_open(permission, narrows=route.access.narrows):
                assert answer.status_code == 403, user
            else:
                # An object may be of another department: then it is not there for dan.
                assert not is_refusal_to_strangers(answer), user
                assert answer.status_code != 403, user
                assert answer.status_code < 500, user
        owner = acme.customers[OrganizationRole.OWNER]
        assert may(OrganizationRole.OWNER, permission)
        assert_is_served(call(signed_in(owner), address))

    @pytest.mark.parametrize("route", of_kind(AccessKind.VENDOR), ids=str)
    def test_of_the_vendor(self, acme: Acme, route: Route) -> None:
        permission = route.access.permission
        assert permission is not None
        address = acme.address(route)
        assert is_refusal_to_strangers(call(stranger(), address))
        for user in acme.customers.values():
            assert call(signed_in(user), address).status_code == 404
        for role, user in acme.staff.items():
            if not may(role, permission):
                assert call(signed_in(user), address).status_code == 403, role
        reader = next(
            r
            for r in (VendorRole.VENDOR_ADMIN, VendorRole.FINANCE, VendorRole.ACCOUNT_MANAGER)
            if may(r, permission)
        )
        assert_is_served(call(signed_in(acme.staff[reader]), address))

    @pytest.mark.parametrize("route", of_kind(AccessKind.SIGNED_IN), ids=str)
    def test_of_everybody_who_is_signed_in(self, acme: Acme, route: Route) -> None:
        address = acme.address(route)
        assert is_refusal_to_strangers(call(stranger(), address))
        assert_is_served(call(signed_in(acme.cleo), address))

    @pytest.mark.parametrize("route", of_kind(AccessKind.PUBLIC), ids=str)
    def test_of_the_public(self, acme: Acme, route: Route) -> None:
        assert not is_refusal_to_strangers(call(stranger(), acme.address(route)))


@pytest.mark.django_db
class TestObjectsOfAnotherOrganization:
    """Cleo owns `other`; acme's objects asked for below her own address are not there."""

    NAMED = [
        route
        for route in of_kind(AccessKind.ORGANIZATION)
        if set(route.parameters) - {"slug", "format", "token"}
    ]

    @pytest.mark.parametrize("route", NAMED, ids=str)
    def test_answer_404(self, acme: Acme, route: Route) -> None:
        address = acme.address(route, organization=acme.other)
        assert call(signed_in(acme.cleo), address).status_code == 404


@pytest.mark.django_db(databases=["default", "pipeline"])
class TestOperations:
    @pytest.mark.parametrize(("route", "method"), operations(AccessKind.ORGANIZATION), ids=str)
    def test_of_any_key(self, acme: Acme, route: Route, method: str) -> None:
        address = acme.address(route)
        assert operate(stranger(), method, address).status_code == 401
        for key in (acme.own_key, acme.vendor_key):
            # What the first removes is there for the second.
            with transaction.atomic():
                assert_is_served(operate(with_key(key), method, address))
                transaction.set_rollback(True)
        if "<str:organization>" in route.path:
            assert operate(with_key(acme.other_key), method, address).status_code == 404

    @pytest.mark.parametrize(("route", "method"), operations(AccessKind.VENDOR), ids=str)
    def test_of_the_vendors_key(self, acme: Acme, route: Route, method: str) -> None:
        address = acme.address(route)
        assert operate(stranger(), method, address).status_code == 401
        assert operate(with_key(acme.own_key), method, address).status_code == 403
        assert_is_served(operate(with_key(acme.vendor_key), method, address))

    def test_are_walked_with_every_method(self) -> None:
        walked = operations(AccessKind.ORGANIZATION) + operations(AccessKind.VENDOR)
        assert {method for _route, method in walked} >= {"get", "post", "delete"}

    @pytest.mark.parametrize(
        "key", ["hr_000000000000_" + "0" * 64, "", "sk_test_1"], ids=["unknown", "none", "foreign"]
    )
    def test_refuse_a_wrong_key(self, acme: Acme, key: str) -> None:
        assert with_key(key).get("/api/v1/organizations").status_code == 401
