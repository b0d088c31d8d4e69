"""What is sent to watchers is what the run said."""

from uuid import UUID

import pytest

from stackwright.generation.progress import Message, MessageKind
from stackwright.runs.envelope import heard, said


@pytest.mark.parametrize(("number", "attempt"), [(1, 1), (17, 3), (1_000_000, 1)])
def test_what_was_sent_is_heard_as_it_was_said(number: int, attempt: int) -> None:
    message = Message(
        kind=MessageKind.FILES,
        text="3 of 9 files are rendered.",
        step="render",
        done=3,
        total=9,
        files=("a.py", "b.py"),
        number=number,
        attempt=attempt,
        seconds=1.5,
        eta_s=3.0,
    )
    assert heard(said(UUID(int=7), message)) == message
