"""A message is believed if the server that we know signed it, now."""

from datetime import UTC, datetime, timedelta

import pytest

from headroom_client import Webhook, WebhookRefused
from integrations.domain.signing import secret_of, shown, signature_headers

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECRET = secret_of("server", "salt")
OLD = secret_of("server", "old")
BODY = b'{"type": "seats.assigned", "data": {"member": "ben"}}'


def headers(*secrets: bytes, at: datetime = NOW, body: bytes = BODY) -> dict[str, str]:
    return signature_headers(message_id="msg_1", at=at, body=body, secrets=secrets or (SECRET,))


class TestVerify:
    def test_believes_what_the_product_signs(self) -> None:
        message = Webhook(shown(SECRET)).verify(headers(), BODY, now=NOW)
        assert (message.id, message.type, message.data) == (
            "msg_1",
            "seats.assigned",
            {"member": "ben"},
        )

    def test_believes_either_secret_while_one_replaces_the_other(self) -> None:
        assert Webhook(shown(OLD)).verify(headers(SECRET, OLD), BODY, now=NOW)
        assert Webhook(shown(OLD), shown(SECRET)).verify(headers(SECRET), BODY, now=NOW)

    def test_reads_headers_however_they_are_written(self) -> None:
        shouted = {name.title(): value for name, value in headers().items()}
        assert Webhook(shown(SECRET)).verify(shouted, BODY, now=NOW)

    @pytest.mark.parametrize(
        ("given", "body"),
        [
            (headers(OLD), BODY),
            (headers(), BODY + b" "),
            (headers() | {"webhook-id": "msg_2"}, BODY),
            (headers(at=NOW - timedelta(minutes=6)), BODY),
            (headers(at=NOW + timedelta(minutes=6)), BODY),
            (headers() | {"webhook-timestamp": "soon"}, BODY),
            (headers() | {"webhook-signature": "v1,%%%"}, BODY),
            (headers() | {"webhook-signature": "v2,abcd"}, BODY),
            ({}, BODY),
            (headers(body=b"no json"), b"no json"),
            (headers(body=b"[]"), b"[]"),
        ],
    )
    def test_refuses_everything_else(self, given: dict[str, str], body: bytes) -> None:
        with pytest.raises(WebhookRefused):
            Webhook(shown(SECRET)).verify(given, body, now=NOW)

    def test_needs_a_secret_that_is_one(self) -> None:
        with pytest.raises(ValueError, match="secret"):
            Webhook()
        with pytest.raises(ValueError, match="whsec_"):
            Webhook("whsec_%")
