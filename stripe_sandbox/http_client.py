"""The validator as an HTTP client of the SDK; import it from `stripe_sandbox.validation`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from stripe_sandbox import sdk
from stripe_sandbox.forms import decode_pairs
from stripe_sandbox.validation import RequestViolation, validate_request


class ValidatingHTTPClient(stripe.HTTPClient):
    """An HTTP client for the SDK that checks each request before it is sent.

    A violation is an AssertionError: it is a mistake in the calling program, never a condition to
    handle. Everything else is left to the wrapped client.
    """

    name = "validating"

    def __init__(self, inner: stripe.HTTPClient | None = None) -> None:
        super().__init__()
        self.inner = inner or stripe.RequestsClient()
        self.calls: list[tuple[str, str, dict[str, Any]]] = []

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        self.check(method, url, headers or {}, post_data)
        answer: tuple[str, int, Mapping[str, str]] = self.inner.request(
            method, url, headers, post_data
        )
        return answer

    def check(self, method: str, url: str, headers: Mapping[str, str], post_data: Any) -> None:
        parts = urlsplit(url)
        encoded = parts.query if method.lower() in {"get", "delete"} else str(post_data or "")
        params = decode_pairs(parse_qsl(encoded, keep_blank_values=True))
        try:
            self.calls.append(
                (method.upper(), parts.path, validate_request(method, parts.path, params))
            )
        except RequestViolation as violation:
            raise AssertionError(
                f"{method.upper()} {parts.path}: {violation.message} ({violation.param})"
            ) from violation
        version = headers.get("Stripe-Version")
        if version != sdk.API_VERSION:
            raise AssertionError(f"Stripe-Version is {version}, the suite pins {sdk.API_VERSION}.")

    def close(self) -> None:
        self.inner.close()  # type: ignore[no-untyped-call]
