"""App configuration."""

from django.apps import AppConfig


class TrueupsConfig(AppConfig):
    """The quarterly true-up: what was used beyond what was bought, with evidence."""

    name = "trueups"

    def ready(self) -> None:
        """Listen to assignments and purchases; answer what a return costs."""
        from accounts import erasure
        from accounts.history_registry import REGISTRY
        from billing.hooks import (
            before_settled_seats,
            on_seats_purchased,
            on_settlement_moved,
        )
        from seats.hooks import answer_activity, answer_returns, answer_true_ups, on_seat_assigned
        from trueups import erasing, event_catalogue, history_words
        from trueups.selectors.outlook import activity_in_force, true_up_outlook
        from trueups.services.amounts import follow_purchase
        from trueups.services.following import follow_settlement, release_before_fewer_seats
        from trueups.services.lock_outs import charge_of_return, note_return

        on_seats_purchased.register(follow_purchase)
        before_settled_seats.register(release_before_fewer_seats)
        on_settlement_moved.register(follow_settlement)
        on_seat_assigned(note_return)
        answer_true_ups(true_up_outlook)
        answer_activity(activity_in_force)
        answer_returns(charge_of_return)
        REGISTRY.add(history_words.WORDS)
        event_catalogue.offer()
        erasure.add(erasing.ERASING)
