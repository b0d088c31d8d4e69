"""Messages arrive late, twice and out of order; they are given once and in order."""

import itertools

import pytest

from app.sequence import Sequence
from stackwright.generation.progress import Message, MessageKind


def _message(number: int, attempt: int = 1, kind: MessageKind = MessageKind.FILES) -> Message:
    return Message(kind=kind, text="…", number=number, attempt=attempt)


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3, 4))))
def test_any_order_of_arrival_gives_one_order(order: tuple[int, ...]) -> None:
    sequence, given = Sequence(), []
    for number in order:
        sequence.add([_message(number), _message(order[0])])
        given += [message.number for message in sequence.ready()]
    assert given == [1, 2, 3, 4]


def test_nothing_is_given_past_a_gap_until_it_is_filled() -> None:
    sequence = Sequence()
    sequence.add([_message(1), _message(3)])
    assert [message.number for message in sequence.ready()] == [1]
    sequence.add([_message(2)])
    assert [message.number for message in sequence.ready()] == [2, 3]


def test_what_never_came_does_not_hold_back_the_rest() -> None:
    sequence = Sequence()
    sequence.add([_message(5), _message(3)])
    assert [message.number for message in sequence.rest()] == [3, 5]


def test_a_new_attempt_counts_anew() -> None:
    sequence = Sequence()
    sequence.add([_message(1), _message(2)])
    sequence.ready()
    sequence.add([_message(2, attempt=2), _message(1, attempt=2)])
    assert [(m.attempt, m.number) for m in sequence.ready()] == [(2, 1), (2, 2)]


def test_it_is_complete_after_the_last_message() -> None:
    sequence = Sequence()
    sequence.add([_message(1), _message(2, kind=MessageKind.COMPLETE)])
    assert not sequence.is_complete
    sequence.ready()
    assert sequence.is_complete
