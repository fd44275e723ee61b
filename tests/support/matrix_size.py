"""Says how large the matrix of access is that tests/integration/test_access_matrix.py walks.

`DJANGO_SETTINGS_MODULE=config.settings.test python -m tests.support.matrix_size`
"""

import django

django.setup()

from accounts.access import AccessKind  # noqa: E402
from accounts.domain.roles import OrganizationRole, VendorRole  # noqa: E402
from tests.support.routes import of_kind, operations  # noqa: E402

# A role of one's own, and an admin of one department.
NARROWED = 2
# None, the organization's, another organization's, the vendor's.
KEYS = 4


def main() -> None:
    """Print routes by kind with their readers, and operations with their keys."""
    readers = len(OrganizationRole) + NARROWED + len(VendorRole) + len(("stranger", "other owner"))
    counts = {kind: len(of_kind(kind)) for kind in AccessKind}
    own = operations(AccessKind.ORGANIZATION)
    called = len(own) + len(operations(AccessKind.VENDOR))
    routes = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"routes: {sum(counts.values())} ({routes})")  # noqa: T201
    print(f"readers: {readers} of 2 organizations and the vendor")  # noqa: T201
    print(f"operations: {called} ({len(own)} of any key) x {KEYS} keys")  # noqa: T201


if __name__ == "__main__":
    main()
