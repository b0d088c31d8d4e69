"""Remakes the schemas of the stack beside it: `python -m tests.deployment.rehearsal.schemas`."""

from pathlib import Path

from tasks.schemas import write_schemas

HERE = Path(__file__).parent
STACK, SCHEMAS = HERE / "stack", HERE / "schemas"

if __name__ == "__main__":
    write_schemas([STACK], SCHEMAS)
