"""Runs Planks, the sample product, beside a running `make demo`.

    python examples/vendor_app/run.py

The demo's address and API key are read from its ready.json; HEADROOM_URL and HEADROOM_API_KEY name
another Headroom, which then has to allow our origin: BROWSER_ORIGINS=http://127.0.0.1:8200.
"""
# ruff: noqa: T201

import json
import os
import secrets
import socket
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# The demo lets pages of these ports report usage (demo/environment.py).
PORTS = range(8200, 8210)


def find_headroom() -> tuple[str, str, Path]:
    """Return the address, a key, and a directory for our data. Ends the program without a demo."""
    demo = Path(os.environ.get("DEMO_DIR") or ROOT / ".demo")
    data = Path(os.environ.get("PLANKS_DATA") or demo / "planks")
    if "HEADROOM_URL" in os.environ:
        return os.environ["HEADROOM_URL"], os.environ["HEADROOM_API_KEY"], data
    try:
        ready = json.loads((demo / "ready.json").read_text())
    except FileNotFoundError:
        sys.exit(f"No demo runs in {demo}: start one with `make demo`, then try again.")
    return ready["url"], ready["api_key"], data


def free_port() -> int:
    """Return the first port of ours that nobody uses."""
    for port in [int(os.environ["PLANKS_PORT"])] if "PLANKS_PORT" in os.environ else PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    sys.exit("No port is free between 8200 and 8209; PLANKS_PORT= chooses another one.")


def main() -> None:
    """Serve until Ctrl-C."""
    url, key, data = find_headroom()
    data.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "HEADROOM_URL": url,
        "HEADROOM_API_KEY": key,
        "PLANKS_DATA": str(data),
        "PLANKS_SECRET_KEY": os.environ.get("PLANKS_SECRET_KEY") or secrets.token_hex(32),
        "DJANGO_SETTINGS_MODULE": "planks.settings",
    }
    # The packages as they are in this repository; elsewhere `pip install` puts them there.
    sys.path[:0] = [str(HERE), str(ROOT / "clients/python"), str(ROOT / "clients/django")]
    import uvicorn

    port = free_port()
    print(f"Planks: http://127.0.0.1:{port}  (Headroom: {url}). Ctrl-C stops it.", flush=True)
    uvicorn.run("planks.asgi:application", host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
