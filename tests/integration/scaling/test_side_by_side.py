"""Two web and two worker processes on one database, behind a pooler of transactions."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import httpx
import psycopg
import pytest
from celery import Celery
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts import tenancy
from accounts.models import Organization
from demo.ports import LOOPBACK, any_free_port
from seats.models import ActivityDay, MemberActivity, MemberFeature, UsageDay
from seats.services.rollup import roll_up_usage
from signals.models import AlertMemory, ExpansionTask, Notification, Signal
from signals.tasks import deliver_notifications, scan_organizations
from tests.support.database import empty_all_tables
from tests.support.people import make_admin, make_api_key, make_organization
from tests.support.pooler import Pooler, pooler
from tests.support.waiting import wait_until
from tests.unit.demo.support import ROOT

HTTP = httpx.Client(trust_env=False, timeout=30)
NOW = datetime.now(UTC)
TASKS = (
    "seats.tasks.roll_up_usage",
    "signals.tasks.scan_organizations",
    "signals.tasks.deliver_notifications",
)


@pytest.fixture(scope="module")
def behind(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pooler]:
    """The pooler; rows of the module are committed and removed at its end."""
    with pooler(tmp_path_factory.mktemp("pooler")) as running, django_db_blocker.unblock():
        yield running
        empty_all_tables()


@pytest.fixture(scope="module")
def webs(behind: Pooler, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The addresses of two web processes; two workers run as well."""
    directory = tmp_path_factory.mktemp("processes")
    environment = os.environ | behind.environment
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    ports = [any_free_port(), any_free_port()]
    commands = [
        ["uvicorn", "config.asgi:application", "--host", LOOPBACK, "--port", str(port)]
        for port in ports
    ] + [
        ["celery", "-A", "config", "worker", "--pool", "solo", "-n", f"w{number}@side-by-side"]
        for number in (1, 2)
    ]
    with ExitStack() as stack:
        for number, command in enumerate(commands):
            log = stack.enter_context((directory / f"log{number}").open("wb"))
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            stack.callback(process.wait, timeout=20)
            stack.callback(process.terminate)
        addresses = [f"http://{LOOPBACK}:{port}" for port in ports]
        wait_until(lambda: all(map(_is_alive, addresses)), "two web processes", seconds=150)
        yield addresses


def _is_alive(address: str) -> bool:
    try:
        return HTTP.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def events(organization: Organization) -> list[dict[str, Any]]:
    """Return 200 events of ten people over twelve days."""
    return [
        {
            "id": f"event-{number}",
            "organization": organization.external_id,
            "member": f"member-{number % 10}",
            "at": (NOW - timedelta(days=number % 12, hours=1)).isoformat(),
            "kind": "feature" if number % 3 else "sign_in",
            **({"feature": f"feature-{number % 4}"} if number % 3 else {}),
        }
        for number in range(200)
    ]


def counted(organization: Organization) -> dict[str, list[tuple[Any, ...]]]:
    """Return what was counted of an organization, and what it was told, without ids."""
    person, thing = "membership__external_id", "feature__name"
    with tenancy.organization_context(organization.pk):
        return {
            "days": sorted(ActivityDay.objects.values_list("day", person, "sign_ins", "actions")),
            "uses": sorted(UsageDay.objects.values_list("day", person, thing, "events")),
            "ever": sorted(
                MemberFeature.objects.values_list(person, thing, "first_day", "last_day", "events")
            ),
            "last": sorted(MemberActivity.objects.values_list(person, "last_active_at")),
            "alerts": sorted(AlertMemory.objects.values_list("kind", "scope", "status", "band")),
            "signals": sorted(Signal.objects.values_list("kind", "scope", "status", "band")),
            "tasks": sorted(ExpansionTask.objects.values_list("play", "state")),
            "told": sorted(Notification.objects.values_list("kind", "state", "recipient__email")),
        }


class TestBehindThePooler:
    def test_a_setting_of_the_session_would_leak(self, behind: Pooler) -> None:
        # What the product must not do: it shows that connections are really shared.
        url = behind.environment["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as careless:
            careless.execute("SET app.organization_id = '4711'")
        seen = set()
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as other:
            for _ in range(6):
                found = other.execute("SELECT current_setting('app.organization_id', true)")
                seen |= {row[0] for row in found}
            assert "4711" in seen
            for _ in range(6):
                other.execute("RESET app.organization_id")

    def test_no_page_shows_another_tenant(self, webs: list[str]) -> None:
        readers = []
        for name in ("north", "south"):
            organization = make_organization(f"leak-{name}")
            admin = Client()
            admin.force_login(make_admin(f"{name}-admin", organization))
            cookie = {"Cookie": f"sessionid={admin.cookies['sessionid'].value}"}
            readers.append((f"/o/leak-{name}/people/", cookie, f"{name}-admin@"))

        def look(turn: int) -> tuple[int, bool, bool]:
            path, cookie, own = readers[turn % 2]
            foreign = readers[(turn + 1) % 2][2]
            page = HTTP.get(f"{webs[turn // 2 % 2]}{path}", headers=cookie)
            return page.status_code, own in page.text, foreign in page.text

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(look, range(32))) == {(200, True, False)}


class TestTwoOfEach:
    def test_leave_what_one_process_leaves_and_nothing_twice(
        self, behind: Pooler, webs: list[str]
    ) -> None:
        one, two = make_organization("one-process"), make_organization("two-of-each")
        headers = {"Authorization": f"Bearer {make_api_key()}"}

        def report(web: str, batch: list[dict[str, Any]]) -> int:
            answer = HTTP.post(f"{web}/api/v1/events", json={"events": batch}, headers=headers)
            return int(answer.json()["accepted"])

        # One process: every event once, every task once and after the other.
        assert report(webs[0], events(one)) == 200
        roll_up_usage(now=datetime.now(UTC))
        scan_organizations()
        deliver_notifications()
        expected = counted(one)
        assert sum(row[-1] for row in expected["uses"]) == sum(n % 3 > 0 for n in range(200))

        # Two of each: each batch goes to both webs at once, the last batches first, while both
        # workers have every task five times.
        batches = [events(two)[start : start + 20] for start in range(0, 200, 20)]
        work = [(web, batch) for batch in reversed(batches) for web in webs]
        broker = os.environ["REDIS_URL"]
        with Celery(broker=broker) as celery, ThreadPoolExecutor(6) as threads:
            accepted = threads.map(lambda pair: report(*pair), work)
            for name, _ in zip(cycle(TASKS), range(15), strict=False):
                celery.send_task(name)
            assert sum(accepted) == 200
            for name in TASKS:
                celery.send_task(name)
                celery.send_task(name)

        def is_done() -> bool:
            return counted(two)["days"] == expected["days"]

        wait_until(is_done, "the two workers", seconds=40)
        found = counted(two)
        assert {name: found[name] for name in ("days", "uses", "ever", "last")} == {
            name: expected[name] for name in ("days", "uses", "ever", "last")
        }
        with Celery(broker=broker) as celery:
            for name in TASKS * 2:
                celery.send_task(name)
        wait_until(lambda: counted(two) == expected, "the same alerts and mails", seconds=30)
