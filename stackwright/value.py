"""The base of everything that crosses a folder boundary: a frozen value that refuses unknown keys."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable record, equal by content, that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
