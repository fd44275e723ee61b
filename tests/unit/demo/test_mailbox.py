"""The mails of the demo can be read in the browser, exactly as they were sent."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.filebased import EmailBackend
from django.test import Client
from pytest_django import Settings

from demo.mailbox import sent_mails


def send(directory: Path, *messages: EmailMultiAlternatives) -> None:
    backend = EmailBackend(alias="demo", file_path=str(directory))
    backend.send_messages(list(messages))


def letter(
    subject: str, to: str = "ada@lago.test", body: str = "Hello", html: str = ""
) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(subject, body, "Headroom <h@vendor.test>", [to])
    if html:
        message.attach_alternative(html, "text/html")
    return message


class TestSentMails:
    def test_an_empty_directory_has_none(self, tmp_path: Path) -> None:
        assert sent_mails(tmp_path) == []
        assert sent_mails(tmp_path / "missing") == []

    def test_a_mail_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        send(
            tmp_path,
            letter("8 von 10 Plätzen belegt", body="Grüße\n\n-- \nHeadroom", html="<p>Grüße"),
        )
        (mail,) = sent_mails(tmp_path)
        assert mail.subject == "8 von 10 Plätzen belegt"
        assert mail.sender == "Headroom <h@vendor.test>"
        assert mail.recipients == "ada@lago.test"
        assert mail.text.rstrip("\n") == "Grüße\n\n-- \nHeadroom"
        assert mail.html.rstrip("\n") == "<p>Grüße"
        assert mail.sent_at.tzinfo is UTC
        assert abs((datetime.now(UTC) - mail.sent_at).total_seconds()) < 3600

    def test_several_mails_of_one_file_are_told_apart(self, tmp_path: Path) -> None:
        send(tmp_path, letter("First"), letter("Second"))
        mails = sent_mails(tmp_path)
        assert {mail.subject for mail in mails} == {"First", "Second"}
        assert len({mail.key for mail in mails}) == 2


class TestPages:
    @pytest.fixture(autouse=True)
    def mail_directory(self, tmp_path: Path, settings: Settings) -> Path:
        settings.DEMO_DIR = tmp_path
        (tmp_path / "mail").mkdir()
        return tmp_path / "mail"

    @pytest.fixture
    def pages(self, settings: Settings) -> Client:
        settings.ROOT_URLCONF = "tests.unit.demo.mail_urls"
        return Client()

    def test_the_list_links_to_each_mail_without_signing_in(
        self, pages: Client, mail_directory: Path
    ) -> None:
        send(mail_directory, letter("Your seats", body="See https://seats.test/quote/1 today"))
        listing = pages.get("/demo/mail/").content.decode()
        assert "Your seats" in listing
        (mail,) = sent_mails(mail_directory)
        page = pages.get(f"/demo/mail/{mail.key}/").content.decode()
        assert '<a href="https://seats.test/quote/1"' in page

    def test_the_list_can_be_narrowed_to_one_recipient(
        self, pages: Client, mail_directory: Path
    ) -> None:
        send(mail_directory, letter("For Ada"), letter("For Max", to="max@vendor.test"))
        listing = pages.get("/demo/mail/", {"to": "max@vendor.test"}).content.decode()
        assert "For Max" in listing
        assert "For Ada" not in listing

    def test_an_empty_mailbox_says_what_will_be_here(self, pages: Client) -> None:
        assert "No mail was sent yet" in pages.get("/demo/mail/").content.decode()

    def test_markup_of_a_mail_cannot_run_anything(
        self, pages: Client, mail_directory: Path
    ) -> None:
        send(mail_directory, letter("<script>alert(1)</script>", html="<p onclick='x()'>Hi</p>"))
        assert "<script>alert" not in pages.get("/demo/mail/").content.decode()
        (mail,) = sent_mails(mail_directory)
        answer = pages.get(f"/demo/mail/{mail.key}/html/")
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy

    def test_an_unknown_mail_is_not_found(self, pages: Client) -> None:
        assert pages.get("/demo/mail/..%2Fkept/").status_code == 404
        assert pages.get("/demo/mail/nothing-0/").status_code == 404
