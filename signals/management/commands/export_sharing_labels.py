"""`manage.py export_sharing_labels FILE`: what people answered about cases, for the next fit."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from signals.models import SharingLabel


class Command(BaseCommand):
    """Write a line of JSON for each answer; no organization and no member is named."""

    help = (
        "Write the answers to cases of shared accounts as lines of JSON: day, answer, whether it "
        "means that the account was shared, the probability then, and the evidence by kind. "
        "`python -m tests.sharing --fit --labels FILE` learns from them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Write them, the oldest first."""
        labels = SharingLabel.objects.using("pipeline").order_by("answered_at", "pk")
        written = 0
        with file.open("w", encoding="utf-8") as out:
            for label in labels.iterator():
                out.write(json.dumps(_line(label)) + "\n")
                written += 1
        self.stdout.write(f"{written:,} answers written.")


def _line(label: SharingLabel) -> dict[str, Any]:
    return {
        "day": label.answered_at.date().isoformat(),
        "answer": label.answer,
        "is_shared": label.is_shared,
        "probability": label.probability,
        "amounts": label.amounts,
    }
