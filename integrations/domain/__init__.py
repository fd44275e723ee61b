"""The pure rules of outgoing messages."""
