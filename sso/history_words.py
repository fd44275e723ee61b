"""What is recorded here, as sentences."""

from typing import Final

from accounts.history_registry import HistoryWords

WORDS: Final = HistoryWords(sentences={})
