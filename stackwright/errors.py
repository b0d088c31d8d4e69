"""What went wrong: many problems are data (`Finding`), one that stops the work is a `ProjectError`."""

from collections.abc import Sequence
from typing import Literal

from stackwright.value import Value

Level = Literal["error", "warning"]


class Finding(Value):
    """One thing that is wrong with an input: where it is, what it is, what to do next."""

    level: Level
    where: str  # path into the input, such as `entities.Order.fields.total`
    message: str  # one sentence
    hint: str = ""  # what to do next
    file: str = ""
    line: int = 0  # counted from 1; 0 when the input has no lines
    column: int = 0  # counted from 1

    def sentence(self) -> str:
        """One line for a terminal or a log: `file:line:column: where: message Hint: …`."""
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else ""
        hint = f" Hint: {self.hint}" if self.hint else ""
        return f"{place}{self.level}: {self.where}: {self.message}{hint}"


class ProjectError(Exception):
    """The work cannot go on. Carries the findings behind it, if there are any.

    Attributes:
        message: What happened and where, one sentence.
        hint: What to do next.
        findings: The single problems, when the cause is an input with several.
        exit_code: What a command line ends with: 1 failed, 2 bad input.
        http_status: What an API answers with.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        findings: Sequence[Finding] = (),
        exit_code: int = 1,
        http_status: int = 500,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.findings = tuple(findings)
        self.exit_code = exit_code
        self.http_status = http_status

    @classmethod
    def bad_input(
        cls, message: str, *, hint: str = "", findings: Sequence[Finding] = ()
    ) -> "ProjectError":
        """An error the user can mend: exit code 2, HTTP 422."""
        return cls(message, hint=hint, findings=findings, exit_code=2, http_status=422)

    def __str__(self) -> str:
        return f"{self.message} Hint: {self.hint}" if self.hint else self.message
