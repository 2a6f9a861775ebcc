"""Every row of the table against a count that was published, or follows from one."""

from __future__ import annotations

import pytest

from resnets.models import FAMILIES, cost, spec_of

# Trained parameters. Option-A nets, ImageNet nets: the papers' architectures as torchvision and
# others publish them; the rest is argued beside it.
TRAINABLE = {
    "resnet20": 269_722,
    "resnet32": 464_154,
    "resnet44": 658_586,
    "resnet56": 853_018,
    "resnet110": 1_727_962,
    "resnet1202": 19_421_274,
    "plain20": 269_722,  # an option-A shortcut has no weights
    "plain32": 464_154,
    "plain44": 658_586,
    "plain56": 853_018,
    "plain110": 1_727_962,
    "resnet110v2": 1_727_962,  # the norms stand elsewhere; there are as many
    "resnet164v2": 1_703_258,  # He 2016 prints 1.7 M
    "resnet1001v2": 10_327_706,  # He 2016 prints 10.2 M, which leaves out the norms (below)
    "wrn28_10": 36_479_194,  # Zagoruyko 2016 prints 36.5 M
    "wrn16_4": 2_748_890,
    "wrn40_4": 8_949_210,  # 8.9 M
    # Six 3x3, three projections, three norms a stage, the head.
    "sprint8": 9 * (24 * 64 + 64 * 64 + 64 * 256 + 3 * 256 * 256)
    + (24 * 64 + 64 * 256 + 256 * 256)
    + 3 * 2 * (64 + 256 + 256)
    + 2_570,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "resnet50v1": 25_557_032,  # a stride has no weights
    "resnet101v1": 44_549_160,
    "resnet152v1": 60_192_808,
    "resnet18v2": 11_689_512 - 1_792,  # no norms behind the projections: 2 (128 + 256 + 512)
    "resnet34v2": 21_797_672 - 1_792,
    "resnet50v2": 25_557_032 - 7_680,  # 2 (256 + 512 + 1024 + 2048)
    "resnet101v2": 44_549_160 - 7_680,
    "resnet152v2": 60_192_808 - 7_680,
    "resnet50c": 25_576_264,  # KerasHub's resnet_vd_50: 25,629,512 with 53,248 statistics
    "resnet50d": 25_576_264,  # an average pool has no weights
    "seresnet50": 28_088_024,  # Hu 2018: 2.5 M more than ResNet-50
    "resnext50_32x4d": 25_028_904,
    "resnext101_32x8d": 88_791_336,  # torchvision
    "resnext101_64x4d": 83_455_272,  # torchvision
    "wide_resnet50_2": 68_883_240,
    "wide_resnet101_2": 126_886_696,  # torchvision
    "plain18": 11_689_512 - 173_824,  # ResNet-18 without its three projections and their norms
    "plain34": 21_797_672 - 173_824,
    "lesson": 23_546_886,  # printed by the published notebooks
}

# Multiply-adds, in millions, where a paper or a count from its definition gives three digits.
MULTIPLY_ADDS = {
    "resnet20": 40.55,
    "resnet32": 68.86,
    "resnet44": 97.17,
    "resnet56": 125.49,
    "resnet110": 252.89,
    "resnet1202": 2829.24,
    "plain110": 252.89,
    "resnet18": 1810,
    "resnet34": 3660,
    "resnet50": 4090,
    "resnet50v1": 3860,  # Hu 2018, table 2
    "resnet101": 7800,
    "resnet101v1": 7580,
    "resnet152": 11510,
    "resnet152v1": 11300,
    "seresnet50": 3870,  # Hu 2018, table 2
    "resnext50_32x4d": 4230,
    "wide_resnet50_2": 11400,
}


def test_every_row_has_a_known_count():
    assert TRAINABLE.keys() == FAMILIES.keys()


@pytest.mark.parametrize("name", TRAINABLE)
def test_trainable_parameters(name):
    assert cost(FAMILIES[name].spec).trainable == TRAINABLE[name]


@pytest.mark.parametrize("name", MULTIPLY_ADDS)
def test_multiply_adds_within_half_a_percent(name):
    found = cost(FAMILIES[name].spec).multiply_adds
    assert found == pytest.approx(MULTIPLY_ADDS[name] * 1e6, rel=0.005)


@pytest.mark.parametrize(
    ("name", "printed"),
    (("resnet50c", 4.3), ("resnet50d", 4.3), ("plain34", 3.6), ("plain18", 1.8)),
)
def test_multiply_adds_as_printed_to_two_digits(name, printed):
    # He 2019, table 5, and He 2015, table 1.
    assert cost(FAMILIES[name].spec).multiply_adds / 1e9 == pytest.approx(printed, abs=0.05)


@pytest.mark.parametrize(
    ("name", "total"),
    (
        ("resnet50v1", 25_636_712),
        ("resnet101v1", 44_707_176),
        ("resnet152v1", 60_419_944),
        ("resnet50v2", 25_613_800),
        ("resnet101v2", 44_675_560),
        ("resnet152v2", 60_380_648),
    ),
)
def test_the_layout_of_keras_applications_has_its_published_counts(name, total):
    fields = {"bias": "all"}
    if name.endswith("v2"):
        fields = {
            "bias": "unnormalised",
            "stem_norm": False,
            "stride_block": "last",
            "shortcut": "subsample",
        }
    assert cost(spec_of(name, **fields)).parameters == total


@pytest.mark.parametrize(
    ("blocks", "total"),
    (
        ((3, 4, 6, 3), 25_629_512),
        ((3, 4, 23, 3), 44_673_864),
        ((3, 8, 36, 3), 60_363_592),
        ((3, 12, 48, 3), 74_933_064),
    ),
)
def test_the_d_nets_of_kerashub_have_their_published_counts(blocks, total):
    assert cost(spec_of("resnet50d", blocks=blocks)).parameters == total


def test_any_depth_by_spec():
    # ResNet-200 as Zagoruyko 2016, table 8 counts it: 64.7 M.
    deep = cost(spec_of("resnet50", blocks=(3, 24, 36, 3)))
    assert deep.trainable == 64_673_832
    assert deep.multiply_adds == pytest.approx(15.0e9, rel=0.005)


def test_he_2016_leaves_the_norms_out_of_its_millions():
    for name, printed in (("resnet164v2", 1.7), ("resnet1001v2", 10.2)):
        found = cost(FAMILIES[name].spec)
        norms = found.parameters - found.trainable  # as many scales and offsets as statistics
        assert (found.trainable - norms) / 1e6 == pytest.approx(printed, abs=0.05)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_bare_name_is_the_papers_net(name):
    row = FAMILIES[name]
    sizes = {16: (10, (32, 32, 3)), 24: (10, (32, 32, 3)), 64: (1000, (224, 224, 3))}
    expected = (6, (64, 64, 3)) if name == "lesson" else sizes[row.spec.stem_channels]
    assert (row.spec.classes, row.spec.input_shape) == expected
    assert row.spec.name == name
    assert row.source
