"""The middleware in front of a vendor's views: who comes in, who does not, what is reported."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings
from django.utils.decorators import method_decorator
from django.views import View

from accounts.models import Organization
from accounts.tenancy import organization_context
from headroom_django import Subject, entitlement_of, feature, open_to_all
from headroom_django.checks import check_settings
from headroom_django.middleware import HeadroomMiddleware
from headroom_django.refusals import purchase_link
from headroom_django.runtime import begin_anew, sender
from seats.models import UsageEvent
from tests.integration.usage.test_entitlements import give_pool, seat
from tests.support.people import make_api_key, make_membership, make_user

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).resolve().parents[2] / "clients/django/headroom_django/templates"],
    }
]


def who(request: HttpRequest) -> Subject | None:
    name = request.headers.get("X-Who")
    return Subject(name) if name else None


@feature("reports")
def reports(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the reports", status=int(request.GET.get("status", "200")))


@feature("reports")
async def reports_async(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the reports")


@open_to_all
def help_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("help")


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


@method_decorator(feature("classes"), name="dispatch")
class Classes(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("a class")


@pytest.fixture
def shop(server_url: str, acme: Organization, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The setting of a vendor for acme, where ben has the one seat and dan has none."""
    give_pool(acme, purchased_seats=1)
    seat(make_membership(acme, external_id="ben"))
    make_membership(acme, external_id="dan")
    said = {
        "URL": server_url,
        "API_KEY": make_api_key(acme),
        "SUBJECT": who,
        "SPOOL": tmp_path / "spool",
    }
    with override_settings(HEADROOM=said, TEMPLATES=TEMPLATES):
        begin_anew()
        yield said
        begin_anew()


def ask(view: Any, name: str, path: str = "/", **headers: str) -> HttpResponse:
    """Return what a view answers behind the middleware, as Django's own handler would call both."""
    request = RequestFactory().get(path, headers={"X-Who": name} | headers)
    middleware: HeadroomMiddleware

    def answered(given: HttpRequest) -> HttpResponse:
        early: HttpResponse | None = middleware.process_view(given, view, (), {})
        return early if early is not None else view(given)

    middleware = HeadroomMiddleware(answered)
    response = middleware(request)
    assert isinstance(response, HttpResponse)
    return response


def reported(acme: Organization) -> list[tuple[str, str]]:
    assert sender().flush()
    with organization_context(acme.pk):
        return sorted(UsageEvent.objects.values_list("member", "feature"))


