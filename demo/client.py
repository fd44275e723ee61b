"""Small HTTP requests of the launcher, with the standard library: a client costs a second to load.

A proxy of the machine is passed by for addresses on this machine, which it could not reach.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}
PATIENCE = 10


@dataclass(frozen=True)
class Answer:
    """Status and body of an answer."""

    status: int
    text: str

    @property
    def is_error(self) -> bool:
        return self.status >= HTTPStatus.BAD_REQUEST

    def document(self) -> dict[str, Any]:
        """The body as JSON."""
        document: dict[str, Any] = json.loads(self.text)
        return document


def is_on_this_machine(url: str) -> bool:
    """Whether the address is one of the loopback interface."""
    return urlsplit(url).hostname in LOOPBACK_NAMES


def request(
    url: str,
    *,
    key: str = "",
    form: Mapping[str, str] | None = None,
    document: Mapping[str, Any] | None = None,
) -> Answer:
    """Sends a GET, or a POST when there is a form or a document to send as JSON.

    `key` is the user name, as Stripe has it.

    An error status is an answer too. Raises OSError when there is none.
    """
    headers = {}
    if key:
        headers["Authorization"] = f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"
    data = None if form is None else urlencode(form).encode()
    if document is not None:
        data = json.dumps(document).encode()
        headers["Content-Type"] = "application/json"
    asked = Request(url, data=data, headers=headers)  # noqa: S310 - the caller knows the scheme
    try:
        with _opener(url).open(asked, timeout=PATIENCE) as answer:
            return Answer(answer.status, answer.read().decode())
    except HTTPError as error:
        with error:
            return Answer(error.code, error.read().decode(errors="replace"))


def _opener(url: str) -> OpenerDirector:
    return build_opener(*([ProxyHandler({})] if is_on_this_machine(url) else []))
