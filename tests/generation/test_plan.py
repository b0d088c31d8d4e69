"""A plan says for every file what will happen, from the model, the lock and what lies on disk."""

from stackwright.domain.project import Project
from stackwright.generation.config import Config
from stackwright.generation.lock import Lock, LockedFile, digest
from stackwright.generation.outputs import Output
from stackwright.generation.plan import Plan, make_plan
from tests.generation.conftest import Outputs, shop

BOOKS = shop(Book=["isbn", "title"], Author=["name"])


class World:
    """A generated project as data: what was written last, and what lies on disk now."""

    def __init__(self, outputs_of: Outputs, project: Project = BOOKS) -> None:
        self._outputs_of = outputs_of
        self.disk: dict[str, bytes] = {}
        self.lock = Lock()
        self.generate(project)

    def plan(self, project: Project = BOOKS, config: Config | None = None) -> Plan:
        observed = {path: digest(content) for path, content in self.disk.items()}
        return make_plan(project, Config(), self._outputs_of(project, config), self.lock, observed)

    def generate(self, project: Project) -> None:
        files = {}
        for output in self._outputs_of(project):
            content = output.render()[0]
            self.disk[output.path] = content
            files[output.path] = _locked(output, content)
        self.lock = Lock(files=files)


def _locked(output: Output, content: bytes) -> LockedFile:
    return LockedFile(
        made_from=output.made_from,
        content=digest(content),
        pack=output.pack,
        unit=output.unit,
        kind=output.kind,
        lines=content.count(b"\n"),
        size_bytes=len(content),
    )


def check(plan: Plan, **expected: str) -> None:
    """The files whose action is not `unchanged`, by name without suffix."""
    changed = {
        file.path.split(".")[0]: file.action.value
        for file in plan.files
        if file.action.value != "unchanged"
    }
    assert changed == expected


def test_everything_is_created_in_an_empty_folder(outputs_of: Outputs) -> None:
    plan = make_plan(BOOKS, Config(), outputs_of(BOOKS), Lock(), {})
    assert plan.counts() == {"create": 7}


def test_plan_is_empty_when_nothing_changed(outputs_of: Outputs) -> None:
    plan = World(outputs_of).plan()
    assert plan.changes_nothing
    assert plan.batches == ()


def test_a_new_field_touches_its_entity_alone(outputs_of: Outputs) -> None:
    plan = World(outputs_of).plan(shop(Book=["isbn", "title", "price"], Author=["name"]))
    check(plan, book="update")
    assert plan.batches[0].paths == ("book.txt", "test_book.py")


def test_a_new_entity_adds_its_files_and_the_index(outputs_of: Outputs) -> None:
    plan = World(outputs_of).plan(shop(Book=["isbn", "title"], Author=["name"], Genre=["name"]))
    check(plan, genre="create", test_genre="create", index="update")


def test_a_removed_entity_deletes_its_files(outputs_of: Outputs) -> None:
    plan = World(outputs_of).plan(shop(Book=["isbn", "title"]))
    check(plan, author="delete", test_author="delete", index="update")


def test_an_option_removes_what_it_asked_for(outputs_of: Outputs) -> None:
    plan = World(outputs_of).plan(config=Config(tests=False))
    check(plan, test_author="delete", test_book="delete")


def test_an_edited_file_is_kept_when_the_model_changes(outputs_of: Outputs) -> None:
    world = World(outputs_of)
    world.disk["book.txt"] = b"mine\n"
    plan = world.plan(shop(Book=["isbn", "price"], Author=["name"]))
    check(plan, book="kept")
    assert next(file.reason for file in plan.files if file.path == "book.txt").startswith(
        "edited by you; the new"
    )


def test_an_edited_file_is_kept_when_it_is_no_longer_generated(outputs_of: Outputs) -> None:
    world = World(outputs_of)
    world.disk["author.txt"] = b"mine\n"
    check(
        world.plan(shop(Book=["isbn", "title"])),
        author="kept",
        test_author="delete",
        index="update",
    )


def test_a_deleted_file_stays_deleted(outputs_of: Outputs) -> None:
    world = World(outputs_of)
    del world.disk["book.txt"]
    check(world.plan(shop(Book=["price"], Author=["name"])), book="kept")


def test_a_file_of_the_user_with_a_generated_name_is_kept(outputs_of: Outputs) -> None:
    plan = make_plan(BOOKS, Config(), outputs_of(BOOKS), Lock(), {"book.txt": digest(b"mine\n")})
    assert {file.path: file.action.value for file in plan.files}["book.txt"] == "kept"


def test_a_file_that_is_already_as_wanted_is_adopted(outputs_of: Outputs) -> None:
    present = {"book.txt": digest(b"isbn\ntitle\n")}
    plan = make_plan(BOOKS, Config(), outputs_of(BOOKS), Lock(), present)
    assert {file.path: file.action.value for file in plan.files}["book.txt"] == "unchanged"
    assert plan.adopted == ("book.txt",)
    assert any("book.txt" in batch.paths for batch in plan.batches)


def test_a_user_who_made_the_same_change_gets_no_update(outputs_of: Outputs) -> None:
    world = World(outputs_of)
    world.disk["book.txt"] = b"isbn\nprice\n"
    check(world.plan(shop(Book=["isbn", "price"], Author=["name"])))


def test_batches_are_tens_however_many_entities_there_are(outputs_of: Outputs) -> None:
    many = shop(**{f"Thing{number}": ["name"] for number in range(100)})
    plan = make_plan(many, Config(), outputs_of(many), Lock(), {})
    assert len(plan.batches) <= 9
    assert sorted(path for batch in plan.batches for path in batch.paths) == [
        file.path for file in plan.files
    ]