class TestMiddleware:
    def test_lets_in_who_has_a_seat_and_reports_the_use(
        self, shop: dict[str, Any], acme: Organization
    ) -> None:
        assert ask(reports, "ben").content == b"the reports"
        assert ask(Classes.as_view(), "ben").content == b"a class"
        assert ask(plain, "ben").content == b"plain"
        assert reported(acme) == [("ben", "classes"), ("ben", "reports")]

    def test_refuses_who_has_none_and_leads_to_one(
        self, shop: dict[str, Any], acme: Organization
    ) -> None:
        answer = ask(reports, "dan")
        text = answer.content.decode()
        assert answer.status_code == 403
        assert f"/o/{acme.slug}/ask/" in text
        assert "no-store" in answer.headers["Cache-Control"]
        assert reported(acme) == []

    def test_gives_an_admin_the_purchase_with_its_number(
        self, shop: dict[str, Any], acme: Organization
    ) -> None:
        ada = make_user(f"ada-{acme.slug}")
        make_membership(acme, user=ada, role="admin")
        assert f"/o/{acme.slug}/seats/add/?seats=1" in ask(reports, ada.email).content.decode()

    def test_tells_programs_in_json(self, shop: dict[str, Any]) -> None:
        answer = ask(reports, "dan", Accept="application/json")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["code"] == "no_seat"

    def test_asks_about_nobody_who_is_not_signed_in_or_needs_no_seat(
        self, shop: dict[str, Any]
    ) -> None:
        assert ask(plain, "").content == b"plain"
        assert ask(help_page, "dan").content == b"help"

    def test_guards_only_what_is_marked_if_told_to(self, shop: dict[str, Any]) -> None:
        with override_settings(HEADROOM=shop | {"ENFORCE": "marked", "EXEMPT": ["/open/"]}):
            begin_anew()
            assert ask(plain, "dan").status_code == 200
            assert ask(reports, "dan").status_code == 403
            assert ask(reports, "dan", path="/open/reports").status_code == 200

    def test_sends_to_the_vendors_own_page_if_there_is_one(self, shop: dict[str, Any]) -> None:
        with override_settings(HEADROOM=shop | {"REFUSED_URL": "/no-seat/"}):
            begin_anew()
            assert ask(reports, "dan").headers["Location"] == "/no-seat/"

    def test_reports_no_use_that_failed(self, shop: dict[str, Any], acme: Organization) -> None:
        ask(reports, "ben", path="/?status=500")
        assert reported(acme) == []

    def test_breaks_no_page_when_the_server_is_away(self, shop: dict[str, Any]) -> None:
        with override_settings(HEADROOM=shop | {"URL": "http://127.0.0.1:9", "TIMEOUT": 0.5}):
            begin_anew()
            assert ask(reports, "dan").status_code == 200
        closed = shop | {"URL": "http://127.0.0.1:9", "FAIL": "closed"}
        with override_settings(HEADROOM=closed):
            begin_anew()
            assert ask(reports, "ben").status_code == 403

    def test_breaks_no_page_when_the_disk_is_full(
        self, shop: dict[str, Any], tmp_path: Path
    ) -> None:
        (tmp_path / "a file").touch()
        with override_settings(HEADROOM=shop | {"SPOOL": tmp_path / "a file" / "spool"}):
            begin_anew()
            assert ask(reports, "ben").status_code == 200

    def test_works_on_an_event_loop(self, shop: dict[str, Any], acme: Organization) -> None:
        async def asked(name: str) -> int:
            request = AsyncRequestFactory().get("/", headers={"X-Who": name})
            middleware: HeadroomMiddleware

            async def answered(given: HttpRequest) -> HttpResponse:
                early: HttpResponse | None = await middleware.process_view(
                    given, reports_async, (), {}
                )
                return early if early is not None else await reports_async(given)

            middleware = HeadroomMiddleware(answered)
            response = await middleware(request)  # type: ignore[misc]
            found = entitlement_of(request)
            assert found is not None
            assert found.allowed is (response.status_code == 200)
            return int(response.status_code)

        assert [asyncio.run(asked(name)) for name in ("ben", "ben", "dan")] == [200, 200, 403]
        assert reported(acme) == [("ben", "reports")] * 2


class TestLink:
    def test_is_none_where_no_seat_would_help(self) -> None:
        from headroom_client import Entitlement

        assert purchase_link(Entitlement(False, "deactivated")) is None
        link = purchase_link(Entitlement(False, "no_seat", purchase_url="https://x/add/"), seats=3)
        assert link == "https://x/add/?seats=3"


class TestChecks:
    GOOD = {"URL": "https://seats.example.com", "API_KEY": "hr_a_b", "SPOOL": "/var/lib/shop"}
    OURS = "headroom_django.middleware.HeadroomMiddleware"
    SIGNED_IN = "django.contrib.auth.middleware.AuthenticationMiddleware"

    def found(self, said: Any, *middleware: str) -> list[str]:
        with override_settings(HEADROOM=said, MIDDLEWARE=list(middleware or (self.OURS,))):
            return [str(message.id).removeprefix("headroom.") for message in check_settings()]

    def test_find_nothing_where_nothing_is_wrong(self) -> None:
        assert self.found(self.GOOD, self.SIGNED_IN, self.OURS) == []

    @pytest.mark.parametrize(
        ("said", "ids"),
        [
            ({}, ["E001", "E001"]),
            ({"KEY": 1}, ["E002"]),
            ({"URL": "seats.example.com"}, ["E003"]),
            ({"URL": "http://seats.example.com"}, ["W004"]),
            ({"URL": "http://127.0.0.1:8000"}, []),
            ({"FAIL": "maybe", "ENFORCE": "never"}, ["E005", "E005"]),
            ({"EXEMPT": "/help/"}, ["E005"]),
            ({"SUBJECT": "nothing.there"}, ["E006"]),
            ({"SUBJECT": 3}, ["E006"]),
            ({"SPOOL": "/tmp/headroom"}, ["W007"]),  # noqa: S108
        ],
    )
    def test_find_each_mistake(self, said: dict[str, Any], ids: list[str]) -> None:
        assert self.found(self.GOOD | said if said else {"SPOOL": "/var/x"}) == ids

    def test_find_a_middleware_that_is_missing_or_too_early(self) -> None:
        assert self.found(self.GOOD, self.SIGNED_IN) == ["W008"]
        assert self.found(self.GOOD, self.OURS, self.SIGNED_IN) == ["E009"]
