"""Prefect's settings for an installation: those of prefect.toml with its own addresses and folders."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import certifi

from blocks import artifacts
from tasks import hosting_place, workspace

ROOT = Path(__file__).resolve().parents[2]  # of the checkout or the image
_OURS_TO_SAY = (
    "PREFECT_API_",
    "PREFECT_SERVER_",
    "PREFECT_UI_",
    "PREFECT_PROFILE",
    "PREFECT_CLOUD_",
)


def url_host(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def environment(host: str, port: int, data: Path, database_url: str) -> Mapping[str, str]:
    """What the server and the worker of this installation are started with.

    Args:
        host: The address to listen on.
        port: Of Prefect's API and UI; its UI would call port 4200 if it were not told.
        data: The data folder.
        database_url: With the asyncpg driver.
    """
    address = f"http://{url_host(host)}:{port}"
    unwanted = (*_OURS_TO_SAY, "STACKWRIGHT_OIDC_")  # the web application's own secret
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    bin_folder = str(Path(sys.executable).parent)
    return (
        outputs_environment(data)
        | inherited
        | {
            "DO_NOT_TRACK": "1",
            "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])
            ),
            "PYTHONUNBUFFERED": "1",
            "PREFECT_HOME": str(data / "prefect"),
            "PREFECT_API_URL": f"{address}/api",
            "PREFECT_API_SSL_CERT_FILE": str(_one_authority(data)),
            "PREFECT_UI_URL": address,
            "PREFECT_SERVER_API_HOST": host,
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_UI_API_URL": f"{address}/api",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
            "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
            "PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED": "true",
            "PREFECT_SERVER_LOGS_STREAM_PUBLISHING_ENABLED": "true",
            "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.2",
            "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(data / "results"),
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",
            "PREFECT_WORKER_QUERY_SECONDS": "0.5",
            "PREFECT_WORKER_HEARTBEAT_SECONDS": "10",
            "PREFECT_WORKER_ENABLE_CANCELLATION": "true",  # of runs that have not begun
            "PREFECT_WORKER_CANCELLATION_POLL_SECONDS": "5",
        }
    )


def _one_authority(data: Path) -> Path:
    """A file with one certificate: each client of Prefect reads all that there are, also for plain http."""
    first, end, _ = certifi.contents().partition("-----END CERTIFICATE-----")
    path = data / "prefect" / "authority.pem"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{first}{end}\n", "utf-8")
    return path


def outputs_environment(data: Path) -> dict[str, str]:
    """Where published projects, workspaces and sites lie, unless somebody says otherwise: in the data folder."""
    return {
        artifacts.SETTING: str(data / "artifacts"),
        workspace.SETTING: str(data / "work"),
        hosting_place.SETTING: str(data / "host"),
    }
