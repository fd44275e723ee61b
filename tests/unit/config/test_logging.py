"""What a log line must not hold."""

from typing import Any

import pytest

from config.logging import redact


def redacted(**event: Any) -> dict[str, Any]:
    return dict(redact(None, "info", event))


class TestRedact:
    @pytest.mark.parametrize(
        "name", ["password", "new_password", "Authorization", "api_key", "csrf_token", "set_cookie"]
    )
    def test_blanks_a_field_with_the_name_of_a_secret(self, name: str) -> None:
        assert redacted(**{name: "anything"}) == {name: "[redacted]"}

    @pytest.mark.parametrize(
        "value", ["sk_test_4eC39HqLyjWD", "whsec_abcdef12345", "hr_0123456789ab_fedcba"]
    )
    def test_blanks_a_value_with_the_form_of_a_secret(self, value: str) -> None:
        assert redacted(event=f"called with {value}") == {"event": "called with [redacted]"}

    def test_leaves_the_rest_alone(self) -> None:
        event = {"event": "seat assigned", "organization_id": 7}
        assert redacted(**event) == event
