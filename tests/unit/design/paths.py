"""Where the design system stands, and how its tokens are read."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
STYLES = sorted((STATIC / "css").glob("*.css"))

_PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6,8}), (#[0-9a-f]{6,8})\);")


def tokens_css() -> str:
    """Return the text of the token layer."""
    return (STATIC / "css" / "tokens.css").read_text()


def colours() -> dict[str, tuple[str, str]]:
    """Return each colour token as its light and its dark value."""
    return {name: (light, dark) for name, light, dark in _PAIR.findall(tokens_css())}


def page_templates() -> list[Path]:
    """Return every template that a browser shows (mails follow other rules)."""
    return [
        path
        for path in sorted(TEMPLATES.rglob("*.html"))
        if "mail" not in path.parts and "email" not in path.parts
    ]
