"""The mails that a demo has sent, read from the files that Django's file backend writes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

SEPARATOR = re.compile(rb"^-{79}\n", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """One sent mail. `sent_at` is in UTC; `key` names it in addresses."""

    key: str
    subject: str
    sender: str
    recipients: str
    sent_at: datetime
    text: str
    html: str


def sent_mails(directory: Path) -> list[Mail]:
    """Every mail in the directory, the newest first."""
    mails = []
    for path in directory.glob("*.log"):
        *messages, _ = SEPARATOR.split(path.read_bytes())
        for index, raw in enumerate(messages):
            mails.append(_mail(f"{path.stem}-{index}", raw))
    return sorted(mails, key=lambda mail: (mail.sent_at, mail.key), reverse=True)


def _mail(key: str, raw: bytes) -> Mail:
    message = message_from_bytes(raw, policy=policy.default)
    return Mail(
        key=key,
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        recipients=str(message["To"]),
        sent_at=message["Date"].datetime.astimezone(UTC),
        text=_content(message, "plain"),
        html=_content(message, "html"),
    )


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
