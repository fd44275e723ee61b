"""Changes who sells. Documents that were issued keep the seller of their day."""

from datetime import datetime

from accounts.services.history import Actor, record
from billing.models import Seller
from billing.models.seller import ONLY_ONE
from billing.selectors.sheets import seller_details


def change_seller(*, details: dict[str, str], actor: Actor, now: datetime) -> Seller:
    """Write the vendor's details; runs in the staff context of scope `all`.

    `details` are fields of the seller that are checked already. Nothing is recorded when nothing
    changes.
    """
    seller = Seller.objects.select_for_update().filter(pk=ONLY_ONE).first()
    before = seller_details(seller) if seller else dict.fromkeys(details, "")
    changes = {
        name: [before[name], value] for name, value in details.items() if before[name] != value
    }
    if seller is not None and not changes:
        return seller
    seller, _created = Seller.objects.update_or_create(
        pk=ONLY_ONE, defaults={**details, "changed_at": now, "changed_by_id": actor.user_id}
    )
    record(
        actor=actor,
        verb="seller_changed",
        subject=seller,
        organization_id=None,
        now=now,
        changes=changes,
    )
    return seller
