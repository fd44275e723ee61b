"""The writers of seats and usage."""
