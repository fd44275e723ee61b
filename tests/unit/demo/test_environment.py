"""What a demo keeps, and the files it writes for shells and readers."""

import json
import subprocess
from pathlib import Path

import psycopg.conninfo
import pytest

from demo.environment import (
    DatabaseLogins,
    Kept,
    Seed,
    SignIn,
    StripeAccess,
    process_environment,
    shell_exports,
    write_private,
)

ADMIN_URL = "postgresql://postgres:s3cret@127.0.0.1:5439/postgres"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = Kept()
    return process_environment(
        directory=tmp_path,
        kept=kept,
        database=DatabaseLogins.derived(ADMIN_URL, "headroom", kept),
        redis_url="redis://:word@127.0.0.1:6390/0",
        stripe=StripeAccess(kept.stripe_secret_key, "http://127.0.0.1:12111", "whsec_1"),
        base_url="http://127.0.0.1:8000",
    )


class TestKept:
    def test_new_demos_have_secrets_of_their_own(self) -> None:
        assert Kept().secret_key != Kept().secret_key
        assert Kept().app_password != Kept().owner_password

    def test_survives_the_next_start(self, tmp_path: Path) -> None:
        kept = Kept(stripe_port=12111, webhook_id="we_1", webhook_secret="whsec_1")
        kept.save(tmp_path)
        assert Kept.load(tmp_path) == kept

    def test_starting_anew_keeps_what_given_services_know(self) -> None:
        earlier = Kept(webhook_id="we_1", webhook_secret="whsec_1", home="elsewhere")
        anew = earlier.anew()
        assert anew.app_password == earlier.app_password
        assert anew.webhook_id == "we_1"
        assert anew.home == ""
        assert anew.secret_key != earlier.secret_key

    def test_only_the_owner_may_read_it(self, tmp_path: Path) -> None:
        Kept().save(tmp_path)
        assert (tmp_path / "kept.json").stat().st_mode & 0o777 == 0o600


class TestProcessEnvironment:
    def test_each_database_url_signs_in_as_its_own_role(self, environment: dict[str, str]) -> None:
        users = {
            name: psycopg.conninfo.conninfo_to_dict(environment[name])["user"]
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PIPELINE_URL")
        }
        assert users == {
            "DATABASE_URL": "headroom_app",
            "DATABASE_OWNER_URL": "headroom_owner",
            "DATABASE_PIPELINE_URL": "headroom_pipeline",
        }

    def test_the_stripe_key_is_a_test_key(self, environment: dict[str, str]) -> None:
        assert environment["STRIPE_SECRET_KEY"].startswith("sk_test_")


class TestDatabaseLogins:
    def test_derived_ones_stay_on_the_server_with_its_options(self) -> None:
        kept = Kept(owner_password="o", app_password="a", pipeline_password="p")
        logins = DatabaseLogins.derived(
            "postgresql://root:s3cret@db.example.com:5433/?sslmode=require", "seats", kept
        )
        place = "db.example.com:5433/seats?sslmode=require"
        assert logins.owner == f"postgresql://headroom_owner:o@{place}"
        assert logins.app == f"postgresql://headroom_app:a@{place}"
        assert logins.pipeline == f"postgresql://headroom_pipeline:p@{place}"
        assert logins.admin == (
            "postgresql://root:s3cret@db.example.com:5433/postgres?sslmode=require"
        )

    def test_the_administrator_can_look_at_the_demo_database(self) -> None:
        logins = DatabaseLogins.derived(ADMIN_URL, "headroom", Kept())
        assert logins.reading == "postgresql://postgres:s3cret@127.0.0.1:5439/headroom"

    def test_without_an_administrator_the_pipeline_sees_most(self) -> None:
        logins = DatabaseLogins("postgres://a@h/x", "postgres://o@h/x", "postgres://p@h/x")
        assert logins.reading == "postgres://p@h/x"

    def test_their_place_is_named_without_a_password(self) -> None:
        logins = DatabaseLogins("", "postgres://headroom_owner:s3cret@db.example.com/seats", "")
        assert logins.place == "db.example.com:5432/seats"


class TestShellExports:
    def test_a_shell_that_sources_the_file_has_the_same_values(self, tmp_path: Path) -> None:
        values = {"PLAIN": "a", "SPACED": 'it\'s $HOME `id` "x"', "URL": "redis://:p@h:1/0"}
        path = tmp_path / "env"
        write_private(path, shell_exports(values))
        seen = subprocess.run(
            ["sh", "-c", f". {path}; for n in PLAIN SPACED URL; do printenv $n; done"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert seen.splitlines() == list(values.values())

    def test_only_the_owner_may_read_the_file(self, tmp_path: Path) -> None:
        write_private(tmp_path / "env", shell_exports({"SECRET_KEY": "x"}))
        assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["env"]


class TestSeed:
    def test_reads_what_the_data_set_wrote(self, tmp_path: Path) -> None:
        ada = {"role": "admin", "email": "ada@a.test", "password": "p", "organization": "Lago"}
        fin = {"role": "finance", "email": "fin@v.test", "password": "q", "organization": None}
        (tmp_path / "seed.json").write_text(json.dumps({"api_key": "hr_1", "sign_ins": [ada, fin]}))
        seed = Seed.load(tmp_path)
        assert seed.api_key == "hr_1"
        assert seed.sign_ins[0] == SignIn("admin", "ada@a.test", "p", "Lago")
        assert seed.sign_ins[1].organization is None
