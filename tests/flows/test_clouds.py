"""An image on its way to the people of a provider, with real Terraform and a rehearsed cloud."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prefect.client.orchestration import get_client
from pydantic import SecretStr

from app.cli.commands import run
from flows.credentials import register_kinds
from flows.deployment import deploy_project, roll_back
from flows.road import LocalRoad, at_once
from flows.stories.orders import order_back
from flows.stories.tending import differences, watch
from stackwright.deployment.config import Deployment
from stackwright.deployment.rehearsal.wishes import Wishes
from stackwright.deployment.release import ReleaseState, choose, last_good
from stackwright.deployment.request import ApprovalMode
from stackwright.errors import ProjectError
from tasks import cloud_site, hosting_site
from tasks.cloud_site import Access
from tasks.hosting_place import known_site
from tasks.hosting_settling import settle_site
from tasks.rehearsal import running
from tasks.rehearsal.cloud import drift, wish
from tests.flows.clouds import BROKEN, FIRST, SECOND, SITE, bookshop, carried_out, made_ready, order

if TYPE_CHECKING:
    from stackwright.deployment.events import Event

pytestmark = [pytest.mark.toolchain, pytest.mark.slow]
CANARY = "canary-77b0c1-must-not-be-seen"
KILLED = """
import sys
from pathlib import Path
from tests.flows.clouds import FIRST, approve, at_once, clouds, LocalRoad, made_ready, now, order, REHEARSED
ready = made_ready(order(Path(sys.argv[1]), FIRST))
approved = approve(ready.plan, ready.plan.digest, "ada@example.org", now())
tell = lambda event: print(event.type, event.address, flush=True)
at_once(clouds.deploy(ready, approved, REHEARSED, LocalRoad(), tell))
"""


def states(root: Path) -> dict[int, ReleaseState]:
    _, history = known_site(root, SITE)
    return {one.number: one.state for one in history.releases}


def test_an_image_serves_a_failing_one_is_taken_back_and_a_person_goes_back(
    tmp_path: Path,
) -> None:
    access = Access(rehearses=True, secrets={"DIGITALOCEAN_TOKEN": SecretStr(CANARY)})
    place = cloud_site.folder_of(order(tmp_path, FIRST).site)
    heard: list[Event] = []

    first = made_ready(order(tmp_path, FIRST, variables={"GREETING": "hello"}), access)
    assert [one.verb for one in first.plan.steps][-4:] == ["migrate", "roll_out", "probe", "record"]
    assert any(one.address == "digitalocean_app.main" for one in first.plan.steps)
    assert not (tmp_path / "sites" / SITE / "history.json").exists()
    done = carried_out(first, heard, access)
    assert (done.serves, done.why) == (1, "")
    assert done.url.startswith("https://")
    assert [one.seq for one in heard] == list(range(1, len(heard) + 1))
    ours = {one.key for one in first.plan.steps}
    assert ours <= {f"{one.action} {one.address}" for one in heard if one.type == "done"}

    broken = made_ready(order(tmp_path, BROKEN, variables={"GREETING": "hi"}))
    with pytest.raises(ProjectError, match="Somebody planned there"):
        cloud_site.make(broken.order.site, access, first.mark, heard.append)
    failed = carried_out(broken, heard, access)
    assert (failed.serves, failed.took_back) == (1, True)
    assert "crashes at each start" in failed.why
    assert running.running(place / "rehearsal") == FIRST
    assert states(tmp_path) == {1: ReleaseState.SERVING, 2: ReleaseState.FAILED}

    second = carried_out(made_ready(order(tmp_path, SECOND, variables={"GREETING": "hi"})), heard)
    assert second.serves == 3
    site, history = known_site(tmp_path, SITE)
    back = order_back(site, history, choose(history.releases, last_good(history.releases)))
    assert back.deployment.setting.variables == {"GREETING": "hello"}
    returned = made_ready(back)
    assert "migrate schema" not in {one.key for one in returned.plan.steps}
    assert carried_out(returned, heard).serves == 4
    assert running.running(place / "rehearsal") == FIRST
    assert states(tmp_path)[4] is ReleaseState.SERVING

    said = "".join(one.model_dump_json() for one in heard)
    kept = "".join(
        one.read_text("utf-8", errors="replace") for one in tmp_path.rglob("*") if one.is_file()
    )
    assert CANARY not in said + kept
    assert place.stat().st_mode & 0o077 == 0

    status = hosting_site.site_status(site)
    assert (status.serves, status.is_up, status.url) == (4, True, done.url)
    assert at_once(watch(site, LocalRoad())).healthy
    drift(place / "rehearsal", "digitalocean_project.main", "purpose", "Games")
    found = at_once(differences(site, LocalRoad(), access)).drifts
    assert [one.address for one in found] == ["digitalocean_project.main"]
    with pytest.raises(ProjectError, match="runs at digitalocean"):
        hosting_site.remove_site(site)


def test_whoever_is_killed_while_making_leaves_what_the_next_one_finishes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, slow = tmp_path / "host", "digitalocean_database_cluster.main"
    site = order(root, FIRST).site
    wish(cloud_site.folder_of(site) / "rehearsal", Wishes(delays_s={slow: 1.0}))
    words = [sys.executable, "-c", KILLED, str(root)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert any(line.strip() == f"started {slow}" for line in process.stdout)
        process.kill()
    assert states(root) == {1: ReleaseState.DEPLOYING}
    settle_site(site)
    assert states(root) == {1: ReleaseState.FAILED}

    (tmp_path / "deployment.json").write_text(bookshop().model_dump_json(), "utf-8")
    kept = ["--data-dir", str(tmp_path)]
    words = ["deploy", "apply", str(tmp_path), "--image", FIRST, "--yes", *kept]
    while run(words) != 0:  # Terraform sees that nobody listens, and finishes what it is at
        assert "The state is held by" in capsys.readouterr().err
    said = capsys.readouterr().out
    assert "Make digitalocean_app.main" in said
    assert "Make digitalocean_project.main" not in said  # it was made before
    assert f"{SITE} serves at https://" in said
    assert run(["deploy", "status", SITE, *kept]) == 0
    assert run(["deploy", "plan", str(tmp_path), "--target", "digitalocean", *kept]) == 2
    assert "--image" in capsys.readouterr().err


@pytest.mark.prefect
@pytest.mark.usefixtures("orchestrator")
async def test_the_flow_deploys_with_named_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STACKWRIGHT_HOST", str(tmp_path))
    async with get_client() as client:
        await register_kinds(client)
    policy = {"approval": ApprovalMode.POLICY}
    real = bookshop().cloud.model_copy(update={"credentials": "theirs"})
    unknown = bookshop().model_copy(update={"cloud": real})
    refused = await deploy_project(unknown, image=FIRST, **policy, return_state=True)
    assert "No credentials are saved as stackwright-digitalocean/theirs." in (refused.message or "")
    assert "stackwright credentials list" in (refused.message or "")
    done = await deploy_project(bookshop(), image=FIRST, **policy, return_state=True)
    assert (done.message or "").startswith("Release 1 serves at https://")
    same = await deploy_project(bookshop(), image=FIRST, **policy, return_state=True)
    assert same.message == "bookshop is as it is wanted."
    wrong = await roll_back(SITE, **policy, return_state=True)
    assert "There is no release to go back to." in (wrong.message or "")


@pytest.mark.parametrize(
    ("target", "image", "said"),
    [
        ("local", FIRST, "runs a project's own files"),
        ("aws", "", "runs an image of the product"),
        ("kubernetes", FIRST, "cannot be deployed to from here yet"),
    ],
)
def test_what_cannot_be_brought_there_is_said(target: str, image: str, said: str) -> None:
    from stackwright.deployment.request import DeployRequest

    deployment = Deployment.model_validate({"name": "bookshop", "cloud": {"target": target}})
    with pytest.raises(ValueError, match=said):
        DeployRequest(deployment=deployment, image=image, source="" if image else "x")
