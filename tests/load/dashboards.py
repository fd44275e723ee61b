"""Pages over an organization of a million people beside the same pages over one of ten.

Both have twelve months of daily figures. Requests alternate and go through the whole of Django, in
this process: what a page costs is counted, not the socket. No page may take more queries for the
large organization than pages take for the small one.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.load.options import options
from tests.load.population import populate
from tests.load.report import Line, line_of, say
from tests.load.stage import analyze

SECTION = "dashboards"
SMALL = 10
_SORTS = (
    *("name", "department", "last_active", "active_days", "features", "seat"),
    *("-name", "-department", "-last_active", "-active_days", "-features", "-seat"),
)


def _pages(person_id: int, department_id: int, family: str) -> Iterator[tuple[str, str]]:
    """Yield what is measured, and the address behind `/o/<slug>/`."""
    yield "Overview", ""
    yield "Overview by region", "?by=region"
    yield "People", "people/"
    yield "People, page 400", "people/?page=400"
    for order in _SORTS:
        yield f"People by {order}", f"people/?sort={order}"
    yield "People, search of one", f"people/?q={family}"
    yield "People, search of nobody", "people/?q=Zyxwvutsr"
    yield "People, search of many", "people/?q=anna"
    yield "People, search of the last", "people/?q=uwe"
    yield "People, search of everybody", "people/?q=people.example"
    yield "People, search by two words", f"people/?q=anna {family}"
    yield "People of a department", f"people/?department={department_id}"
    yield "People of a level", "people/?level=Analyst"
    yield "People inactive for 30 days", "people/?inactive=30"
    yield "Power users", "people/?power=1"
    for show in ("seated", "unseated", "idle", "waiting", "discovered", "invited", "deactivated"):
        yield f"People {show}", f"people/?show={show}"
    yield "A member's page", f"people/{person_id}/"
    yield "Usage", "usage/"
    yield "Features", "usage/features/"
    yield "Outcomes", "usage/outcomes/"
    yield "Outcomes of a year", "usage/outcomes/?period=year"


class _Reader:
    """An admin who reads the pages of one organization."""

    def __init__(self, name: str, people: int) -> None:
        from django.test import Client

        from accounts.models import Department, Membership, Organization, User
        from accounts.tenancy import organization_context
        from tests.support.people import make_admin, make_organization

        # Kept by a run before: as it was populated then, with the days since.
        kept = Organization.objects.using("pipeline").filter(slug=name).first()
        organization = kept or make_organization(name)
        if kept is None:
            make_admin(f"{name}-admin", organization)
            populate(organization.pk, people, departments=min(40, people // 3))
        admin = User.objects.get(email=f"{name}-admin@example.com")
        self.is_kept = kept is not None
        self.slug = organization.slug
        self.client = Client()
        self.client.force_login(admin)
        with organization_context(organization.pk):
            someone = Membership.objects.filter(organization=organization, state="active")
            person = someone.exclude(user=admin).order_by("pk")[people // 3]
            department = Department.objects.filter(organization=organization).first()
            assert department is not None
            self.pages = dict(_pages(person.pk, department.pk, person.name.split()[1]))

    def seconds(self, page: str) -> float:
        """Return how long a page took."""
        started = time.perf_counter()
        self._get(page)
        return time.perf_counter() - started

    def queries(self, page: str) -> int:
        """Return how many queries a page takes."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as statements:
            self._get(page)
        return len(statements)

    def _get(self, page: str) -> Any:
        answer = self.client.get(f"/o/{self.slug}/{self.pages[page]}")
        assert answer.status_code == 200, (page, answer.status_code)
        return answer


def measure(_directory: Path) -> list[Line]:
    """Fill two organizations, count what is counted every hour, and read their pages in turns."""
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    small = _Reader("few", SMALL)
    large = _Reader(f"many-{options.people}", options.people)
    if not (small.is_kept and large.is_kept):
        _count()
    lines = []
    most = [0, 0]
    for page in small.pages:
        if options.pages and not page.startswith(options.pages):
            continue
        queries = small.queries(page), large.queries(page)
        pairs = [(small.seconds(page), large.seconds(page)) for _request in range(options.requests)]
        times = [sorted(column) for column in zip(*pairs, strict=True)]
        most = [max(pair) for pair in zip(most, queries, strict=True)]
        p95 = [column[int(options.requests * 0.95) - 1] for column in times]
        lines.append(
            line_of(
                SECTION,
                page,
                f"p95 {p95[1] * 1000:,.0f} ms, {queries[1]} queries",
                f"{SMALL} people: {p95[0] * 1000:,.0f} ms, {queries[0]} queries",
                rounds=[p95[1] / p95[0]],
                at_most=3.0,
            )
        )
        say(f"  {page}: {' '.join(lines[-1].cells()[1:])}")
    # Of the page that takes most: a list that is empty asks nothing more about its people.
    lines.append(
        line_of(
            SECTION,
            "queries of a page",
            f"at most {most[1]}",
            f"{SMALL} people: at most {most[0]}",
            rounds=[most[1] / most[0]],
            at_most=1.0,
        )
    )
    return lines


def _count() -> None:
    """Do what the worker does every hour, and every six."""
    from seats.services.page_figures import count_page_figures
    from seats.services.summaries import count_summaries
    from seats.services.utilization import snapshot_utilization

    now = datetime.now(UTC)
    for job in (count_summaries, snapshot_utilization, count_page_figures):
        started = time.perf_counter()
        job(now=now)
        say(f"  {job.__name__}: {time.perf_counter() - started:.0f} s")
    analyze()
