"""What can go wrong with Stripe, by what the caller has to do about it."""


class GatewayError(Exception):
    """Stripe did not do what it was asked to do."""


class CardDeclined(GatewayError):
    """The bank said no. `code` is Stripe's decline code, `message` its sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class TemporarilyUnavailable(GatewayError):
    """No answer, too many requests, or the same request is still running: ask again later.

    Whether the change was made is unknown. Asking again with the same idempotency key is safe.
    """


class GatewayFault(GatewayError):
    """We asked for something wrong, or our key is not accepted: a person has to look at it."""


class NotAtStripe(GatewayFault):
    """The object that we named does not exist at Stripe."""


class BadSignature(GatewayError):
    """A delivery that Stripe did not sign, or signed too long ago."""
