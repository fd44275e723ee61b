"""A streaming replica of the test run's own PostgreSQL."""

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from demo.process import Account
from demo.services import SCRUBBED, EmbeddedPostgres, postgres_programs


class EmbeddedStandby(EmbeddedPostgres):
    """Follows the server at `primary_url` (a superuser's); passwords and roles are that one's."""

    def __init__(self, directory: Path, primary_url: str) -> None:
        super().__init__(directory, disposable=True)
        self._primary_url = primary_url
        self.directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._keep("password", urlsplit(primary_url).password or "")

    def _prepare(self, home: Path, account: Account | None, password: str) -> None:
        """Copy the running primary, and leave it to the copy to follow it."""
        if (home / "cluster").exists():
            return
        subprocess.run(
            [
                *(postgres_programs(account) / "pg_basebackup", "-D", home / "cluster"),
                *("--dbname", self._primary_url, "--checkpoint=fast", "--no-sync"),
                *("--wal-method=stream", "--write-recovery-conf"),
            ],
            check=True,
            cwd=home,
            env=SCRUBBED,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            capture_output=True,
            timeout=60,
        )
