"""The base of errors that a person or a caller can do something about."""

from typing import Any, ClassVar


class DomainError(Exception):
    """An error with a sentence for people and a stable code for programs.

    Subclasses stand beside what raises them. `field` names the input at fault, `status` the HTTP
    status of the answer, `details` what a program needs to go on.
    """

    code: ClassVar[str] = "conflict"
    status: ClassVar[int] = 409
    field: ClassVar[str] = ""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details = details
