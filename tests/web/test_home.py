"""The first page shows what one worked on last, and nothing of others."""

from uuid import uuid4

import pytest

from app.storage import projects
from app.storage.projects import Project
from app.web.navigation import SECTIONS
from app.web.states import SHAPES
from stackwright.access.rights import Action, Role
from stackwright.generation.config import Config
from stackwright.runs.state import RunState
from tests.api.world import World
from tests.web.person import signed_in
from tests.web.test_accounts import said

pytestmark = pytest.mark.services


async def test_the_first_page_shows_own_projects_and_how_to_begin(world: World) -> None:
    ada = await world.account("ada@example.org")
    await world.account("eve@example.org")
    person, other = [await signed_in(world, f"{one}@example.org") for one in ("ada", "eve")]
    assert "No project yet" in (await person.get("/")).text
    project = Project(
        id=uuid4(),
        owner_id=ada.id,
        name="<b>shop",
        model=0,
        config=Config(),
        config_revision=0,
        runs=0,
        made_at=world.clock(),
        changed_at=world.clock(),
    )
    async with world.parts.storage.session() as session:
        await projects.add(session, project)
    assert "<b>shop none yet 0 2026-03-01 12:00" in said((await person.get("/")).text)
    assert "No project yet" in (await other.get("/")).text


async def test_sections_are_shown_to_those_who_may_when_their_page_exists(world: World) -> None:
    await world.account("root@example.org", Role.ADMIN)
    await world.account("ada@example.org")
    admin, person = [await signed_in(world, f"{one}@example.org") for one in ("root", "ada")]
    paths = world.app.state.page_paths
    for section in SECTIONS:
        link = f'<a href="{section.path}" data-section="{section.key}"'
        assert (link in (await admin.get("/")).text) is (section.path in paths)
        is_open = section.action in {
            Action.READ_PROJECTS,
            Action.READ_RUNS,
            Action.READ_DEPLOYMENTS,
        }
        assert (link in (await person.get("/")).text) is (section.path in paths and is_open)
    assert "/accounts/{}" in paths


def test_every_state_of_a_run_has_a_shape() -> None:
    assert set(SHAPES) == set(RunState)
