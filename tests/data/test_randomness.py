"""Randomness: published numbers, purity, evenness."""

from __future__ import annotations

import numpy as np

from resnets.data.randomness import hashes, mixed, permutation, uniforms


def test_mixed_is_splitmix64() -> None:
    # The first outputs of splitmix64 from state 0, as its authors' reference prints them.
    states = np.arange(3, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    assert [hex(value) for value in mixed(states)] == [
        "0xe220a8397b1dcdaf",
        "0x6e789e6aa1b965f4",
        "0x6c45d188009454f",
    ]


def test_a_number_depends_on_its_own_id_alone() -> None:
    together = uniforms(7, 3, [5, 9, 2], draw=1)
    assert [float(uniforms(7, 3, [id_], draw=1)[0]) for id_ in (5, 9, 2)] == together.tolist()


def test_seed_epoch_draw_and_id_all_matter() -> None:
    base = hashes(1, 2, [3], 4)[0]
    others = [
        hashes(2, 2, [3], 4),
        hashes(1, 3, [3], 4),
        hashes(1, 2, [4], 4),
        hashes(1, 2, [3], 5),
    ]
    assert len({int(base), *(int(other[0]) for other in others)}) == 5
    assert hashes(1, 2, [3], 4)[0] != hashes(2, 1, [3], 4)[0]
    assert hashes(-1, 0, [0], 0)[0] == hashes(2**64 - 1, 0, [0], 0)[0]


def test_numbers_never_change_between_releases() -> None:
    assert uniforms(0, 0, [0, 1], draw=0).tolist() == [0.059946450820001274, 0.5413201617475487]
    assert permutation(8, seed=0, epoch=1).tolist() == [5, 6, 7, 0, 2, 4, 3, 1]


def test_uniforms_are_even() -> None:
    numbers = uniforms(0, 0, np.arange(100_000), draw=0)
    counts = np.histogram(numbers, bins=10, range=(0, 1))[0]
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert abs(counts - 10_000).max() < 5 * np.sqrt(10_000 * 0.9)
    later = uniforms(0, 1, np.arange(100_000), draw=0)
    assert abs(np.corrcoef(numbers, later)[0, 1]) < 0.02


def test_permutation_holds_each_number_once_and_differs_by_epoch() -> None:
    first, second = permutation(1000, 3, 0), permutation(1000, 3, 1)
    assert sorted(first.tolist()) == list(range(1000))
    assert (first == second).sum() < 20
    assert permutation(0, 0, 0).tolist() == []
