"""App configuration."""

from django.apps import AppConfig


class SeatsConfig(AppConfig):
    """Seats, limits, usage and utilization."""

    name = "seats"

    def ready(self) -> None:
        """Hear when people come and go."""
        from accounts import hooks
        from seats.services.people import free_seat_of_leaver, seat_newcomer

        hooks.somebody_left.register(free_seat_of_leaver)
        hooks.somebody_joined_for_a_seat.register(seat_newcomer)
