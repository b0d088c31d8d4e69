"""Pages of rows."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from app.core.values import Output

MOST_ROWS = 100
LAST_PAGE = 1_000_000
Item = TypeVar("Item")


class Page(Output, Generic[Item]):
    """One page of the rows that match."""

    items: list[Item] = Field(description="The rows of this page.")
    total: int = Field(description="How many rows match in all.")
    page: int = Field(description="The number of this page, counted from 1.")
    size: int = Field(description="How many rows a page has.")


class Count(Output):
    """How many rows match."""

    count: int


class Paging(BaseModel):
    """Which page is asked for."""

    page: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.page - 1) * self.size


def paging(
    page: Annotated[int, Query(ge=1, le=LAST_PAGE, description="Number of the page.")] = 1,
    size: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows a page.")] = 20,
) -> Paging:
    """The page that is asked for."""
    return Paging(page=page, size=size)
