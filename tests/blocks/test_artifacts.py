"""The address of the store of published projects, and what it says when it cannot be used."""

import subprocess
import sys
from pathlib import Path

import pytest

from blocks.artifacts import artifacts_url, default_folder, open_store, reaching
from flows.healing import can_heal
from stackwright.errors import ProjectError


def test_the_store_is_a_folder_of_the_user_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STACKWRIGHT_ARTIFACTS", raising=False)
    assert artifacts_url() == str(default_folder())
    monkeypatch.setenv("STACKWRIGHT_ARTIFACTS", "s3://bucket/prefix")
    assert artifacts_url() == "s3://bucket/prefix"


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_folder_is_a_store(tmp_path: Path, form: str) -> None:
    store = open_store(form.format(tmp_path / "kept"))
    assert store.is_local
    assert store.path("projects/a/b", ".zip") == str(tmp_path / "kept/projects/a/b.zip")


def test_a_bucket_with_a_prefix_is_a_store() -> None:
    store = open_store("s3://bucket/some/prefix/")
    assert not store.is_local
    assert store.path("a/b", ".json") == "bucket/some/prefix/a/b.json"


@pytest.mark.parametrize("url", ["gopher://there/is", "s3:///prefix"])
def test_other_addresses_are_refused_with_what_to_give(url: str) -> None:
    with pytest.raises(ProjectError, match="no address of a store") as caught:
        open_store(url)
    assert "s3://bucket/prefix" in caught.value.hint


def test_credentials_in_the_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(ProjectError) as caught:
        open_store("s3://key:hush@bucket/prefix")
    assert "hush" not in str(caught.value)


def test_without_the_extra_it_says_how_to_install_it() -> None:
    program = (
        "import sys; sys.modules['s3fs'] = None\n"
        "from blocks.artifacts import open_store\n"
        "try: open_store('s3://bucket')\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "is not installed. Hint: Install it: pip install" in done.stdout, done


@pytest.mark.parametrize(
    ("failure", "heals", "hint"),
    [
        (PermissionError("Forbidden"), False, "credentials"),
        (FileNotFoundError("no such bucket"), False, "reachable"),
        (OSError(28, "No space left on device"), True, "has it room"),
        (ConnectionError("refused"), True, "reachable"),
    ],
    ids=["forbidden", "no bucket", "full", "away"],
)
def test_a_failure_of_the_store_has_a_cause_and_a_hint(
    failure: OSError, heals: bool, hint: str
) -> None:
    said = "Publishing failed: the store s3://b says"
    with pytest.raises(ProjectError, match=said) as caught, reaching("s3://b", "Publishing"):
        raise failure
    assert hint in caught.value.hint
    assert can_heal(caught.value) is heals


def test_our_own_mistakes_stay_mistakes() -> None:
    with pytest.raises(ZeroDivisionError), reaching("s3://b", "Publishing"):
        _ = 1 / 0
