"""What the vendor's product asks before somebody comes in."""

from typing import Annotated

import msgspec

from seats.ingest.http import HttpProblem
from seats.ingest.keys import Caller
from seats.services.usage_events import explain

type Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
type Note = Annotated[str, msgspec.Meta(max_length=1000)]


class EntitlementQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """Who wants to come in. The session counts where they are limited."""

    member: Key
    organization: Key | None = None
    session_id: Note | None = None
    device_id: Note | None = None


_question_decoder = msgspec.json.Decoder(EntitlementQuestion)


def decode_question(body: bytes, caller: Caller) -> tuple[str, str, str]:
    """Return (organization, member, session or nothing) of the question. Raises HttpProblem."""
    try:
        question = _question_decoder.decode(body)
    except msgspec.ValidationError as error:
        wrong = explain(error)
        raise HttpProblem(400, wrong.code, wrong.reason, field=wrong.field) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HttpProblem(400, "malformed_json", "The body is not JSON.") from error
    own = caller.organization and caller.organization[0]
    organization = question.organization or own
    if organization is None:
        raise HttpProblem(
            400, "missing", "A vendor-wide key names the organization.", field="organization"
        )
    if "\x00" in organization or "\x00" in question.member:
        raise HttpProblem(400, "invalid_text", "The text holds a NUL character.", field="member")
    if own is not None and organization != own:
        raise not_found()
    return organization, question.member, question.session_id or ""


def not_found() -> HttpProblem:
    """Return the answer for an organization that is unknown, or another's: they look the same."""
    return HttpProblem(404, "not_found", "There is no such organization.")
