"""The rules that files of others are held to, and how a refusal reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resnets.errors import WeightsError
from resnets.weights.foreign import RULES, Refusal


def test_a_refusal_names_file_rule_value_and_what_to_do() -> None:
    refusal = Refusal("whole", "its header has 9 bytes and the file 8", received=9)
    with pytest.raises(WeightsError, match="its header has 9") as caught:
        raise refusal.error("a.pth")
    assert "(rule: whole)" in str(caught.value)
    assert caught.value.received == 9
    assert caught.value.hint == RULES["whole"].hint


def test_a_hint_of_its_own_goes_before_the_rules() -> None:
    assert Refusal("whole", "x", received=0, hint="do this").error("a").hint == "do this"


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_what_holds_and_what_to_do(rule: str) -> None:
    assert len(RULES[rule].says) > 30
    assert len(RULES[rule].hint) > 30


def test_the_page_on_weights_has_the_rules(root: Path) -> None:
    page = (root / "docs" / "weights.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| ([a-z ]+) \| (.*) \|$", page, re.M))
    assert {rule: shown.get(rule) for rule in RULES} == {n: r.says for n, r in RULES.items()}
