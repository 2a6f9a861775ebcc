"""What a training says, to the letter."""

import pytest

from resnets.training.progress import Progress

ROW = {
    "epoch": 3,
    "loss": 1.2034,
    "error": 0.342,
    "val_error": 0.31,
    "learning_rate": 0.0211,
    "seconds": 12.3,
    "waited": 0.05,
}


def test_an_epochs_line(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().epoch(ROW, 58)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "epoch   3/58  loss 1.203  error 34.20%  val error 31.00%  rate 0.021  12.3 s, "
        "0% waiting for data\n"
    )


def test_without_a_look_at_val_nothing_is_said_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().epoch({k: v for k, v in ROW.items() if k != "val_error"}, 58)
    assert "val" not in capsys.readouterr().err


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(silent=True)
    with progress.bar(10, 0):
        progress.advance(0.5)
        progress.say("words")
    assert capsys.readouterr() == ("", "")


def test_square_brackets_are_words_and_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().say("x_train[12] is [bold]")
    assert capsys.readouterr().err == "x_train[12] is [bold]\n"
