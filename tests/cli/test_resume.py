"""The verb resume: on a finished run it says so and is content."""

from collections.abc import Callable

from resnets.training import Run


def test_a_finished_run_is_said_to_be_finished(
    call: Callable[..., tuple[int, str, str]], run: Run
) -> None:
    code, out, err = call("resume", str(run.path))
    assert (code, out) == (0, "")
    assert err == f"{run.path} is finished already\n"


def test_json_tells_the_state(call_json: Callable[..., dict[str, object]], run: Run) -> None:
    assert call_json("resume", str(run.path)) == {"run": str(run.path), "state": run.state}
