"""The ground on which lives are lived: the sandbox as a process, prices, a gateway that can die."""

from collections.abc import Iterator

import pytest

from tests.fire.killing import mortal_gateway
from tests.support.stripe import Sandbox, sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]


@pytest.fixture
def ground(sandbox: Sandbox, transactional_db: None) -> Iterator[Sandbox]:
    """An empty sandbox and an empty database."""
    with mortal_gateway():
        yield sandbox
