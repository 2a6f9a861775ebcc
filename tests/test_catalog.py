"""Look-up by name: the row, or the nearest name and what there is."""

from __future__ import annotations

import pytest

from resnets import catalog
from resnets.errors import UnknownNameError

NETS = {"resnet18": 18, "resnet50": 50, "plain18": 0}


def test_a_name_finds_its_row() -> None:
    assert catalog.look_up(NETS, "resnet50", "net") == 50


def test_a_row_may_be_empty() -> None:
    assert catalog.look_up(NETS, "plain18", "net") == 0


def test_a_misspelt_name_gets_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="there is no net of this name") as caught:
        catalog.look_up(NETS, "resent50", "net")
    assert caught.value.received == "resent50"
    assert caught.value.hint == "did you mean resnet50?"
    assert str(caught.value) == (
        "there is no net of this name (received: resent50)\nhint: did you mean resnet50?"
    )


def test_a_strange_name_gets_the_list() -> None:
    with pytest.raises(UnknownNameError) as caught:
        catalog.look_up(NETS, "quux", "net")
    assert caught.value.hint == "one of: plain18, resnet18, resnet50"


def test_a_long_list_is_cut_at_twelve() -> None:
    names = [f"n{number:02}" for number in range(13)]
    assert catalog.unknown(names, "?", "net").hint == f"one of: {', '.join(names[:12])}, ..."
    assert catalog.unknown(names[:12], "?", "net").hint == f"one of: {', '.join(names[:12])}"


@pytest.mark.parametrize(
    ("name", "found"),
    (
        ("RESNET18", "resnet18"),
        ("ResNet-50", "resnet50"),
        ("plain 18", "plain18"),
        ("", None),
        ("zzz", None),
    ),
)
def test_the_nearest(name: str, found: str | None) -> None:
    assert catalog.nearest(NETS, name) == found


def test_the_nearest_keeps_its_own_spelling() -> None:
    assert catalog.nearest(["Adam", "SGD"], "adma") == "Adam"


def test_nothing_is_near_to_an_empty_table() -> None:
    assert catalog.nearest([], "resnet50") is None
    assert catalog.unknown([], "resnet50", "net").hint == "one of: "
