"""`generate --server`: what a person sees, what the server keeps, and what lies in the folder afterwards."""

import json
import os
import threading
from pathlib import Path
from signal import SIGINT
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.cli import api, following
from app.cli.following import Follower
from app.cli.progress import Watching
from app.live import channel
from stackwright.access.rights import Scope
from stackwright.access.tokens import Kind, secret_text
from tests.cli.conftest import Asked
from tests.cli.far import Far
from tests.cli.test_generation import MODEL, WITH_PRICE, files, model

__all__ = ["model"]
pytestmark = pytest.mark.services

SMALL = ("--database", "sqlite", "--platforms", "backend", "--no-docker")
BOOK = "backend/app/models/book.py"
TOKEN = secret_text(Kind.TOKEN, bytes(32))  # of nobody


def test_a_project_arrives_as_if_it_had_been_generated_here(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said = ask("generate", model, "--out", out, *SMALL)
    assert (said.code, "done in" in said.out) == (0, True), said.err
    run = far.ask(token, "GET", "/runs")["runs"][0]
    assert f"The run: {far.address}/runs/{run['id']}" in said.out
    assert "Shop: 2 entities" in said.err
    before = files(out)
    assert ask("generate", model, "--out", out, "--server", "", "--json").json["plan"] == {
        "unchanged": len([path for path in before if not path.startswith(".stackwright/")])
    }
    assert files(out) == before
    ask("generate", model, "--out", tmp_path / "here", "--server", "", *SMALL)
    assert files(tmp_path / "here") == before


def test_after_a_generation_here_the_server_changes_nothing(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ask("generate", model, "--out", out, "--server", "", *SMALL)
    before = files(out)
    answer = ask("generate", model, "--out", out, "--json").json
    assert isinstance(answer["plan"], dict)
    assert set(answer["plan"]) == {"unchanged"}
    assert files(out) == before


def test_programs_get_the_report_with_the_run_and_its_page(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    said = ask("generate", model, "--out", tmp_path / "there", *SMALL, "--json")
    assert (said.code, said.err) == (0, "")
    there: dict[str, Any] = said.json
    said = ask("generate", model, "--out", tmp_path / "here", "--server", "", *SMALL, "--json")
    here: dict[str, Any] = said.json
    assert there.keys() - here.keys() == {"run", "page", "server_project"}
    assert there["page"] == f"{far.address}/runs/{there['run']}"
    assert [step["name"] for step in there["steps"]][-2:] == ["fetch", "put"]
    assert there["plan"] == here["plan"]
    assert {**there["receipt"], "out": ""} == {**here["receipt"], "out": ""}


def test_the_same_project_gets_the_next_version_and_edits_stay(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ask("generate", model, "--out", out, *SMALL)
    ask("generate", model, "--out", out)
    [project] = far.ask(token, "GET", "/projects")["projects"]
    assert (project["name"], project["model"], project["runs"]) == ("shop", 1, 2)
    (out / BOOK).write_text("mine\n", "utf-8")
    model.write_text(WITH_PRICE, "utf-8")
    said = ask("generate", model, "--out", out)
    assert said.code == 0
    assert "A file that you edited misses what is new" in said.flat
    assert (out / BOOK).read_text("utf-8") == "mine\n"
    assert b"price" in files(out)["backend/app/schemas/book.py"]
    [project] = far.ask(token, "GET", "/projects")["projects"]
    assert (project["model"], project["config"]["database"]) == (2, "sqlite")


def test_a_new_folder_gets_what_was_chosen_on_the_server(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    config = {"style": "minimal", "platforms": ["backend"], "database": "sqlite", "docs": False}
    body = {"name": "shop", "model": {"text": MODEL}, "config": config}
    far.ask(token, "POST", "/projects", body)
    assert ask("generate", model, "--out", tmp_path / "out", "--docs").code == 0
    lock = json.loads((tmp_path / "out/.stackwright/lock.json").read_text("utf-8"))
    assert (lock["config"]["style"], lock["config"]["docs"]) == ("minimal", True)
    [project] = far.ask(token, "GET", "/projects")["projects"]
    assert project["config"]["docs"] is True


def test_several_projects_of_one_name_are_told_apart_by_their_id(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    ids = [far.ask(token, "POST", "/projects", {"name": "shop"})["id"] for _ in range(2)]
    out = tmp_path / "out"
    refused = ask("generate", model, "--out", out, *SMALL)
    assert refused.code == 2
    assert all(one in refused.flat for one in ids)
    assert "--project ID" in refused.flat
    assert ask("generate", model, "--out", out, *SMALL, "--project", ids[0]).code == 0
    assert far.ask(token, "GET", f"/projects/{ids[0]}")["runs"] == 1
    unknown = ask("generate", model, "--out", out, *SMALL, "--project", uuid4())
    assert (unknown.code, "There is no such project" in unknown.flat) == (1, True)


def test_the_token_may_lie_in_a_file(far: Far, ask: Asked, model: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    words = ("generate", model, "--out", tmp_path / "out", "--server", far.address, *SMALL)
    absent = ask(*words, "--token-file", file)
    assert (absent.code, "cannot be read: no such file" in absent.flat) == (2, True)
    file.write_text(f"{far.token()}\n", "utf-8")
    assert ask(*words, "--token-file", file).code == 0


def test_without_a_good_token_the_way_to_one_is_told(
    far: Far, ask: Asked, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("generate", model, "--out", tmp_path / "out", "--server", far.address)
    page = f"{far.address}/account"
    for text, code, what in (
        ("", 2, "There is no token"),
        ("sw_abc", 2, "is not a token"),
        (TOKEN, 1, "The token is not known, was revoked or has expired."),
        (far.token(scopes=[Scope.PROJECTS_READ]), 1, "has not the scope projects:write"),
    ):
        monkeypatch.setenv("STACKWRIGHT_TOKEN", text)
        refused = ask(*words)
        assert refused.code == code
        assert what in refused.flat
        assert page in refused.flat
        assert not text or text not in refused.flat
    assert not (tmp_path / "out").exists()


def test_a_bad_model_is_refused_before_anything_is_sent(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    model.write_text(MODEL.replace("string", "strng"), "utf-8")
    refused = ask("generate", model, "--out", tmp_path / "out")
    assert refused.code == 2
    assert f"{model}:7:" in refused.err
    assert far.ask(token, "GET", "/projects")["projects"] == []


def test_a_refusal_of_the_server_is_as_one_from_here(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    refused = ask("generate", model, "--out", tmp_path / "out", "--entities", "Book")
    assert refused.code == 2
    assert "Book needs Author" in refused.err
    assert "--entities Author,Book" in refused.err
    assert far.ask(token, "GET", "/projects")["projects"] == []
    assert not (tmp_path / "out").exists()


def test_another_project_in_the_folder_is_noticed_before_anything_is_sent(
    far: Far, token: str, ask: Asked, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ask("generate", model, "--out", out, "--server", "", *SMALL)
    model.write_text(MODEL.replace("name: shop", "name: store"), "utf-8")
    refused = ask("generate", model, "--out", out)
    assert (refused.code, "holds the project shop" in refused.flat) == (2, True)
    assert far.ask(token, "GET", "/projects")["projects"] == []
    assert ask("generate", model, "--out", out, "--renamed-from", "shop").code == 0


def test_what_breaks_the_connection_breaks_nothing_else(
    far: Far,
    token: str,
    ask: Asked,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    far.breaks, heard = 2, []
    take = Follower._take

    def noted(self: Follower, envelope: dict[str, Any]) -> None:
        heard.append(envelope["sequence"]) if "text" in envelope else None
        take(self, envelope)

    monkeypatch.setattr(Follower, "_take", noted)
    assert ask("generate", model, "--out", tmp_path / "out", *SMALL).code == 0
    assert far.breaks == 0
    assert heard == [1_000_001 + number for number in range(len(heard))]
    assert len(heard) > 5


def test_who_is_too_slow_for_every_message_gets_the_state(
    far: Far,
    token: str,
    ask: Asked,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel, "MOST_BEHIND", 0)
    assert ask("generate", model, "--out", tmp_path / "out", *SMALL).code == 0


def test_an_answer_that_is_lost_starts_nothing_twice(
    far: Far,
    token: str,
    ask: Asked,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost: list[str] = []
    request = httpx.Client.request

    def loses(self: httpx.Client, method: str, url: str, **given: Any) -> httpx.Response:
        answer = request(self, method, url, **given)
        if url == "/api/v1/runs" and not lost:
            lost.append(answer.json()["id"])
            raise httpx.ReadError("lost")
        return answer

    monkeypatch.setattr(httpx.Client, "request", loses)
    said = ask("generate", model, "--out", tmp_path / "out", *SMALL)
    assert (said.code, "trying again" in said.err) == (0, True)
    assert [run["id"] for run in far.ask(token, "GET", "/runs")["runs"]] == lost


def test_a_server_that_does_not_come_back_is_given_up_while_the_run_goes_on(
    far: Far,
    token: str,
    ask: Asked,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    impatient: None,
) -> None:
    waits = wait_for_nothing(far, monkeypatch)

    def stop() -> None:
        waits.wait(30)
        far.stop()

    stopping = threading.Thread(target=stop)
    stopping.start()
    lost = ask("generate", model, "--out", tmp_path / "out", *SMALL)
    stopping.join()
    assert lost.code == 1
    assert f"The connection to {far.address} is lost. The run goes on there." in lost.flat
    assert f"Look at {far.address}/runs/" in lost.flat


def test_a_token_that_may_not_watch_is_told_so(
    far: Far, ask: Asked, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.works = False
    blind = [Scope.PROJECTS_READ, Scope.PROJECTS_WRITE, Scope.RUNS_WRITE]
    monkeypatch.setenv("STACKWRIGHT_TOKEN", far.token(scopes=blind))
    words = ("generate", model, "--out", tmp_path / "out", "--server", far.address, *SMALL)
    refused = ask(*words)
    assert refused.code == 1
    assert "does not let us follow the run: The token has not the scope runs:read." in refused.flat


def test_a_project_that_changes_meanwhile_is_not_generated(
    far: Far,
    token: str,
    ask: Asked,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    far.works, asked = False, api.Api.ask

    def meddled(self: api.Api, method: str, path: str, body: Any = None, **given: Any) -> Any:
        if (method, path) == ("POST", "/runs"):
            place = f"/projects/{body['project_id']}/configuration"
            far.ask(token, "PUT", place, {"style": "enterprise"})
        return asked(self, method, path, body, **given)

    monkeypatch.setattr(api.Api, "ask", meddled)
    refused = ask("generate", model, "--out", tmp_path / "out", *SMALL)
    assert (refused.code, "Somebody changed the project" in refused.flat) == (1, True)
    [run] = far.ask(token, "GET", "/runs")["runs"]
    assert run["state"] == "cancelled"


def test_ctrl_c_cancels_the_run_and_says_so(
    far: Far,
    token: str,
    ask: Asked,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = wait_for_nothing(far, monkeypatch)

    def press() -> None:
        waits.wait(30)
        os.kill(os.getpid(), SIGINT)

    pressing = threading.Thread(target=press)
    pressing.start()
    stopped = ask("generate", model, "--out", tmp_path / "out", *SMALL)
    pressing.join()
    assert stopped.code == 1
    assert "Stopped. What was written before is whole." in stopped.err
    assert "The run waits for its turn." in stopped.err
    assert "The run on the server is cancelled." in stopped.err
    [run] = far.ask(token, "GET", "/runs")["runs"]
    assert run["state"] == "cancelled"
    assert not (tmp_path / "out").exists()


def test_a_run_that_somebody_cancels_ends_here_too(
    far: Far,
    token: str,
    ask: Asked,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = wait_for_nothing(far, monkeypatch)

    def cancel() -> None:
        waits.wait(30)
        [run] = far.ask(token, "GET", "/runs")["runs"]
        far.ask(token, "POST", f"/runs/{run['id']}/cancel")

    cancelling = threading.Thread(target=cancel)
    cancelling.start()
    ended = ask("generate", model, "--out", tmp_path / "out", *SMALL)
    cancelling.join()
    assert ended.code == 1
    assert "The run on the server is cancelled: Cancelled before it began." in ended.flat
    assert f"The run: {far.address}/runs/" in ended.flat


def wait_for_nothing(far: Far, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let runs wait for ever; the event is set once a person was told so."""
    far.works, waits, say = False, threading.Event(), Watching.say

    def said(self: Watching, text: str) -> None:
        say(self, text)
        if text.startswith("The run waits"):
            waits.set()

    monkeypatch.setattr(following, "SOON_S", 0.1)
    monkeypatch.setattr(Watching, "say", said)
    return waits


def test_a_run_that_fails_says_why(
    far: Far,
    token: str,
    ask: Asked,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "builds").write_text("in the way", "utf-8")
    failed = ask("generate", model, "--out", tmp_path / "out", *SMALL)
    assert failed.code == 1
    assert "a part of that path is a file" in failed.flat
    assert "The run: " in failed.flat
    assert not (tmp_path / "out").exists()
