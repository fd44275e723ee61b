"""Errors in the shape Stripe gives them."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error object.

    `keeps_changes` says whether what was written before stays: a declined charge leaves its
    payment intent behind, a refused parameter leaves nothing.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        keeps_changes: bool = False,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.decline_code = decline_code
        self.keeps_changes = keeps_changes
        self.extra = extra or {}

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        for name in ("code", "param", "decline_code"):
            value = getattr(self, name)
            if value is not None:
                error[name] = value
        if self.code:
            error["doc_url"] = "https://docs.stripe.com/error-codes/" + self.code.replace("_", "-")
        error.update(self.extra)
        return {"error": error}


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(400, message, param=param, code=code)


def missing(kind: str, identifier: str, param: str = "id") -> ApiError:
    return ApiError(404, f"No such {kind}: '{identifier}'", param=param, code="resource_missing")


def unsupported(what: str, param: str | None = None) -> ApiError:
    """Stripe knows it, the sandbox does not do it: said plainly instead of a plausible answer."""
    return ApiError(
        501,
        f"The sandbox does not implement {what}. Stripe does; try it in Stripe's test mode.",
        type="api_error",
        code="sandbox_unsupported",
        param=param,
    )


def declined(decline_code: str, *, extra: dict[str, Any] | None = None) -> ApiError:
    code, message = DECLINES[decline_code]
    shown = None if code != "card_declined" and decline_code == code else decline_code
    return ApiError(
        402,
        message,
        type="card_error",
        code=code,
        decline_code=shown or decline_code,
        keeps_changes=True,
        extra=extra,
    )


# decline code -> (error code, message)
DECLINES = {
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "Your card was declined."),
    "stolen_card": ("card_declined", "Your card was declined."),
    "expired_card": ("expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "authentication_required": (
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}
