"""Loads the data set, or brings an earlier load up to date; what was done is kept in a file."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Membership, Organization, User
from accounts.services.api_keys import issue_api_key
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from demo.dataset import (
    access,
    beginnings,
    deletion,
    directory,
    findings,
    limits,
    outcomes,
    ownership,
    papers,
    payers,
    people,
    purchasing,
    sharing,
    single_sign_on,
    true_ups,
    usage_extras,
)
from demo.dataset.activity import WEEK, Activity, read_activity, weeks_for_active, weeks_to_now
from demo.dataset.cast import CUSTOMERS, STAFF, THE_STORY, Card, Customer
from demo.dataset.differences import differ_from_stripe
from demo.dataset.money import (
    Buyer,
    Clocks,
    move_the_catalog_on,
    name_seller,
    publish_catalog,
)
from demo.dataset.plan import Plan, make_plan
from demo.environment import write_private
from seats.services.rollup import roll_up_usage
from seats.services.seats import assign_seat, release_seat
from seats.services.summaries import count_summaries
from seats.services.utilization import backfill_days, snapshot_utilization
from seats.services.waiting import request_seat
from signals.services.scan import scan

BATCH: Final = 1_000
DAYS_SCANNED: Final = 20
WAITING_IN_THE_STORY: Final = 4
_EVERY_ROLE: Final = ("owner", "admin", "billing", "champion", "member")


@dataclass
class Progress:
    """What earlier runs did: by how many weeks usage moved, how many steps of a plan are taken."""

    began_at: str = ""
    api_key: str = ""
    weeks: dict[str, int] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    sent_until: str = ""
    is_scanned: bool = False

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return what is kept in `path`, or a new beginning."""
        return cls(**json.loads(path.read_text())) if path.exists() else cls()


@dataclass(frozen=True, slots=True)
class Company:
    """An organization of the demo as it is being loaded; `activity` ends now."""

    customer: Customer
    organization: Organization
    activity: Activity
    plan: Plan


