"""The weekly mail: the figures of the pages, once to each person and week, ended by its link."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from seats.models import WeeklyMail, WeeklyMailReader
from seats.selectors.seat_words import FORMULA
from seats.services.mails import reader_of
from seats.services.rollup import roll_up_usage
from seats.services.seats import assign_seat, change_purchased_seats
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from seats.services.weekly_mail import (
    build_weekly_mail,
    choose_weekly_mail,
    send_weekly_mails,
)
from tests.support.people import make_admin, make_membership, make_organization

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = timezone.now()
TODAY = NOW.astimezone(UTC).date()
# The Monday of this week, ten past eight; figures are counted as of then.
DUE = datetime.combine(TODAY - timedelta(days=TODAY.weekday()), datetime.min.time(), UTC).replace(
    hour=8, minute=10
)


@pytest.fixture
def acme() -> Organization:
    """Five seats: ben and dan work on one, eva sits idle, finn works without; ada reads."""
    acme = make_organization("acme", time_zone="UTC")
    make_admin("ada", acme)
    with organization_context(acme.pk):
        change_purchased_seats(organization_id=acme.pk, seats_after=5, actor=SYSTEM, now=NOW)
    people = {n: make_membership(acme, external_id=n) for n in ("ben", "dan", "eva", "finn")}
    for name in ("ben", "dan", "eva"):
        assign_seat(organization_id=acme.pk, membership_id=people[name].pk, actor=SYSTEM, now=NOW)
    at = min(DUE, NOW) - timedelta(days=2)
    write_events(
        [
            EventRow(
                organization_id=acme.pk, event_id=f"{name}-{feature}", at=at, member=name,
                kind="feature", feature=feature,
            )
            for name, feature in (("ben", "board"), ("dan", "board"), ("finn", "editor"))
        ]
    )  # fmt: skip
    roll_up_usage(now=NOW)
    choose(acme, wants=True)
    return acme


def reader(acme: Organization) -> Membership:
    with organization_context(acme.pk):
        return Membership.objects.select_related("user").get(user__email="ada@example.com")


def choose(acme: Organization, *, wants: bool) -> None:
    membership = reader(acme)
    user = membership.user
    assert user is not None
    choose_weekly_mail(
        organization_id=acme.pk,
        membership_id=membership.pk,
        wants=wants,
        actor=Actor.of(user),
        now=NOW,
    )


def states(acme: Organization) -> list[str]:
    with organization_context(acme.pk):
        return list(WeeklyMail.objects.values_list("state", flat=True))


class TestWhatItSays:
    def test_is_what_the_pages_say(self, acme: Organization, client: Client) -> None:
        now = timezone.now()
        with organization_context(acme.pk):
            row = WeeklyMail(organization=acme, membership=reader(acme), week_on=TODAY)
            who = reader_of(row.membership, acme)
            assert who is not None
            message = build_weekly_mail(row, who, now=now)
        client.force_login(User.objects.get(email="ada@example.com"))
        usage = client.get(f"/o/{acme.slug}/usage/").text
        features = client.get(f"/o/{acme.slug}/usage/features/").text
        assert message.subject == "Acme: 3 people were active in 28 days"
        text = str(message.body)
        for sentence, page in (
            ("3 people were active in 28 days", usage),
            ("1 seat was not used.", usage),
            ("board reaches most people: 2 of 3", features),
        ):
            assert sentence in text
            assert sentence in page
        assert "1 active person has no seat." in text
        assert "1 of them has no seat." in usage
        assert "Seats: 5 purchased, 3 assigned, 2 free." in text
        # 3 active of 5 purchased; the Overview opens with the same sentences.
        assert "3 of 5 seats in use." in text
        assert "Utilization: 60%." in text
        assert str(FORMULA) in text
        overview = client.get(f"/o/{acme.slug}/").text
        assert "3 of 5 seats in use." in overview
        assert "1 active person has no seat." in overview
        preview = client.get(f"/o/{acme.slug}/usage/weekly-mail/").text
        assert all(line[2:] in preview for line in text.splitlines() if line.startswith("- "))


class TestOnceAWeek:
    def test_goes_out_once_on_monday_morning_to_those_who_chose_it(
        self, acme: Organization
    ) -> None:
        assert send_weekly_mails(now=DUE - timedelta(minutes=20)).sent == 0
        assert send_weekly_mails(now=DUE).sent == 1
        assert send_weekly_mails(now=DUE + timedelta(hours=1)).sent == 0
        assert [message.to for message in mail.outbox] == [["ada@example.com"]]
        assert send_weekly_mails(now=DUE + timedelta(days=7)).sent == 1
        # Who may not read usage any more gets none, whatever was chosen before.
        with organization_context(acme.pk):
            Membership.objects.filter(pk=reader(acme).pk).update(role="member")
        assert send_weekly_mails(now=DUE + timedelta(days=14)).sent == 0

    def test_is_sent_once_by_two_workers_at_the_same_moment(self, acme: Organization) -> None:
        start, counts = Barrier(2), []

        def work() -> None:
            try:
                start.wait()
                counts.append(send_weekly_mails(now=DUE).sent)
            finally:
                connections.close_all()

        workers = [Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sorted(counts) == [0, 1]
        assert len(mail.outbox) == 1

    def test_is_tried_again_after_a_refusal_and_never_after_a_crash_in_between(
        self, acme: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> int:
            raise ConnectionRefusedError

        with monkeypatch.context() as patch:
            patch.setattr(EmailMultiAlternatives, "send", refuse)
            assert send_weekly_mails(now=DUE).failed == 1
        assert send_weekly_mails(now=DUE + timedelta(minutes=5)).sent == 0
        assert send_weekly_mails(now=DUE + timedelta(minutes=35)).sent == 1

        def die(*_: object, **__: object) -> int:
            raise KeyboardInterrupt

        next_week = DUE + timedelta(days=7)
        with monkeypatch.context() as patch:
            patch.setattr(EmailMultiAlternatives, "send", die)
            with pytest.raises(KeyboardInterrupt):
                send_weekly_mails(now=next_week)
        again = send_weekly_mails(now=next_week + timedelta(minutes=16))
        assert (again.sent, again.uncertain) == (0, 1)
        assert sorted(states(acme)) == ["sent", "uncertain"]
        assert len(mail.outbox) == 1


class TestEndingIt:
    def test_takes_one_press_on_the_link_of_the_mail_without_signing_in(
        self, acme: Organization
    ) -> None:
        send_weekly_mails(now=DUE)
        link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
        path = urlsplit(str(link)).path
        assert path in str(mail.outbox[0].body)
        anybody = Client(enforce_csrf_checks=True)
        assert "Stop the weekly mail about Acme?" in anybody.get(path).text
        for _press in range(2):
            answer = anybody.post(path, {"List-Unsubscribe": "One-Click"})
            assert "No mail comes any more" in answer.text
        with organization_context(acme.pk):
            assert not WeeklyMailReader.objects.exists()
        assert anybody.post(path[:-3] + "x/").status_code == 404
        assert send_weekly_mails(now=DUE + timedelta(days=7)).sent == 0

    def test_is_possible_on_the_page_too(self, acme: Organization, client: Client) -> None:
        client.force_login(User.objects.get(email="ada@example.com"))
        page = f"/o/{acme.slug}/usage/weekly-mail/"
        assert client.post(page, {"wants": "no"}).status_code == 302
        assert send_weekly_mails(now=DUE).sent == 0
        client.post(page, {"wants": "yes"})
        assert send_weekly_mails(now=DUE).sent == 1
