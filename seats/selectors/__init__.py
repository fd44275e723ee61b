"""The wide readers of seats and usage."""
