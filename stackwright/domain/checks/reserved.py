"""Words that a name may not be, and why: each would break generated code or surprise its reader."""

from stackwright.domain import naming

SQL_EVERYWHERE = frozenset(
    """
    add all alter analyze and as asc between by case check column constraint create cross current_date
    current_time current_timestamp current_user default delete desc distinct drop else except exists
    false for foreign from full grant group having in index inner insert intersect into is join left
    like limit natural not null on or order outer primary references returning right row select set
    some table then to trigger true union unique update user using values view when where window with
    """.split()
)
SQL_SOME = {
    "MySQL": frozenset(
        """
        accessible before bigint binary blob both call cascade change char character collate condition
        continue convert cube cume_dist cursor database databases decimal declare delayed dense_rank
        describe deterministic div double dual each elseif empty enclosed escaped exit explain fetch
        first_value float force fulltext function generated get grouping groups hour_minute
        hour_second if ignore infile inout int integer interval iterate json_table key keys kill lag
        last_value lateral lead leading leave lines linear load localtime lock long longblob loop match
        mod modifies nth_value ntile numeric of optimize option optionally out outfile over partition
        percent_rank precision procedure purge range rank read reads real recursive regexp release
        rename repeat replace require resignal restrict return revoke rlike row_number rows schema
        schemas separator show signal smallint spatial specific sql ssl starting stored straight_join
        system terminated tinyint trailing undo unlock unsigned usage use utc_date utc_time varchar
        varying virtual while write xor zerofill manual parallel qualify tablesample
        """.split()
    ),
    "PostgreSQL": frozenset(
        """
        analyse any array asymmetric both cast collate current_catalog current_role deferrable do end
        fetch initially lateral leading localtime localtimestamp offset only placing session_user
        symmetric trailing variadic verbose authorization binary collation concurrently freeze ilike
        isnull notnull overlaps similar tablesample
        """.split()
    ),
    "SQLite": frozenset(
        """
        abort attach autoincrement begin cascade commit conflict detach exclusive glob immediate indexed
        instead isnull notnull nothing plan pragma raise regexp reindex rollback savepoint temp
        transaction vacuum
        """.split()
    ),
}
PYTHON = frozenset(
    """
    and as assert async await break class continue def del elif else except finally for from global if
    import in is lambda nonlocal not or pass raise return try while with yield false none true
    """.split()
)
TYPESCRIPT = frozenset(
    """
    break case catch class const continue debugger default delete do else enum export extends false
    finally for function if implements import in instanceof interface let new null package private
    protected public return static super switch this throw true try typeof var void while with yield
    constructor prototype arguments eval await undefined
    """.split()
)
PYTHON_NAMES = frozenset(
    """
    bool bytes classmethod date datetime dict float frozenset int list object property self set
    staticmethod str super time timedelta tuple uuid
    """.split()
)  # within a class, they would hide the type of the fields that follow
PYDANTIC = frozenset(
    """
    model_config model_fields model_computed_fields model_extra model_fields_set model_construct
    model_copy model_json_schema model_parametrized_name model_post_init model_rebuild construct copy
    dict from_orm json mro parse_file parse_obj parse_raw register schema schema_json
    update_forward_refs validate
    """.split()
)
PYDANTIC_PREFIXES = ("model_dump", "model_validate")
SQLALCHEMY = frozenset({"metadata", "registry"})
YAML = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
API = {
    "id": "the id of a row is made by `primary_key`",
    "page": "lists are paged with ?page=",
    "size": "lists are paged with ?size=",
    "sort": "lists are sorted with ?sort=",
    "q": "lists are searched with ?q=",
}

ENTITIES = {  # names that generated code, its libraries or its languages need for themselves
    "generated code": frozenset(
        """
        Accounts App Api Audited AuditEntry Auth Base BusDep Cli Config Conftest Core Count CreatorDep Database
        EditorDep Entity Error Errors File Files Filter Filters Health IdPath IfMatchHeader Index Login Main Me
        Meta Model Models Module Modules Page Pages PagingDep Permission Problem ReaderDep Ready RemoverDep
        Router Schema Schemas Security Session SessionDep Settings SoftDeleted Test Tests Token Types Uploads
        User Users Version Versioned
        """.split()
    ),
    "Python": frozenset(
        """
        Any Annotated Callable Date DateTime Decimal Enum Exception False Final Float Generic Integer
        Interval Iterator List Literal Mapping None Numeric Optional Path Point Protocol Self Sequence
        StrEnum Time TimeDelta True Tuple Type TypeVar Union Uuid Dict
        """.split()
    ),
    "Python's builtins": frozenset(
        """
        ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup
        BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError
        ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError
        DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError ExceptionGroup
        FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError
        ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError
        KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError
        NotADirectoryError NotImplemented NotImplementedError OSError OverflowError
        PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError
        RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration
        StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError
        TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
        UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning WindowsError
        ZeroDivisionError
        """.split()
    ),
    "FastAPI, Pydantic and SQLAlchemy": frozenset(
        """
        ApiRouter APIRouter BaseModel Body Boolean Column Computed ConfigDict Depends Engine Field ForeignKey
        Form Header Mapped Query Relationship Request Response Row Select Table Text
        """.split()
    ),
    "TypeScript and React": frozenset(
        """
        Array Awaited Exclude Extract Formdata FormData Fragment Function Infinity Json Link Map Math
        Nan Navigate Number Object Omit Outlet Partial Pick Promise Proxy React Readonly Record Reflect
        Regexp RegExp Required Route Set String Suspense Symbol Undefined Url Window
        """.split()
    ),
}
ROLES = frozenset({"public", "user", "admin", "anonymous", "guest", "system", "none", "all", "any"})


def field_reserved(name: str) -> tuple[str, bool] | None:
    """Why a field or relation cannot, or should better not, have this name; and whether it cannot."""
    for words, why in (
        (PYTHON, "is a keyword of Python"),
        (TYPESCRIPT, "is a reserved word of TypeScript"),
        (PYTHON_NAMES, "would hide the Python type of the same name"),
        (PYDANTIC, "belongs to Pydantic's models"),
        (SQLALCHEMY, "belongs to SQLAlchemy's models"),
        (SQL_EVERYWHERE, "is a reserved word of SQL"),
    ):
        if name in words:
            return why, True
    if name.startswith(PYDANTIC_PREFIXES):
        return "belongs to Pydantic's models", True
    databases = [database for database, words in SQL_SOME.items() if name in words]
    if databases:
        return f"is a reserved word of {' and '.join(databases)}", False
    return None


def entity_reserved(name: str) -> str | None:
    """Why an entity cannot have this name."""
    for owner, words in ENTITIES.items():
        if name in words or name.capitalize() in words:
            return f"is needed by {owner}"
    if naming.snake(name) in PYTHON:
        return "becomes a keyword of Python in the name of its module"
    if name.lower() in YAML:
        return "means a truth value or nothing in YAML"
    return None
