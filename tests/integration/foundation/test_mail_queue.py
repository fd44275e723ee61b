"""Mail leaves after the commit, through the queue, once."""

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from accounts.mail import QueuedEmailBackend, from_payload, to_payload


def greeting() -> EmailMultiAlternatives:
    message = EmailMultiAlternatives("Hello", "Text", "a@example.com", ["b@example.com"])
    message.attach_alternative("<p>Text</p>", "text/html")
    return message


class TestPayload:
    def test_keeps_the_whole_message(self) -> None:
        original = greeting()
        copy = from_payload(to_payload(original))
        assert copy.subject == "Hello"
        assert copy.to == ["b@example.com"]
        assert [tuple(a) for a in copy.alternatives] == [("<p>Text</p>", "text/html")]


@pytest.mark.django_db(transaction=True)
class TestQueuedEmailBackend:
    def test_sends_after_the_commit(self) -> None:
        with transaction.atomic():
            QueuedEmailBackend().send_messages([greeting()])
            assert mail.outbox == []
        assert [message.subject for message in mail.outbox] == ["Hello"]

    def test_sends_nothing_after_a_rollback(self) -> None:
        with transaction.atomic():
            QueuedEmailBackend().send_messages([greeting()])
            transaction.set_rollback(True)
        assert mail.outbox == []