class Loader:
    """One run of `load_demo`. `say` gets a line for each thing done."""

    def __init__(self, directory: Path, say: Callable[[str], None]) -> None:
        self._directory = directory
        self._path = directory / "dataset.json"
        self._progress = Progress.load(self._path)
        self._say = say
        self._now = timezone.now()
        is_first = not self._progress.began_at
        if is_first:
            self._progress.began_at = self._now.isoformat()
        # Plans are made for the moment of the first run, so that a later one continues them.
        self._planned_at = datetime.fromisoformat(self._progress.began_at)

    def run(self) -> None:
        """Load everything that is missing; after that, only what has come due since."""
        if self._progress.is_scanned:
            self._go_on()
            return
        staff = people.ensure_staff()
        admin = next(u for u in staff.values() if u.vendor_role == User.VendorRole.VENDOR_ADMIN)
        name_seller(actor=Actor.of(admin), now=self._planned_at)
        publish_catalog(actor=Actor.of(admin), now=self._planned_at)
        beginnings.set_rates(actor=Actor.of(admin), now=self._planned_at)
        self._ensure_api_key(admin)
        companies = self._ensure_companies(staff)
        sign_ins = self._ensure_sign_ins(companies)
        self._send_usage(company.activity for company in companies)
        self._live(companies)
        clocks = Clocks(self._progress.began_at)
        payers_sign_ins = payers.let_them_live(
            staff, clocks, planned_at=self._planned_at, now=self._now
        )
        payers_sign_ins += true_ups.let_them_use_more(
            staff,
            clocks,
            api_key=self._progress.api_key,
            planned_at=self._planned_at,
            now=self._now,
        )
        move_the_catalog_on(actor=Actor.of(admin), now=self._now)
        sign_ins += self._begin(companies, staff) + payers_sign_ins
        payers.plan_and_ask(staff, now=self._now)
        sign_ins += self._let_purchasing_decide(companies)
        self._say(f"{len(payers.PAYERS)} organizations that show how paying goes")
        self._say(f"{len(true_ups.CASES)} organizations with a quarter to true up")
        self._write_seed(sign_ins)
        access.open_doors(
            next(c.organization for c in companies if c.customer is THE_STORY),
            admin=self._admin_of(THE_STORY),
            vendor=admin,
            now=self._now,
        )
        asked = next(c for c in companies if c.customer.external_id == "celery")
        access.ask_for_access(
            asked.organization, manager=staff[asked.customer.manager.email], now=self._now
        )
        self._say("a role, a key, webhooks and a question for access")
        self._finish(companies)
        self._plan_ahead(companies, staff)
        differ_from_stripe(clocks, now=self._now)
        usage_extras.show_the_rest(
            {c.customer.external_id: c.organization for c in companies},
            {c.customer.external_id: Actor.of(self._admin_of(c.customer)) for c in companies},
            now=self._now,
        )
        self._say("regions, saved views, totals only, events put aside")
        for company in companies:
            if company.organization.slug == "cirrus-logistik":
                sharing.share_an_account(company.organization, now=self._now)
                deletion.let_somebody_go(company.organization, now=self._now)
            if company.customer.external_id == single_sign_on.WITH_SSO:
                single_sign_on.sign_in_through_a_provider(
                    company.organization,
                    company.customer,
                    admin=self._admin_of(company.customer),
                    now=self._now,
                )
        self._say("an account that two people share, a deletion that waits, single sign-on")
        # What was just loaded is counted by plans for what is there, not for empty tables.
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        backfill_days(
            since=self._now.date() - timedelta(days=365), until=self._now.date(), now=self._now
        )
        snapshot_utilization(now=self._now)
        count_summaries(now=self._now)
        self._say("the daily figures of twelve months")
        self._say(f"{findings.look(now=self._now)} findings")
        for company in companies:
            if company.customer.external_id == directory.CONNECTED:
                self._connect_directory(company)

    def _connect_directory(self, company: Company) -> None:
        token = directory.connect_directory(
            company.organization,
            actor=Actor.of(self._admin_of(company.customer)),
            now=self._now,
        )
        requests = directory.sync(
            address=f"{settings.BASE_URL}/scim/v2",
            token=token,
            employees=directory.employees_of(company.organization),
        )
        self._say(f"a directory that sent {requests} requests")

    def _go_on(self) -> None:
        """Report the usage that has come due since the last run, and let the clocks catch up."""
        source = read_activity()
        activities = [
            source[c.external_id].shifted(self._progress.weeks[c.external_id] * WEEK)
            for c in CUSTOMERS
        ]
        self._send_usage(activity.until(self._now) for activity in activities)
        clocks = Clocks(self._progress.began_at)
        with staff_context(user_id=0, scope=StaffScope.ALL):
            organizations = {o.external_id: o for o in Organization.objects.all()}
        for customer in (*CUSTOMERS, *payers.PAYERS, *(c.customer for c in true_ups.CASES)):
            # A demo that was loaded by an earlier version has fewer organizations.
            if organization := organizations.get(customer.external_id):
                admin = self._admin_of(customer)
                Buyer(organization, customer, clocks, admin).live_until(self._now)
        snapshot_utilization(now=self._now)
        count_summaries(now=self._now)

    def _keep(self) -> None:
        write_private(self._path, json.dumps(asdict(self._progress), indent=2) + "\n")

    def _ensure_api_key(self, admin: User) -> None:
        if self._progress.api_key:
            return
        with staff_context(user_id=admin.pk, scope=StaffScope.ALL):
            _row, key = issue_api_key(
                name="Product", actor=Actor.of(admin), now=self._now, created_by=admin
            )
        self._progress.api_key = key
        self._keep()

    def _ensure_companies(self, staff: dict[str, User]) -> list[Company]:
        source = read_activity()
        least = weeks_to_now(source, self._planned_at)
        companies = []
        for customer in CUSTOMERS:
            whole = source[customer.external_id]
            weeks = self._weeks(customer, whole, least)
            shifted = whole.shifted(weeks * WEEK)
            past = shifted.until(self._planned_at)
            organization = people.ensure_organization(
                customer,
                manager=staff[customer.manager.email],
                founded_at=past.happenings[0].at - timedelta(days=1),
            )
            people.add_people(organization, customer, past)
            companies.append(
                Company(
                    customer,
                    organization,
                    shifted.until(self._now),
                    make_plan(customer, past, self._planned_at),
                )
            )
        self._say(f"{len(companies)} organizations")
        return companies

    def _weeks(self, customer: Customer, activity: Activity, least: int) -> int:
        name = customer.external_id
        if name not in self._progress.weeks:
            self._progress.weeks[name] = (
                weeks_for_active(activity, now=self._planned_at, least_weeks=least, active=8)
                if customer is THE_STORY
                else least + customer.weeks_back
            )
            self._keep()
        return self._progress.weeks[name]

    def _ensure_sign_ins(self, companies: Iterable[Company]) -> list[dict[str, Any]]:
        sign_ins: list[dict[str, Any]] = []
        for company in companies:
            users = sorted(company.plan.seated) or sorted(company.activity.spans())
            sign_ins += people.ensure_sign_ins(
                company.organization,
                company.customer,
                roles=_EVERY_ROLE if company.customer is THE_STORY else ("admin",),
                champion=users[0],
                member=users[-1],
            )
        return sign_ins + [people.staff_sign_in(member) for member in STAFF]

    def _send_usage(self, activities: Iterable[Activity]) -> None:
        """Report the usage through the public API, as the vendor's product does."""
        sent_until = datetime.min.replace(tzinfo=UTC)
        if self._progress.sent_until:
            sent_until = datetime.fromisoformat(self._progress.sent_until) - timedelta(hours=1)
        events = [
            happening.event | {"at": happening.at.isoformat()}
            for activity in activities
            for happening in activity.happenings
            if happening.at > sent_until
        ]
        accepted = 0
        headers = {"Authorization": f"Bearer {self._progress.api_key}"}
        with httpx.Client(headers=headers, trust_env=False, timeout=60) as http:
            for batch in batched(events, BATCH):
                answer = http.post(
                    f"{settings.BASE_URL}/api/v1/events", json={"events": list(batch)}
                )
                answer.raise_for_status()
                result = answer.json()
                if result["rejected"]:
                    raise RuntimeError(f"usage was refused: {result['rejected'][0]}")
                accepted += result["accepted"]
        roll_up_usage(now=self._now)
        self._progress.sent_until = self._now.isoformat()
        self._keep()
        self._say(f"{accepted:,} usage events through the API")

    def _live(self, companies: list[Company]) -> None:
        """Let two years pass: seats are bought, people sit down and stand up, terms renew."""
        clocks = Clocks(self._progress.began_at)
        for company in companies:
            customer, organization = company.customer, company.organization
            done = self._progress.steps.get(customer.external_id, 0)
            if done == len(company.plan.steps):
                continue
            buyer = Buyer(organization, customer, clocks, self._admin_of(customer))
            with clocks.deliveries_held_back():
                self._take_steps(company, buyer, done)
                buyer.live_until(self._now)
                if customer.card is not Card.GOOD:
                    buyer.pay_with(customer.card, self._now)
            people.let_people_go(
                organization,
                company.activity,
                seated=company.plan.seated,
                now=self._planned_at,
            )
            self._say(f"{customer.name}: {company.plan.seats} seats")

    def _begin(self, companies: list[Company], staff: dict[str, User]) -> list[dict[str, str]]:
        """Make the organizations at the beginning, and grant the one discount."""
        finance = next(u for u in staff.values() if u.vendor_role == User.VendorRole.FINANCE)
        for company in companies:
            if company.customer.external_id == beginnings.DISCOUNTED:
                beginnings.grant_the_discount(
                    company.organization, actor=Actor.of(finance), now=self._now
                )
        sign_ins = beginnings.begin_all(staff, now=self._now)
        self._say(f"{len(beginnings.BEGINNERS)} organizations at the beginning")
        return sign_ins

    def _admin_of(self, customer: Customer) -> User:
        return User.objects.get(email=f"{people.LOCAL_PARTS['admin']}@{customer.domain}")

    def _take_steps(self, company: Company, buyer: Buyer, done: int) -> None:
        organization_id = company.organization.pk
        with organization_context(organization_id):
            ids = dict(Membership.objects.values_list("external_id", "pk"))
        for number, step in enumerate(company.plan.steps[done:], start=done + 1):
            if step.seats:
                buyer.have(step.seats, step.at)
            elif step.joins:
                assign_seat(
                    organization_id=organization_id,
                    membership_id=ids[step.joins],
                    actor=SYSTEM,
                    now=step.at,
                )
            else:
                release_seat(
                    organization_id=organization_id,
                    membership_id=ids[step.leaves],
                    actor=SYSTEM,
                    now=step.at,
                    reason="left",
                )
            self._progress.steps[company.customer.external_id] = number
            self._keep()

    def _finish(self, companies: list[Company]) -> None:
        """Let people wait for seats, then look for signals on the days before today."""
        finance = User.objects.get(vendor_role=User.VendorRole.FINANCE)
        for company in companies:
            self._let_people_wait(company)
            if company.customer.external_id == limits.OVER:
                limits.lend_seats(
                    company.organization,
                    company.customer,
                    finance=Actor.of(finance),
                    now=self._now,
                )
        story = next(c for c in companies if c.customer is THE_STORY)
        others = [c.organization.pk for c in companies if c is not story]
        today = self._now.date()
        for days in range(DAYS_SCANNED, 0, -1):
            scan(now=self._now, as_of=today - timedelta(days=days), organization_ids=others)
        # Three days in a row open the alert: the third is today's, by the scan that beat starts.
        local = self._now.astimezone(ZoneInfo(story.customer.time_zone)).date()
        for days in (2, 1):
            as_of = local - timedelta(days=days)
            scan(now=self._now, as_of=as_of, organization_ids=[story.organization.pk])
        self._progress.is_scanned = True
        self._keep()
        self._say(f"signals of the last {DAYS_SCANNED} days")

    def _let_people_wait(self, company: Company) -> None:
        organization_id = company.organization.pk
        if company.customer is THE_STORY:
            waiting = people.add_waiting_people(
                company.organization,
                company.customer,
                department="Marketing",
                count=WAITING_IN_THE_STORY,
                now=self._now,
            )
        else:
            with organization_context(organization_id):
                waiting = list(Membership.objects.filter(external_id__in=company.plan.waiting))
        notes = limits.NOTES if company.customer.external_id == limits.FULL else ()
        for number, membership in enumerate(waiting):
            request_seat(
                organization_id=organization_id,
                membership_id=membership.pk,
                actor=SYSTEM,
                now=self._now - timedelta(days=6, hours=-9 * number),
                note=notes[number] if number < len(notes) else "",
            )

    def _let_purchasing_decide(self, companies: list[Company]) -> list[dict[str, str]]:
        company = next(c for c in companies if c.customer.external_id == purchasing.WITH_RULES)
        sign_ins = purchasing.let_purchasing_decide(
            company.organization,
            company.customer,
            admin=self._admin_of(company.customer),
            planned_at=self._planned_at,
            now=self._now,
        )
        self._say("an organization whose purchases are approved inside")
        return sign_ins

    def _plan_ahead(self, companies: list[Company], staff: dict[str, User]) -> None:
        """Let the story's organization plan its purchases, and those with quotes issue papers."""
        vendor = next(u for u in staff.values() if u.vendor_role == User.VendorRole.VENDOR_ADMIN)
        papers.answer_procurement(actor=Actor.of(vendor), now=self._now)
        for company in companies:
            admin = Actor.of(self._admin_of(company.customer))
            if company.customer is THE_STORY:
                ownership.share_the_work(company.organization, staff, admin=vendor, now=self._now)
                outcomes.record_by_hand(company.organization, admin=admin, now=self._now)
                papers.plan_ahead(
                    company.organization,
                    admin=admin,
                    manager=Actor.of(staff[company.customer.manager.email]),
                    now=self._now,
                )
            papers.issue_papers(company.organization, admin=admin, now=self._now)
        with staff_context(user_id=0, scope=StaffScope.ALL):
            growing = Organization.objects.get(external_id=payers.GROWING.external_id)
        admin = Actor.of(self._admin_of(payers.GROWING))
        papers.issue_papers(growing, admin=admin, now=self._now)
        findings.come_and_ask(growing, admin=admin, now=self._now)

    def _write_seed(self, sign_ins: list[dict[str, Any]]) -> None:
        seed = {"api_key": self._progress.api_key, "sign_ins": sign_ins}
        write_private(self._directory / "seed.json", json.dumps(seed, indent=2) + "\n")
