"""Views: where each pixel goes, and what the average of answers is."""

from __future__ import annotations

import numpy as np
import pytest

from resnets.training.views import VIEWS, averaged, shifted

RAMP = np.arange(9, dtype=np.uint8).reshape(1, 3, 3, 1)


def test_a_shift_moves_down_and_right_and_reflects_what_comes_in() -> None:
    down = [[4, 3, 4], [1, 0, 1], [4, 3, 4]]
    np.testing.assert_array_equal(shifted(RAMP, 1)[0, :, :, 0], down)
    up = [[4, 5, 4], [7, 8, 7], [4, 5, 4]]
    np.testing.assert_array_equal(shifted(RAMP, -1)[0, :, :, 0], up)
    assert shifted(RAMP, 0) is RAMP


@pytest.mark.parametrize(("kind", "count"), (("one", 1), ("mirror", 2), ("shift", 6)))
def test_weights_add_up_to_one(kind: str, count: int) -> None:
    assert len(VIEWS[kind]) == count
    assert sum(weight for *_, weight in VIEWS[kind]) == 1.0


def corner(pictures: np.ndarray) -> np.ndarray:
    """Answer with the upper left pixel."""
    return pictures[:, 0, 0].astype(np.float32)


def test_answers_are_averaged_by_hand() -> None:
    # Upper left of the picture 0, of its mirror image 2; moved, 4 in all four.
    assert averaged(corner, RAMP, "one").tolist() == [[0.0]]
    assert averaged(corner, RAMP, "mirror").tolist() == [[1.0]]
    assert averaged(corner, RAMP, "shift").tolist() == [[0.25 * 2 + 0.125 * 16]]
