"""What the files hold that PyTorch itself wrote for the tests of its two layouts."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def written() -> dict[str, Any]:
    """Give the arrays by name: a matrix, its transpose, its second row, and other kinds of numbers.

    PyTorch kept them under names with `module.`, as `state_dict` beside `epoch`.
    """
    return {
        "a": [[0, 1, 2], [3, 4, 5]],
        "t": [[0, 3], [1, 4], [2, 5]],
        "part": [[3, 4, 5]],
        "b": [1, -3],
        "h": [0.5],
        "n": 7,
        "p": [2, 4],
    }
