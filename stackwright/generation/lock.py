"""What a generated project remembers of its last generation: `.stackwright/lock.json`."""

import hashlib
import json

from pydantic import Field, ValidationError

from stackwright import __version__
from stackwright.errors import ProjectError
from stackwright.generation.config import Config
from stackwright.rendering.pack import Kind
from stackwright.value import Value

FOLDER = ".stackwright"
LOCK = f"{FOLDER}/lock.json"
FORMAT = 1


def digest(content: bytes) -> str:
    """How contents are compared: 32 hexadecimal digits of BLAKE2b."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


class LockedFile(Value):
    """One generated file as it was last written."""

    made_from: str  # digest of template, data, options and engine
    content: str  # digest of the bytes
    pack: str
    unit: str
    kind: Kind
    lines: int
    size_bytes: int
    tests: int = 0  # test functions in it


class Lock(Value):
    """The state of a generated project after its last generation."""

    format: int = FORMAT
    stackwright: str = __version__
    project: str = ""
    model: str = ""  # digest of the domain model
    config: Config = Config()
    files: dict[str, LockedFile] = Field(default_factory=dict)

    def text(self) -> str:
        """The lock as it lies on disk: sorted, one line a file, so that version control merges it well."""
        head = self.model_dump(mode="json", exclude={"files"})
        lines = [
            f"  {json.dumps(key)}: {json.dumps(value, sort_keys=True)},"
            for key, value in head.items()
        ]
        files = [
            f"    {json.dumps(path)}: {json.dumps(self.files[path].model_dump(mode='json'))}"
            for path in sorted(self.files)
        ]
        return "{\n" + "\n".join(lines) + '\n  "files": {\n' + ",\n".join(files) + "\n  }\n}\n"


def parse_lock(text: str, file: str) -> Lock:
    """The lock in this text.

    Raises:
        ProjectError: It is damaged, or written by a newer Stackwright.
    """
    try:
        data = json.loads(text)
        written = data.get("format") if isinstance(data, dict) else None
        if isinstance(written, int) and written > FORMAT:
            raise ProjectError.bad_input(
                f"{file} was written by Stackwright {data.get('stackwright')}, which is newer than this one.",
                hint="Update Stackwright.",
            )
        return Lock.model_validate(data)
    except (ValueError, ValidationError) as error:
        raise ProjectError.bad_input(
            f"{file} is damaged: {str(error).splitlines()[0]}",
            hint="Restore it from version control (unresolved merge conflict?), "
            "or delete it: files that differ from what would be generated are then kept and reported.",
        ) from error
