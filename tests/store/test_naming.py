"""Names of runs and of commits."""

import pytest

from resnets.errors import UsageError
from resnets.store import naming


@pytest.mark.parametrize(
    "name",
    (
        "",
        ".",
        "..",
        ".hidden",
        "a/b",
        "a\\b",
        "C:x",
        "a\nb",
        "a\x1b[2J",
        "a\udcff",
        "end.",
        "a" * 201,
    ),
)
def test_a_name_that_is_no_plain_folder_name_is_refused(name):
    with pytest.raises(UsageError, match="a run's name must be one plain folder name") as caught:
        naming.checked(name)
    assert caught.value.received == name
    assert caught.value.hint == "use letters, digits, dots, dashes and underscores"


@pytest.mark.parametrize("name", ("resnet20.quick_signs_s0", "a", "Größe 2", "a" * 200))
def test_a_plain_name_passes(name):
    assert naming.checked(name) == name


def test_taken_names_are_numbered(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run_2").symlink_to(tmp_path / "nowhere")  # taken, though it leads nowhere
    places = naming.candidates(tmp_path, "run")
    assert [next(places).name for _ in range(2)] == ["run_3", "run_4"]


@pytest.mark.parametrize("step", (0, 7, 420, 999_999, 1_000_000))
def test_a_step_survives_its_name(step):
    assert naming.step_of(naming.step_name(step)) == step


@pytest.mark.parametrize(
    "name", ("step-1", "step-0000001", "step-00042x", ".tmp-000420-1", "step-000420.bad", "best")
)
def test_other_names_are_no_steps(name):
    assert naming.step_of(name) is None


def test_a_damaged_one_gets_a_name_of_its_own(tmp_path):
    assert naming.set_aside(tmp_path / "step-000001").name == "step-000001.bad"
    (tmp_path / "step-000001.bad").mkdir()
    assert naming.set_aside(tmp_path / "step-000001").name == "step-000001.bad_2"
