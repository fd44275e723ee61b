"""App configuration."""

from django.apps import AppConfig


class SeatsConfig(AppConfig):
    """Seats, limits, usage and utilization."""

    name = "seats"

    def ready(self) -> None:
        """Hear when people come and go."""
        from accounts import erasure, hooks, retention
        from accounts.history_registry import REGISTRY
        from seats import erasing, event_catalogue, history_words, keeping, tasks
        from seats.hooks import when_seat_moved
        from seats.services.people import free_seat_of_leaver, seat_newcomer

        hooks.somebody_left.register(free_seat_of_leaver)
        hooks.somebody_joined_for_a_seat.register(seat_newcomer)
        when_seat_moved(tasks.tell_of_seat_later)
        REGISTRY.add(history_words.WORDS)
        event_catalogue.offer()
        erasure.add(erasing.ERASING)
        retention.add(*keeping.KEEPINGS)
