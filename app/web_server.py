"""The web application as a program of its own: `python -m app.web_server --host 127.0.0.1 --port 4280`."""

import argparse
import asyncio
import os
import sys

import structlog
import uvicorn

from app.application import make_app
from app.edge.settings import from_environment
from app.storage.migrate import migrate
from stackwright.errors import ProjectError

END_S = 5  # requests may take so long after the program was told to end


def main() -> int:
    """Bring the database up to date and serve until SIGTERM."""
    arguments = _arguments()
    _log_as_json()
    try:
        settings = from_environment(os.environ)
        asyncio.run(migrate(settings.database_url.get_secret_value()))
    except ProjectError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    uvicorn.run(
        make_app(settings),
        host=arguments.host,
        port=arguments.port,
        access_log=False,  # ours knows request ids, and writes no addresses with queries
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=END_S,
    )
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.web_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4280)
    return parser.parse_args()


def _log_as_json() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
