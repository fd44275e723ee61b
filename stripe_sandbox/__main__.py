"""`python -m stripe_sandbox --port 12111 --db sandbox.sqlite3`"""

import argparse
import sys

import uvicorn

from stripe_sandbox.app import create_app

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m stripe_sandbox",
        description="A local stand-in for Stripe. It holds no real money and no real card.",
    )
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--db", required=True, help="SQLite file that keeps the state")
    parser.add_argument("--host", default="127.0.0.1", help="loopback only")
    parser.add_argument("--public-url", help="where browsers reach the pages, if not host:port")
    given = parser.parse_args(arguments)
    if given.host not in LOOPBACK:
        print(  # noqa: T201
            f"The sandbox listens on the loopback interface only, not on {given.host}.",
            file=sys.stderr,
        )
        return 2
    host = f"[{given.host}]" if ":" in given.host else given.host
    app = create_app(given.db, given.public_url or f"http://{host}:{given.port}")
    uvicorn.run(
        app,
        host=given.host,
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
