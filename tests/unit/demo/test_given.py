"""Which services the caller gives, judged by the form of the variables."""

from pathlib import Path

import pytest

from demo.environment import DatabaseLogins, Kept, StripeAccess, process_environment
from demo.given import Given, GivenDatabase, Unsuitable, without_exports

BASE_URL = "http://127.0.0.1:8000"
LOGINS = {
    "DATABASE_URL": "postgres://headroom_app:a@db.example.com/seats",
    "DATABASE_OWNER_URL": "postgres://headroom_owner:o@db.example.com/seats",
    "DATABASE_PIPELINE_URL": "postgres://headroom_pipeline:p@db.example.com/seats",
}
ADMIN = "postgres://root:s3cret@db.example.com/postgres"


def read(**environment: str) -> Given:
    return Given.read(environment, base_url=BASE_URL)


class TestDatabase:
    def test_nothing_set_leaves_all_to_the_demo(self) -> None:
        assert read(DATABASE_URL="", REDIS_URL="") == Given()

    def test_one_login_gives_the_three_of_the_product(self) -> None:
        given = read(DATABASE_URL="postgres://root:s3cret@db.example.com:5433/seats").database
        assert given is not None
        logins = given.logins(Kept(app_password="a"))
        assert logins.app == "postgres://headroom_app:a@db.example.com:5433/seats"
        assert logins.admin == "postgres://root:s3cret@db.example.com:5433/postgres"

    def test_without_a_name_the_database_is_headroom(self) -> None:
        given = read(DATABASE_URL="postgres://root@db.example.com").database
        assert given is not None
        assert given.logins(Kept()).name == "headroom"

    def test_three_logins_are_used_as_they_are(self) -> None:
        given = read(**LOGINS).database
        assert given is not None
        assert given.logins(Kept()) == DatabaseLogins(*LOGINS.values())
        with_admin = read(**LOGINS, DATABASE_ADMIN_URL=ADMIN).database
        assert with_admin is not None
        assert with_admin.logins(Kept()).admin == ADMIN

    @pytest.mark.parametrize(
        "names",
        [
            ("DATABASE_URL", "DATABASE_OWNER_URL"),
            ("DATABASE_URL", "DATABASE_PIPELINE_URL"),
            ("DATABASE_OWNER_URL", "DATABASE_PIPELINE_URL"),
        ],
    )
    def test_a_part_of_the_logins_is_refused(self, names: tuple[str, str]) -> None:
        with pytest.raises(Unsuitable, match=f"Set are: {names[0]}, {names[1]}"):
            read(**{name: LOGINS[name] for name in names})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATABASE_URL", "mysql://root@db.example.com/seats"),
            ("DATABASE_URL", "postgres:///seats"),
            ("DATABASE_URL", "postgres://db.example.com:port/seats"),
            ("REDIS_URL", "db.example.com:6379"),
        ],
    )
    def test_what_is_no_address_is_refused_by_name_and_not_repeated(
        self, name: str, value: str
    ) -> None:
        with pytest.raises(Unsuitable, match=f"{name} is not an address") as refusal:
            read(**{name: value})
        assert value not in str(refusal.value)


class TestStripe:
    def test_a_key_alone_means_stripe_and_is_told_how_webhooks_get_here(self) -> None:
        with pytest.raises(
            Unsuitable,
            match=r"stripe listen --forward-to http://127\.0\.0\.1:8000/webhooks/stripe/",
        ):
            read(STRIPE_SECRET_KEY="sk_test_1")

    def test_with_the_signing_secret_stripe_is_used(self) -> None:
        given = read(STRIPE_SECRET_KEY="sk_test_1", STRIPE_WEBHOOK_SECRET="whsec_1")
        assert given.stripe == StripeAccess("sk_test_1", "", "whsec_1")
        assert given.stripe.url == "https://api.stripe.com"

    def test_what_stands_for_stripe_on_this_machine_can_reach_us(self) -> None:
        given = read(STRIPE_SECRET_KEY="rk_test_1", STRIPE_API_BASE="http://127.0.0.1:12111/")
        assert given.stripe == StripeAccess("rk_test_1", "http://127.0.0.1:12111")

    @pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
    def test_a_live_key_is_refused(self, key: str) -> None:
        with pytest.raises(Unsuitable, match="would charge real cards"):
            read(STRIPE_SECRET_KEY=key, STRIPE_WEBHOOK_SECRET="whsec_1")

    def test_a_publishable_key_is_no_secret_key(self) -> None:
        with pytest.raises(Unsuitable, match="not a secret test key"):
            read(STRIPE_SECRET_KEY="pk_test_1", STRIPE_WEBHOOK_SECRET="whsec_1")

    def test_the_rest_without_the_key_is_refused(self) -> None:
        with pytest.raises(Unsuitable, match="STRIPE_API_BASE means nothing without"):
            read(STRIPE_API_BASE="http://127.0.0.1:12111")


class TestHome:
    def test_names_where_the_data_lies_without_a_password(self) -> None:
        given = Given(
            database=GivenDatabase("postgres://root:s3cret@db.example.com/seats"),
            stripe=StripeAccess("sk_test_1", "", "whsec_1"),
        )
        assert given.home(Kept()) == (
            "PostgreSQL at db.example.com:5432/seats and Stripe at https://api.stripe.com"
        )
        assert Given().home(Kept()) == "a PostgreSQL of its own and the Stripe sandbox"

    def test_the_broker_holds_none(self) -> None:
        assert Given(redis_url="redis://one").home(Kept()) == Given().home(Kept())


class TestWithoutExports:
    @pytest.fixture
    def exported(self, tmp_path: Path) -> dict[str, str]:
        kept = Kept()
        return process_environment(
            directory=tmp_path,
            kept=kept,
            database=DatabaseLogins.derived(ADMIN, "headroom", kept),
            redis_url="redis://:word@127.0.0.1:6390/0",
            stripe=StripeAccess("sk_test_1", "http://127.0.0.1:12111", "whsec_1"),
            base_url=BASE_URL,
        )

    def test_a_demos_own_services_are_left_aside_and_its_directory_named(
        self, exported: dict[str, str], tmp_path: Path
    ) -> None:
        own, other = without_exports({"PATH": "/bin", **exported})
        assert other == tmp_path
        assert own["PATH"] == "/bin"
        assert Given.read(own, base_url=BASE_URL) == Given()

    def test_what_was_set_since_then_stays(self, exported: dict[str, str]) -> None:
        own, _ = without_exports({**exported, "REDIS_URL": "redis://cache.example.com/3"})
        given = Given.read(own, base_url=BASE_URL)
        assert given == Given(redis_url="redis://cache.example.com/3")

    def test_variables_of_no_demo_stay(self) -> None:
        environment = {"DATABASE_URL": ADMIN}
        assert without_exports(environment) == (environment, None)
