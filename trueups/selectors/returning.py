"""What a return is charged, with the tax that its invoice adds."""

from billing.domain.quoting import tax_on
from billing.models import BillingAccount
from trueups.models import LockOut


def charge_with_tax(lock_out: LockOut) -> int:
    """Return the credit that is charged again, in minor units, with the tax of today's rate.

    Runs inside the organization's tenancy context. The invoice of a return has this one line.
    """
    rates = BillingAccount.objects.filter(organization_id=lock_out.organization_id).values_list(
        "tax_rate_basis_points", flat=True
    )
    return lock_out.credit_minor + tax_on(lock_out.credit_minor, rates.first() or 0)
