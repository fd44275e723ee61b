"""The wide readers of signals, tasks and notifications."""
