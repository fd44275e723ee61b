"""The two clients: every operation of the API as a typed method."""

from headroom_client._async_operations import AsyncOperations
from headroom_client._operations import Operations


class Client(Operations):
    """Calls the API and waits for the answers.

        with Client("https://seats.example.com", "hr_...") as client:
            for member in client.iter_organization_members("acme"):
                print(member.name)

    Methods are named after the operations of the API's description (`/api/v1/docs/`); those that
    answer in pages have an `iter_...` beside them. A write that takes an `Idempotency-Key` gets
    one by itself, and is made again when no answer came; other writes are not.
    """


class AsyncClient(AsyncOperations):
    """Calls the API without blocking the event loop; the methods are those of `Client`."""
