"""A full team under a hard limit: a member asks, a buyer requests, purchasing approves by mail."""

import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OpenPage
from tests.journeys.demo import Demo, wait_for

pytestmark = pytest.mark.journey

WITH_RULES = "dj-stripe"
HOME = "/o/dijon-voyages"
LATE = 60_000


def links_mailed_to(demo: Demo, address: str) -> list[str]:
    """Return the paths of approval links in the mails to an address, the oldest first."""
    found = []
    for file in sorted((demo.directory / "mail").glob("*.log")):
        for part in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            message = message_from_bytes(part.strip(), policy=policy.default)
            body = message.get_body(("plain",)) if message["To"] else None
            if body is not None and address in str(message["To"]):
                found += re.findall(rf"https?://\S+?({HOME}/requests/link/\S+)", body.get_content())
    return found


def test_from_the_member_who_asks_to_the_seat(demo: Demo, sign_in: OpenPage) -> None:
    approving = demo.sign_in_of("approver", WITH_RULES)
    known = set(links_mailed_to(demo, approving.email))

    member = sign_in(demo.sign_in_of("member", WITH_RULES))
    member.goto(f"{HOME}/ask/")
    member.locator("[name=note]").fill("I take over the groups")
    member.locator("form").get_by_role("button", name="Ask for a seat").click()
    expect(member.get_by_role("button", name="I no longer need it")).to_be_visible()

    admin = sign_in(demo.sign_in_of("admin", WITH_RULES))
    admin.goto(f"{HOME}/requests/")
    expect(admin.get_by_text("I take over the groups")).to_be_visible()
    admin.get_by_role("link", name=re.compile("^Add 1 seat")).click()
    admin.get_by_role("link", name=re.compile("^Ask for approval of 1 seat")).click()
    admin.get_by_label("What is it for?").fill("One more for the groups; all seats are taken")
    admin.get_by_role("button", name="Send the request").click()
    expect(admin.get_by_role("heading", name="1 more seat", level=1)).to_be_visible()
    document = admin.url

    def new_links() -> list[str]:
        return [link for link in links_mailed_to(demo, approving.email) if link not in known]

    (link,) = wait_for(new_links, "the mail to the approver")
    # On a phone, signed in as the person who got the mail; opening the link decides nothing.
    approver = sign_in(approving, viewport={"width": 360, "height": 780})
    approver.goto(urlsplit(link).path)
    expect(approver.get_by_text("Nothing is decided until you press a button")).to_be_visible()
    admin.reload()
    expect(admin.get_by_text("Waiting for approval").first).to_be_visible()
    approver.get_by_role("button", name=re.compile("^Approve and buy for")).click()
    expect(approver.get_by_text("Approved and bought.")).to_be_visible(timeout=LATE)

    approver.goto(urlsplit(link).path)
    expect(approver.get_by_role("heading", name="This link does not work any more")).to_be_visible()

    admin.goto(document)
    admin.get_by_role("link", name="See the purchase").click()
    expect(admin.get_by_role("heading", name="1 seat added")).to_be_visible()
    expect(admin.get_by_role("heading", name="1 person got a seat")).to_be_visible()
    member.goto(f"{HOME}/ask/")
    expect(member.get_by_role("heading", name="You have a seat")).to_be_visible()
