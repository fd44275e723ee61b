"""JSON in: nothing that a body holds may end in a server error."""

from collections.abc import Callable, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """Parses JSON; a body nested too deeply, with NUL or half a character is a bad request."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body or raise ParseError."""
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        if _holds(data, _is_nul):
            raise ParseError(_("The JSON holds a NUL character, which no field accepts."))
        if _holds(data, _is_broken):
            raise ParseError(_("The JSON holds half of a surrogate pair, which is no character."))
        return data


def _is_nul(text: str) -> bool:
    return "\x00" in text


def _is_broken(text: str) -> bool:
    # Such text can be neither stored nor sent back in the sentence that refuses it.
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _holds(data: Any, is_refused: Callable[[str], bool]) -> bool:
    pending = [data]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            if is_refused(value):
                return True
        elif isinstance(value, dict):
            pending.extend(value.keys())
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return False
