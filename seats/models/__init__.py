"""Tables of seats and usage."""

from seats.models.seat import SeatAssignment, SeatPool, WaitingListEntry

__all__ = ["SeatAssignment", "SeatPool", "WaitingListEntry"]
