"""What is kept of a site, and who may change it."""

import subprocess
import sys

import pytest

from stackwright.deployment.config import Deployment
from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Site
from stackwright.errors import ProjectError
from tasks.hosting_history import change_history, find_history, holding, whoever

NEW = History(deployment=Deployment(name="shop"), port=8080)
KILLED = """
import os, sys
from pathlib import Path
from stackwright.deployment.config import Deployment
from stackwright.deployment.history import History
from stackwright.deployment.hosting.site import Site
from tasks.hosting_history import holding

site = Site(root=Path(sys.argv[1]), name="shop-staging")
new = History(deployment=Deployment(name="shop"), port=8080)
from tasks.hosting_history import whoever
with holding(site, whoever(), "Deploy release 1 of shop", new):
    os.kill(os.getpid(), 9)
"""


def test_one_changes_a_site_at_a_time(site: Site) -> None:
    with holding(site, whoever(), "Deploy release 1 of shop", NEW):
        with (
            pytest.raises(ProjectError, match="Deploy release 1 of shop") as caught,
            holding(site, "process 1 (elsewhere) on another", "Deploy release 2 of shop", NEW),
        ):
            raise AssertionError("it is held")
        assert caught.value.http_status == 423
    with holding(site, "process 1 (elsewhere) on another", "Deploy release 2 of shop", NEW) as held:
        assert held.token == 2


def test_whoever_was_killed_holds_nothing(site: Site) -> None:
    words = [sys.executable, "-c", KILLED, str(site.root)]
    assert subprocess.run(words, check=False, timeout=60).returncode == -9
    known = find_history(site)
    assert known
    assert known.lease
    assert not known.lease.released
    with holding(site, whoever(), "Deploy release 1 of shop", NEW) as held:
        assert held.token == 2


def test_nothing_is_changed_where_nothing_was_deployed(site: Site) -> None:
    assert find_history(site) is None
    with pytest.raises(ProjectError, match="Nothing was deployed as shop-staging") as caught:
        change_history(site, lambda known: known)
    assert caught.value.http_status == 404
