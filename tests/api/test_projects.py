"""Projects over the API: versions of models, choices, drafts, and two people at once."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from blocks.artifacts import artifacts_url
from tests.api.world import World, is_problem

pytestmark = pytest.mark.services

TAGS = """\
stackwright: 1
name: tags
entities:
  Tag:
    fields:
      name: {type: string, required: true}
  Post:
    fields:
      title: {type: string, required: true}
    relations:
      tag: {kind: many_to_one, target: Tag, inverse: posts}
"""


async def test_a_project_is_made_listed_renamed_and_removed(world: World) -> None:
    ann = await world.person("ann@example.org")
    made = await ann("POST", "/projects", {"name": "  Tags  and more ", "model": {"text": TAGS}})
    project = made.json()
    assert (made.status_code, project["name"], project["model"]) == (201, "Tags and more", 1)
    place = made.headers["location"].removeprefix("/api/v1")
    assert (await ann("GET", place)).json() == project
    world.clock.passes(minutes=1)
    other = (await ann("POST", "/projects", {"name": "Empty"})).json()
    first = (await ann("GET", "/projects?limit=1")).json()
    assert [one["id"] for one in first["projects"]] == [other["id"]]
    rest = (await ann("GET", f"/projects?limit=1&cursor={first['next']}")).json()
    assert ([one["id"] for one in rest["projects"]], rest["next"]) == ([project["id"]], None)
    world.clock.passes(minutes=1)
    renamed = await ann("PATCH", place, {"name": "Labels"})
    assert renamed.json()["name"] == "Labels"
    assert (await ann("DELETE", place)).status_code == 204
    assert is_problem(await ann("GET", place), 404)


async def test_a_project_with_a_broken_model_is_not_made(world: World) -> None:
    ann = await world.person("ann@example.org")
    answer = await ann(
        "POST", "/projects", {"name": "Tags", "model": {"text": TAGS.replace("Tag,", "Tagg,")}}
    )
    assert is_problem(answer, 422)
    assert answer.json()["findings"][0]["line"] == 11
    assert (await ann("GET", "/projects")).json()["projects"] == []


async def test_models_are_kept_version_by_version(world: World) -> None:
    ann = await world.person("ann@example.org")
    place = await _project(ann)
    same = await ann("POST", f"{place}/models", {"text": TAGS})
    assert (same.json()["number"], same.headers["etag"]) == (1, '"1"')
    more = TAGS.replace("    relations:", "      text: {type: text}\n    relations:")
    added = await ann("POST", f"{place}/models", {"text": more}, {"If-Match": '"1"'})
    assert added.json()["number"] == 2
    late = await ann("POST", f"{place}/models", {"text": TAGS + "# late\n"}, {"If-Match": '"1"'})
    assert is_problem(late, 412)
    assert "changed since you read it" in late.json()["detail"]
    assert (await ann("GET", f"{place}/models/newest")).json()["text"] == more
    assert (await ann("GET", f"{place}/models/1")).json()["text"] == TAGS
    assert is_problem(await ann("GET", f"{place}/models/7"), 404)
    assert is_problem(await ann("GET", f"{place}/models/last"), 422)
    known = await ann("GET", f"{place}/models/newest", headers={"If-None-Match": '"2"'})
    assert (known.status_code, known.content) == (304, b"")
    page = (await ann("GET", f"{place}/models?limit=1")).json()
    assert ([one["number"] for one in page["models"]], page["next"]) == ([2], 2)
    page = (await ann("GET", f"{place}/models?limit=1&cursor=2")).json()
    assert ([one["number"] for one in page["models"]], page["next"]) == ([1], None)


async def test_choices_must_be_complete_and_are_not_overwritten_unseen(world: World) -> None:
    ann = await world.person("ann@example.org")
    place = await _project(ann)
    tag = (await ann("GET", f"{place}/configuration")).headers["etag"]
    gap = await ann("PUT", f"{place}/configuration", {"entities": ["Post"]})
    assert is_problem(gap, 422)
    assert "Post needs Tag" in gap.json()["detail"]
    chosen = {"entities": ["Tag"], "style": "minimal"}
    changed = await ann("PUT", f"{place}/configuration", chosen, {"If-Match": tag})
    assert (changed.json()["style"], changed.headers["etag"]) == ("minimal", '"2"')
    late = await ann("PUT", f"{place}/configuration", {}, {"If-Match": tag})
    assert is_problem(late, 412)
    assert (await ann("GET", f"{place}/configuration")).json()["entities"] == ["Tag"]


async def test_drafts_are_each_persons_own_and_hold_anything(world: World) -> None:
    ann = await world.person("ann@example.org")
    place = await _project(ann)
    assert is_problem(await ann("GET", f"{place}/drafts/model"), 404)
    kept: dict[str, Any] = {}
    for text in ("entities: [", "entities: ]"):
        kept = (await ann("PUT", f"{place}/drafts/model", {"text": text})).json()
    assert (kept["content"], kept["revision"]) == ({"text": "entities: ]"}, 2)
    assert (await ann("DELETE", f"{place}/drafts/model")).status_code == 204
    assert is_problem(await ann("GET", f"{place}/drafts/model"), 404)
    assert is_problem(await ann("PUT", f"{place}/drafts/MODEL", {}), 422)


async def test_what_belongs_to_others_does_not_exist(world: World) -> None:
    ann, bob = await world.person("ann@example.org"), await world.person("bob@example.org")
    place = await _project(ann)
    for method, path, body in (
        ("GET", place, None),
        ("POST", f"{place}/models", {"text": TAGS}),
        ("PUT", f"{place}/configuration", {}),
        ("PUT", f"{place}/drafts/model", {}),
        ("DELETE", place, None),
    ):
        theirs = await bob(method, path, body)
        nowhere = await bob(method, path.replace(place, f"/projects/{uuid4()}"), body)
        assert is_problem(theirs, 404)
        assert theirs.json()["detail"] == nowhere.json()["detail"]
    assert (await bob("GET", "/projects")).json()["projects"] == []


async def _project(owner: Any) -> str:
    made = await owner("POST", "/projects", {"name": "Tags", "model": {"text": TAGS}})
    assert made.status_code == 201, made.text
    return f"/projects/{made.json()['id']}"


async def test_a_removed_project_takes_along_what_it_published(world: World) -> None:
    ann = await world.person("ann@example.org")
    place = await _project(ann)
    folder = Path(artifacts_url()) / place.strip("/")
    folder.mkdir(parents=True)
    (folder / "run.zip").write_bytes(b"all of it")
    neighbour = folder.with_name(str(uuid4()))
    neighbour.mkdir()
    assert (await ann("DELETE", place)).status_code == 204
    assert not folder.exists()
    assert neighbour.exists()
