"""What was kept for its time goes, and what is younger stays; each rule by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client

from accounts.models import Invitation, Membership, Organization, RetentionRun, SupportAccess, User
from accounts.retention import KEEPINGS
from accounts.services.retention import forget_what_is_over
from accounts.tenancy import organization_context
from identity.models import KnownBrowser
from integrations.models import OutgoingEvent
from provisioning.models import DirectoryRequest, PeopleImport
from seats.models import OpenSession, PeopleExport, QuarantinedEvent
from signals.models import Notification
from tests.support.people import NOW, make_membership, make_organization, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
DAY = timedelta(days=1)


class World:
    """Makes one row of a kind that ended, or was made, at a time."""

    def __init__(self) -> None:
        self.acme: Organization = make_organization("acme")
        self.ben: User = make_user("ben")
        self.person: Membership = make_membership(self.acme, user=self.ben)
        self.number = 0

    def own(self, model: type[models.Model], **fields: Any) -> None:
        self.number += 1
        model._default_manager.create(organization=self.acme, **fields)

    def invitation(self, at: datetime) -> None:
        self.own(
            Invitation,
            membership=self.person,
            email="ben@example.com",
            created_at=at,
            expires_at=at + 7 * DAY,
            revoked_at=at,
        )

    def consent(self, at: datetime) -> None:
        ended = SupportAccess.State.ENDED
        fields = {"asked_at": at, "decided_at": at, "ends_at": at, "state": ended}
        self.own(SupportAccess, staff=self.ben, reason="Help", minutes=5, **fields)

    def session(self, at: datetime) -> None:
        self.number += 1
        key = f"session{self.number}"
        Session.objects.create(session_key=key, session_data="", expire_date=at)
        listed = UserSession.objects.create(
            user=self.ben, ip="192.0.2.7", session_key=key, user_agent="", data={}
        )
        UserSession.objects.filter(pk=listed.pk).update(
            created_at=NOW - 2 * DAY, last_seen_at=NOW - 2 * DAY
        )

    def browser(self, at: datetime) -> None:
        self.number += 1
        KnownBrowser.objects.create(
            user=self.ben, token_hash=str(self.number), first_seen_at=at, last_seen_at=at
        )

    def delivery(self, at: datetime) -> None:
        self.own(OutgoingEvent, type="seat.assigned", dedupe_key=str(at), payload={}, created_at=at)

    def request(self, at: datetime) -> None:
        self.own(DirectoryRequest, method="GET", path="/Users", status=200, at=at)

    def file(self, at: datetime) -> None:
        self.own(PeopleImport, filename="people.csv", created_at=at)

    def imported(self, at: datetime) -> None:
        done = PeopleImport.State.DONE
        self.own(PeopleImport, filename="people.csv", created_at=at, state=done)

    def put_aside(self, at: datetime) -> None:
        QuarantinedEvent.objects.using("pipeline").create(
            organization=self.acme, event_id=str(at), at=NOW, reason="odd", ended_at=at
        )

    def asked_for(self, at: datetime) -> None:
        self.own(PeopleExport, requested_by=self.ben, created_at=at, touched_at=at, format="csv")

    def notice(self, at: datetime) -> None:
        self.own(
            Notification,
            recipient=self.ben,
            kind=Notification.Kind.TASK_OPENED,
            subject_type="task",
            subject_id=1,
            dedupe_key=str(at),
            state=Notification.State.SENT,
            created_at=at,
            sent_at=at,
        )

    def open_session(self, at: datetime) -> None:
        OpenSession.objects.using("pipeline").create(
            organization=self.acme,
            membership=self.person,
            session=str(at),
            first_at=at,
            seen_at=at,
        )


# Rule, what makes a row, its table, and how many rows a row of it is.
RULES: list[tuple[str, Callable[[World, datetime], None], type[models.Model], int]] = [
    ("invitations", World.invitation, Invitation, 1),
    ("support_consents", World.consent, SupportAccess, 1),
    ("sessions", World.session, Session, 2),
    ("known_browsers", World.browser, KnownBrowser, 1),
    ("deliveries", World.delivery, OutgoingEvent, 1),
    ("directory_requests", World.request, DirectoryRequest, 1),
    ("people_files", World.file, PeopleImport, 1),
    ("people_imports", World.imported, PeopleImport, 1),
    ("quarantined_events", World.put_aside, QuarantinedEvent, 1),
    ("people_files_asked_for", World.asked_for, PeopleExport, 1),
    ("notifications", World.notice, Notification, 1),
    ("open_sessions", World.open_session, OpenSession, 1),
]


class TestARule:
    def test_lets_go_of_what_is_over_and_of_nothing_else(self) -> None:
        world = World()
        for name, make, model, rows in RULES:
            kept_for = KEEPINGS[name].kept_for
            with organization_context(world.acme.pk):
                make(world, NOW - kept_for - timedelta(minutes=1))
                make(world, NOW - kept_for + timedelta(minutes=1))
            assert KEEPINGS[name].forget(now=NOW) == rows, name
            assert KEEPINGS[name].forget(now=NOW) == 0, name
            with organization_context(world.acme.pk):
                assert model._default_manager.count() == 1, name
                model._default_manager.all().delete()


class TestTheJob:
    def test_runs_each_rule_when_it_is_due_and_goes_on_where_one_fails(self) -> None:
        def fail(*, now: datetime) -> int:
            raise OSError("no disk")

        broken = replace(KEEPINGS["deliveries"], forget=fail)
        with patch.dict(KEEPINGS, {"deliveries": broken}):
            assert forget_what_is_over(now=NOW).keys() == KEEPINGS.keys()
        problems = {run.name: run.problem for run in RetentionRun.objects.exclude(problem="")}
        assert problems == {"deliveries": "OSError: no disk"}
        hourly = {name for name, each in KEEPINGS.items() if each.every < DAY}
        assert forget_what_is_over(now=NOW + timedelta(minutes=59)).keys() == hourly
        assert forget_what_is_over(now=NOW + timedelta(minutes=61)) == {}
        assert forget_what_is_over(now=NOW + DAY).keys() == KEEPINGS.keys()
        assert not RetentionRun.objects.exclude(problem="").exists()

    def test_is_shown_to_the_vendors_operations(self) -> None:
        client = Client()
        client.force_login(make_user("olga", vendor_role="vendor_admin"))
        assert "not run yet" in client.get("/vendor/jobs/retention/").content.decode()
        RetentionRun.objects.create(name="invitations", ran_at=NOW, rows=7, rows_ever=31)
        page = client.get("/vendor/jobs/retention/").content.decode()
        assert "90 days" in page
        assert "late" in page  # it ran at a time long ago, and is due every day
        assert ">31<" in page
