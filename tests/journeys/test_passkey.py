"""A passkey, set up and used in a real browser with an authenticator of its own.

Beside it, because a demo is started for each file: the account manager's board and list.
"""

import pytest
from playwright.sync_api import Browser

from tests.journeys.board import TestTasks
from tests.journeys.demo import Demo

__all__ = ["TestTasks"]

pytestmark = pytest.mark.journey

# What a laptop with a fingerprint reader brings.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class TestAPasskey:
    def test_signs_in_without_the_password(self, browser: Browser, demo: Demo) -> None:
        who = demo.sign_in_of("admin", "killbill")
        # Browsers give passkeys to names only, not to the demo's address.
        context = browser.new_context(
            base_url=demo.url.replace("127.0.0.1", "localhost"), locale="en-GB"
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        device = context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.goto("/accounts/login/")
        page.get_by_label("Email", exact=True).fill(who.email)
        page.get_by_label("Password", exact=True).fill(who.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

        page.goto("/accounts/2fa/webauthn/add/")
        page.get_by_label("Name").fill("My laptop")
        page.get_by_role("button", name="Add it").click()
        page.wait_for_url("**/recovery-codes/")
        assert len(page.locator("#recovery-codes").inner_text().split()) == 10
        page.goto("/accounts/logout/")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/accounts/login/")

        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        page.goto("/preferences/security/")
        assert "Last used" in page.get_by_text("Passkey “My laptop”").locator("..").inner_text()
        page.get_by_role("link", name="Remove").click()
        page.get_by_role("button", name="Remove it").click()
        page.wait_for_url("**/preferences/security/")
        assert page.get_by_text("My laptop").count() == 0
        assert [text for text in said if "Content Security Policy" in text] == []
        context.close()
