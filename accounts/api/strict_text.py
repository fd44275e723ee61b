"""A number is no text.

The framework's text fields take numbers and write them out: 1e3 becomes "1000.0". The OpenAPI file
says text, and a member id that its sender took for a number has lost its leading zeros already.
"""

from typing import Any

from rest_framework import serializers

_as_framework = serializers.CharField.to_internal_value


def _text_alone(field: serializers.CharField, data: Any) -> str:
    if not isinstance(data, str):
        field.fail("invalid")
    return _as_framework(field, data)


def refuse_numbers_as_text() -> None:
    """Make every text field of the API answer "Not a valid string." to a number."""
    serializers.CharField.to_internal_value = _text_alone  # type: ignore[method-assign, assignment]
