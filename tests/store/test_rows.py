"""Measurements line by line, torn lines included."""

import pytest

from resnets.errors import DamageError
from resnets.store import rows


@pytest.fixture
def path(tmp_path):
    return tmp_path / "metrics.jsonl"


def test_one_object_a_line(path):
    for step in (1, 2):
        rows.append(path, {"step": step, "loss": step / 4})
    assert path.read_bytes() == b'{"step": 1, "loss": 0.25}\n{"step": 2, "loss": 0.5}\n'
    assert rows.read(path) == [{"step": 1, "loss": 0.25}, {"step": 2, "loss": 0.5}]


def test_no_file_is_no_rows(path):
    assert rows.read(path) == []
    rows.rewind(path, 3)
    assert not path.exists()


@pytest.mark.parametrize("kept", range(1, 13))
def test_a_torn_line_is_left_out_and_taken_away(path, kept):
    rows.append(path, {"step": 1})
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"step": 20}'[:kept])
    assert rows.read(path) == [{"step": 1}]
    rows.append(path, {"step": 2})
    assert path.read_bytes() == whole + b'{"step": 2}\n'


def test_a_torn_line_longer_than_a_look_is_taken_away_too(path):
    rows.append(path, {"step": 1})
    path.write_bytes(path.read_bytes() + b"x" * 10_000)
    rows.append(path, {"step": 2})
    assert [row["step"] for row in rows.read(path)] == [1, 2]


def test_a_file_that_is_one_torn_line_begins_anew(path):
    path.write_bytes(b'{"st')
    rows.append(path, {"step": 1})
    assert rows.read(path) == [{"step": 1}]


@pytest.mark.parametrize("line", (b"nonsense", b"[1]", b"", b"\xff"))
def test_damage_before_the_last_line_is_named(path, line):
    path.write_bytes(b'{"step": 1}\n' + line + b'\n{"step": 3}\n')
    with pytest.raises(DamageError, match=r"line 2 of .*metrics.jsonl is no JSON object") as caught:
        rows.read(path)
    assert caught.value.received == line.decode("utf-8", "surrogateescape")
    assert caught.value.hint.startswith("delete that line")


def test_rewinding_drops_later_steps_and_the_torn_line(path):
    for step in (1, 2, 3):
        rows.append(path, {"step": step})
    rows.append(path, {"note": "no step"})
    path.write_bytes(path.read_bytes() + b'{"st')
    rows.rewind(path, 2)
    assert path.read_bytes() == b'{"step": 1}\n{"step": 2}\n{"note": "no step"}\n'


@pytest.mark.parametrize("when", ("before", "after", "torn"))
def test_a_kill_while_rewinding_loses_no_row_that_stays(path, disk, killed, when):
    for stop_at in range(4):
        path.unlink(missing_ok=True)
        disk.reset()
        for step in (1, 2):
            rows.append(path, {"step": step})
        disk.reset(stop_at, when)
        with pytest.raises(killed):
            rows.rewind(path, 1)
        assert rows.read(path)[0] == {"step": 1}


def test_a_torn_append_loses_only_its_own_row(path, disk, killed):
    rows.append(path, {"step": 1})
    disk.reset(0, "torn")
    with pytest.raises(killed):
        rows.append(path, {"step": 2})
    disk.reset()
    rows.append(path, {"step": 3})
    assert rows.read(path) == [{"step": 1}, {"step": 3}]
