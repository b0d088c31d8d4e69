from typing import Any

import pytest

from stackwright.deployment.migration import (
    Effect,
    Migration,
    Operation,
    OperationKind,
    chain_gap,
    judge,
)
from stackwright.deployment.risk import Risk

BOOK = {"table": "book", "column": "isbn"}


def operation(kind: str, **more: Any) -> Operation:
    return Operation.model_validate({"kind": kind, **BOOK, **more})


def migration(*operations: Operation) -> Migration:
    return Migration(revision="0002", down_revision="0001", operations=operations)


@pytest.mark.parametrize(
    ("done", "risk", "sentence"),
    [
        (operation("create_table"), "safe", ""),
        (operation("add_column", nullable=True), "safe", ""),
        (operation("add_column", nullable=False, has_default=True), "safe", ""),
        (operation("add_column", nullable=False), "replace", "must be filled in"),
        (operation("alter_column", nullable=True), "safe", ""),
        (operation("alter_column", nullable=False), "replace", "makes book.isbn mandatory"),
        (operation("alter_column", new_name="code"), "replace", "renames book.isbn"),
        (operation("alter_column", new_type="BIGINT", widens=True), "safe", ""),
        (operation("alter_column", new_type="INTEGER"), "replace", "changes book.isbn to INTEGER"),
        (operation("rename_table", new_name="volume"), "replace", "renames the table book"),
        (operation("create_constraint"), "replace", "rows of the old release may break"),
        (operation("drop_constraint"), "safe", ""),
        (operation("drop_index"), "safe", ""),
        (operation("create_index", concurrently=True), "safe", ""),
        (operation("create_index"), "safe", "writes to book wait"),
        (operation("bulk_insert"), "safe", ""),
        (operation("execute"), "replace", "not declared"),
        (operation("execute", declared="contract"), "replace", "not declared"),
        (operation("execute", declared="expand"), "safe", ""),
        (operation("drop_column"), "data_loss", "drops book.isbn with all its values"),
        (operation("drop_table"), "data_loss", "drops the table book with all its rows"),
    ],
)
def test_an_operation_is_judged(done: Operation, risk: str, sentence: str) -> None:
    verdict = judge([migration(done)])
    assert verdict.risk == risk
    assert verdict.blocks_rollback is (risk != "safe")
    messages = [finding.message for finding in verdict.findings()]
    assert len(messages) == bool(sentence)
    assert sentence in "".join(messages)
    assert ("no automatic rollback" in "".join(messages)) is verdict.blocks_rollback


def test_every_kind_of_operation_has_an_answer() -> None:
    assert all(judge([migration(operation(kind))]) for kind in OperationKind)


def test_what_happens_to_a_new_table_breaks_nobody() -> None:
    verdict = judge([migration(operation("create_table"), operation("create_constraint"))])
    assert verdict.effect is Effect.EXPAND


def test_the_worst_operation_decides() -> None:
    verdict = judge([migration(operation("create_constraint"), operation("drop_column"))])
    assert verdict.risk is Risk.DATA_LOSS
    assert len(verdict.findings()) == 2


def test_migrations_follow_on_from_the_head() -> None:
    later = Migration(revision="0003", down_revision="0002")
    assert chain_gap("0001", [migration(), later]) == ""
    assert chain_gap("", [migration()]) == (
        "The database is at no migration, and 0002 begins at 0001."
    )
    assert "0003 begins at 0002" in chain_gap("0001", [later])
