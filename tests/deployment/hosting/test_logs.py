"""Logs stay within bounds."""

from pathlib import Path

from tasks.host import logs


def test_a_large_log_is_put_aside_and_its_program_goes_on_writing(tmp_path: Path) -> None:
    log = tmp_path / "shop.log"
    with log.open("ab") as program:
        for round_ in range(6):
            program.write(f"line of round {round_}\n".encode() * 100)
            program.flush()
            assert logs.rotate(log, max_bytes=1000)
        program.write(b"the end\n")
    assert log.read_text("utf-8") == "the end\n"
    assert len(list(tmp_path.iterdir())) == 1 + logs.KEPT
    assert logs.tail(log, 2) == ("line of round 5", "the end")


def test_the_tail_of_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert logs.tail(tmp_path / "none.log") == ()
    assert not logs.rotate(tmp_path / "none.log")
