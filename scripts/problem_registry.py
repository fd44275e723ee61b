"""Writes docs/api-problems.md: every `code` that an error answer can have, from the code itself.

    python -m scripts.problem_registry

A test compares the file with what this would write.
"""

import ast
import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "api-problems.md"
APPS = (
    *("accounts", "identity", "sso", "integrations", "seats", "billing", "trueups"),
    *("procurement", "provisioning", "signals"),
)
# Codes of the frame around the operations, with their status; they have no class of ours each.
FRAME = {
    "authentication_failed": (401, "The API key is unknown, revoked or expired."),
    "bad_request": (400, "The request is not right as a whole, such as its Host header."),
    "body_too_large": (413, "The batch is larger than the endpoint takes: send smaller ones."),
    "error": (500, "An error without a code of its own."),
    "invalid": (400, "Some fields are not right; `errors` names each."),
    "invalid_host": (400, "The Host header names no host of this deployment."),
    "invalid_text": (400, "A text holds a NUL character."),
    "invalid_tiers": (422, "The tiers of a trial calculation contradict themselves; see `remedy`."),
    "malformed_gzip": (400, "The body says it is gzip, and is not one whole archive."),
    "malformed_json": (400, "The body is not JSON, or is nested too deeply."),
    "method_not_allowed": (405, "The address does not take this method; see `Allow`."),
    "missing": (400, "A field that has to be sent is not there."),
    "not_acceptable": (406, "Only application/json can be given."),
    "not_authenticated": (401, "Send an API key: `Authorization: Bearer hr_...`."),
    "not_found": (404, "There is no such object, or it is another organization's."),
    "origin_not_allowed": (403, "Pages of this origin may not report; see `BROWSER_ORIGINS`."),
    "overloaded": (503, "More work is waiting than will be done in time; see `Retry-After`."),
    "parse_error": (400, "The body is not JSON, or broke off."),
    "permission_denied": (403, "This key may not do that."),
    "precondition_failed": (412, "What was read has changed since: read it again."),
    "precondition_required": (428, "Send `If-Match` with the ETag of what was read."),
    "quantity_not_priced": (422, "No tier of a trial calculation reaches this number of seats."),
    "rate_limited": (429, "Too many requests of one page's visitor; see `Retry-After`."),
    "scope_missing": (403, "The key lacks the scope that the sentence names."),
    "server_error": (500, "Something went wrong on our side; `request_id` finds it."),
    "throttled": (429, "The key, or its organization, has used its minute; see `Retry-After`."),
    "token_expired": (401, "The page's token has ended: ask for another one."),
    "token_invalid": (401, "The page's token is not one of ours."),
    "too_large": (413, "The body is larger than the API takes."),
    "too_many_events": (413, "More events than one batch may hold: send smaller ones."),
    "too_slow": (408, "The body did not arrive in time."),
    "unavailable": (503, "A part that the answer needs does not answer; see `Retry-After`."),
    "unsupported_encoding": (415, "The body is packed in a way that the endpoint does not take."),
    "unsupported_media_type": (415, "Send `application/json` in UTF-8."),
}
# Where a literal code stands in a call: the name called, and the position of the code.
_CALLS = {"HttpProblem": 1, "BadBatch": 0, "BadToken": 0}
_INTRODUCTION = """\
# Problem codes

Every error of the API is `application/problem+json` with a `code`. Codes are stable: programs go
by them, people by `title`, which is translated and says what to do next. Where an input is at
fault, `errors` names it. A code that is not in this list, or a status that an operation does not
document, is our fault. Some codes are met on pages only.

Of the statuses: 400 and 422 ask for another request; 401 and 403 for another key; 404 is also
what another organization's objects answer; 409 says that the state does not allow it, so read and
decide anew; 412 and 428 ask to read first; 429 and 503 to wait as long as `Retry-After` says.
What is refused changed nothing, unless its line says otherwise.

Written by `python -m scripts.problem_registry`; a test holds it against the code.
"""


def modules() -> Iterator[str]:
    """Yield the name of every module that may declare an error."""
    for app in APPS:
        for found in pkgutil.walk_packages([str(ROOT / app)], f"{app}."):
            if ".migrations" not in found.name:
                yield found.name


def literal_codes() -> set[str]:
    """Return the codes that stand as texts in the calls that make an answer."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    found |= _codes_of(node)
    return found


def _codes_of(call: ast.Call) -> set[str]:
    name = getattr(call.func, "id", "")
    given: list[ast.expr] = []
    if name in _CALLS:
        given = call.args[_CALLS[name] : _CALLS[name] + 1]
    elif name == "problem":
        given = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
    return {
        node.value
        for node in given
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def errors() -> dict[tuple[str, int], set[str]]:
    """Return the sentences of every (code, status) that a DomainError has."""
    from accounts.errors import DomainError

    for name in modules():
        importlib.import_module(name)
    found: dict[tuple[str, int], set[str]] = {}
    waiting = [DomainError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        # Tests declare errors of their own.
        if error is not DomainError and error.__module__.partition(".")[0] in APPS:
            sentence = " ".join((error.__doc__ or "").split()).replace("|", "\\|")
            found.setdefault((error.code, error.status), set()).add(sentence)
    return found


def registry() -> str:
    """Return the file."""
    lines = {(code, status): {sentence} for code, (status, sentence) in FRAME.items()} | errors()
    rows = [
        f"| `{code}` | {status} | {' Or: '.join(sorted(lines[code, status]))} |"
        for code, status in sorted(lines)
    ]
    table = "\n".join(["| Code | Status | When |", "| --- | --- | --- |", *rows])
    return f"{_INTRODUCTION}\n{table}\n"


def main() -> None:
    """Write the file."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    FILE.write_text(registry())


if __name__ == "__main__":
    main()
