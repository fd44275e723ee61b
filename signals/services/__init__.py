"""The writers of signals, tasks and notifications."""
