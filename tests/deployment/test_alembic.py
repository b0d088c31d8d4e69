import pytest

from stackwright.deployment.alembic import ordered, read_migration
from stackwright.deployment.migration import Effect, Migration, OperationKind, judge
from stackwright.errors import ProjectError

HEAD = 'revision: str = "2"\ndown_revision: str | None = "1"\n\n\ndef upgrade() -> None:\n'


def read(*lines: str) -> Migration:
    return read_migration(HEAD + "".join(f"    {line}\n" for line in lines), "2.py")


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ('op.add_column("book", sa.Column("isbn", sa.String(13)))', Effect.EXPAND),
        ('op.add_column("book", sa.Column("isbn", sa.String(13), nullable=True))', Effect.EXPAND),
        (
            'op.add_column("book", sa.Column("n", sa.Integer(), nullable=False, server_default="0"))',
            Effect.EXPAND,
        ),
        (
            'op.add_column("book", sa.Column("isbn", sa.String(13), nullable=False))',
            Effect.CONTRACT,
        ),
        ('op.create_table("shelf", sa.Column("id", sa.Integer(), nullable=False))', Effect.EXPAND),
        ('op.drop_table("shelf")', Effect.CONTRACT),
        ('op.drop_column("book", "isbn")', Effect.CONTRACT),
        ('op.rename_table("book", "title")', Effect.CONTRACT),
        ('op.alter_column("book", "isbn", new_column_name="ean")', Effect.CONTRACT),
        (
            'op.alter_column("book", "isbn", existing_type=sa.String(10), nullable=False)',
            Effect.CONTRACT,
        ),
        (
            'op.alter_column("book", "isbn", existing_type=sa.String(10), nullable=True)',
            Effect.EXPAND,
        ),
        (
            'op.alter_column("book", "isbn", existing_type=sa.String(length=10), type_=sa.String(length=13))',
            Effect.EXPAND,
        ),
        (
            'op.alter_column("book", "isbn", existing_type=sa.VARCHAR(length=10), type_=sa.Text())',
            Effect.EXPAND,
        ),
        (
            'op.alter_column("book", "isbn", existing_type=sa.String(13), type_=sa.String(10))',
            Effect.CONTRACT,
        ),
        ('op.create_index(op.f("ix_book"), "book", ["isbn"], unique=False)', Effect.EXPAND),
        (
            'op.create_foreign_key("fk", "book", "shelf", ["shelf_id"], ["id"])',
            Effect.CONTRACT,
        ),
        ('op.drop_constraint("fk", "book", type_="foreignkey")', Effect.EXPAND),
        ('op.execute("UPDATE book SET isbn = NULL")', Effect.CONTRACT),
        ("helper(op)", Effect.CONTRACT),
        ("for name in names: op.drop_table(name)", Effect.CONTRACT),
        ("pass", Effect.EXPAND),
    ],
)
def test_what_a_migration_does_is_read_from_its_file(line: str, effect: Effect) -> None:
    assert judge([read(line)]).effect is effect


def test_batches_change_the_table_that_they_name() -> None:
    found = read(
        'with op.batch_alter_table("book", schema=None) as batch_op:',
        '    batch_op.add_column(sa.Column("a", sa.Integer(), nullable=True))',
        '    batch_op.drop_column("b")',
        '    batch_op.alter_column("c", nullable=False)',
        '    batch_op.create_index(batch_op.f("ix_c"), ["c"])',
    )
    assert [(one.kind.value, one.table, one.column) for one in found.operations] == [
        ("add_column", "book", "a"),
        ("drop_column", "book", "b"),
        ("alter_column", "book", "c"),
        ("create_index", "book", "ix_c"),
    ]
    assert (found.revision, found.down_revision) == ("2", "1")


def test_constraints_of_a_table_that_is_new_break_nobody() -> None:
    found = read(
        'op.create_table("shelf", sa.Column("id", sa.Integer(), nullable=False))',
        'op.create_foreign_key("fk", "shelf", "book", ["book_id"], ["id"])',
    )
    assert found.operations[1].kind is OperationKind.CREATE_CONSTRAINT
    assert judge([found]).effect is Effect.EXPAND


def test_those_that_are_left_are_found_from_where_the_tables_are() -> None:
    first, second = Migration(revision="1"), Migration(revision="2", down_revision="1")
    assert ordered([second, first], "") == (first, second)
    assert ordered([second, first], "1") == (second,)
    assert ordered([second, first], "2") == ()
    with pytest.raises(ProjectError, match="Several migrations follow 1: 2, 3"):
        ordered([second, first, Migration(revision="3", down_revision="1")], "1")


@pytest.mark.parametrize(("text", "why"), [("def", "is not Python"), ("x = 1", "no revision")])
def test_what_is_no_migration_is_named(text: str, why: str) -> None:
    with pytest.raises(ProjectError, match=why):
        read_migration(text, "x.py")
