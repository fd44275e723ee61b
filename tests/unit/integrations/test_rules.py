"""Signatures, pauses and addresses of outgoing messages."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.domain.addresses import UnfitAddress, check_url, is_public
from integrations.domain.retries import PAUSES, next_attempt, wished_pause
from integrations.domain.signing import secret_of, shown, signature_headers

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


class TestTheSignature:
    def test_is_that_of_the_specification(self) -> None:
        # The example of the Standard Webhooks specification and its reference libraries.
        import base64

        secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        headers = signature_headers(
            message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            at=datetime.fromtimestamp(1614265330, UTC),
            body=b'{"test": 2432232314}',
            secrets=[secret],
        )
        assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        assert headers["webhook-timestamp"] == "1614265330"

    def test_is_given_once_for_each_secret(self) -> None:
        secrets = [secret_of("server", "new"), secret_of("server", "old")]
        headers = signature_headers(message_id="m", at=NOW, body=b"{}", secrets=secrets)
        assert len(headers["webhook-signature"].split(" ")) == 2

    def test_rests_on_a_secret_of_this_server_and_salt_alone(self) -> None:
        assert secret_of("server", "a") == secret_of("server", "a")
        assert len({secret_of(key, salt) for key in "xy" for salt in "ab"}) == 4
        assert shown(secret_of("server", "a")).startswith("whsec_")


class TestThePauses:
    def test_grow_to_a_day_and_end(self) -> None:
        again = [next_attempt(attempts=n, at=NOW, key=0) for n in range(1, len(PAUSES) + 2)]
        assert again[:2] == [NOW + timedelta(seconds=5), NOW + timedelta(minutes=5)]
        assert again[-2:] == [NOW + timedelta(days=1), None]

    def test_are_spread_over_a_fifth_differently_at_each_attempt(self) -> None:
        # Second attempt, key 99: 99 x 5 = 495, so 95 of 500: 300 s + 300 s x 95 / 500 = 357 s.
        assert next_attempt(attempts=2, at=NOW, key=99) == NOW + timedelta(seconds=357)
        # Third, key 99: 99 x 7 = 693, so 93 of 500: 1,800 s + 1,800 s x 93 / 500 = 2,134.8 s.
        assert next_attempt(attempts=3, at=NOW, key=99) == NOW + timedelta(seconds=2134.8)

    def test_follow_what_the_receiver_wishes_for_up_to_a_day(self) -> None:
        wished = next_attempt(attempts=1, at=NOW, key=0, wished=timedelta(minutes=2))
        assert wished == NOW + timedelta(minutes=2)
        longest = next_attempt(attempts=1, at=NOW, key=0, wished=timedelta(days=2))
        assert longest == NOW + timedelta(days=1)

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("120", 120),
            ("0", 0),
            ("999999999999", 86_400),
            ("Mon, 02 Nov 2026 12:01:30 GMT", 90),
            ("Mon, 02 Nov 2026 11:00:00 GMT", 0),
            ("", None),
            ("soon", None),
            ("-5", None),
            ("٣", None),
        ],
    )
    def test_read_what_is_wished_as_seconds_or_as_a_date(
        self, header: str, seconds: int | None
    ) -> None:
        expected = None if seconds is None else timedelta(seconds=seconds)
        assert wished_pause(header, NOW) == expected


class TestAnAddress:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
            "0.1.2.3", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
            "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1",
            "2001:0:7f00:1::",
        ],
    )  # fmt: skip
    def test_inside_a_network_is_not_public(self, address: str) -> None:
        assert not is_public(address)

    @pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
    def test_of_the_internet_is(self, address: str) -> None:
        assert is_public(address)

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("http://example.com/", "https"),
            ("ftp://example.com/", "https"),
            ("file:///etc/passwd", "https"),
            ("https://", "form"),
            ("https://example.com/#x", "form"),
            ("https://example.com:99999/", "form"),
            ("https://example.com/a b", "form"),
            ("https://user:secret@example.com/", "user"),
            ("https://example.com/" + "a" * 500, "form"),
        ],
    )
    def test_of_another_form_is_refused(self, url: str, reason: str) -> None:
        with pytest.raises(UnfitAddress, match=reason):
            check_url(url, allow_private=False)

    def test_may_be_plain_where_private_ones_are_allowed(self) -> None:
        check_url("http://127.0.0.1:8000/hook", allow_private=True)
