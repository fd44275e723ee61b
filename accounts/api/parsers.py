"""JSON in: nothing that a body holds may end in a server error."""

from collections.abc import Callable, Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils import json


class StrictJSONParser(JSONParser):
    """Parses JSON in UTF-8; what has two meanings, or none, is a bad request.

    That is a body nested too deeply, a name that stands twice in one object (readers differ in
    which they take), NUL, half a character, and numbers that JSON does not know.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body. Raises ParseError and RequestDataTooBig."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body: bytes = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestDataTooBig
        try:
            data = json.loads(body.decode(), object_pairs_hook=_each_once)
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not UTF-8.")) from error
        except ValueError as error:
            raise ParseError(_("The body is not JSON: %(why)s.") % {"why": error}) from error
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        if _holds(data, _is_nul):
            raise ParseError(_("The JSON holds a NUL character, which no field accepts."))
        if _holds(data, _is_broken):
            raise ParseError(_("The JSON holds half of a surrogate pair, which is no character."))
        return data


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            # Written as JSON, for it may hold what is no character.
            shown = json.dumps(name[:80])
            raise ParseError(_("The JSON names %(name)s twice in one object.") % {"name": shown})
        found[name] = value
    return found


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
