"""The API of seats and usage."""
