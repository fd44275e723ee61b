"""A number is no text, and no yes or no.

The framework's text fields take numbers and write them out: 1e3 becomes "1000.0". The OpenAPI file
says text, and a member id that its sender took for a number has lost its leading zeros already.
Its yes or no takes 0, "off" and "n" too, which the file does not.
"""

from typing import Any

from rest_framework import serializers

_as_framework = serializers.CharField.to_internal_value
_yes_or_no = serializers.BooleanField.to_internal_value


def _text_alone(field: serializers.CharField, data: Any) -> str:
    if not isinstance(data, str):
        field.fail("invalid")
    return _as_framework(field, data)


def _true_or_false(field: serializers.BooleanField, data: Any) -> bool:
    # Parameters of an address come as texts.
    if not isinstance(data, bool) and data not in ("true", "false"):
        field.fail("invalid", input=data)
    return bool(_yes_or_no(field, data))


def refuse_numbers_as_text() -> None:
    """Make every text field of the API answer "Not a valid string." to a number.

    And every yes or no refuse what is neither true nor false.
    """
    serializers.BooleanField.to_internal_value = _true_or_false  # type: ignore[method-assign, assignment]
    serializers.CharField.to_internal_value = _text_alone  # type: ignore[method-assign, assignment]
