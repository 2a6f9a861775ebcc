"""What branches and shortcuts are made of, as data that needs no Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resnets.spec import Spec

Branch = Literal["basic", "bottleneck"]
Order = Literal["post", "pre"]
Shortcut = Literal["A", "A-both", "B", "C", "D", "D-first", "subsample", "none"]
Form = Literal[
    "identity", "zeros", "zeros-both", "projection", "average", "pooled", "subsample", "none"
]
StrideIn = Literal["first", "3x3"]
Padding = Literal["symmetric", "same"]
Bias = Literal["none", "all", "unnormalised"]
Halving = Literal["stride", "pool"]


@dataclass(frozen=True)
class Row:
    """One convolution of a branch or a stem.

    Args:
        kernel: side of the window in pixels.
        channels: channels out.
        stride: pixels between windows.
        groups: parts of the channels that do not see each other.
        pool: side of the max-pool right after it; 1 for none.
    """

    kernel: int
    channels: int
    stride: int = 1
    groups: int = 1
    pool: int = 1


@dataclass(frozen=True)
class Style(Spec):
    """What all convolutions and norms of a net have in common.

    Args:
        activation: a name that Keras knows.
        norm_momentum: share of the old moving statistics that a step keeps, 0 to 1.
        norm_epsilon: added to the variance.
        padding: "symmetric" puts as many zeros on every side (Torch and its descendants); "same"
            puts none before and the rest after where a stride leaves an odd number (TensorFlow).
        bias: which convolutions have one: "none", "all", or those that no norm follows.
    """

    activation: str = "relu"
    norm_momentum: float = 0.9
    norm_epsilon: float = 1e-5
    padding: Padding = "symmetric"
    bias: Bias = "none"


def branch_rows(
    branch: Branch,
    inner: int,
    channels: int,
    stride: int = 1,
    stride_in: StrideIn = "3x3",
    groups: int = 1,
    halving: Halving = "stride",
) -> tuple[Row, ...]:
    """List the convolutions of a branch.

    Args:
        branch: "basic", two 3x3 (He 2015, figure 5 left), or "bottleneck", 1x1, 3x3, 1x1 (right).
        inner: channels of all convolutions but the last.
        channels: channels out.
        stride: pixels; one convolution of the branch has it.
        stride_in: which one of a bottleneck: the "first" 1x1 (He 2015, "v1") or the "3x3" (its
            Torch port, "v1.5"). A basic branch has it in its first convolution.
        groups: of the bottleneck's 3x3, or of a basic branch's second (Xie 2017, figure 3c).
        halving: what a stride of a basic branch is: the "stride" of its first convolution, or a
            max-"pool" after it, which costs more and keeps the strongest of what it found.

    >>> [row.kernel for row in branch_rows("bottleneck", 64, 256)]
    [1, 3, 1]
    """
    if branch == "basic":
        first = Row(3, inner, stride) if halving == "stride" else Row(3, inner, pool=stride)
        return first, Row(3, channels, groups=groups)
    outer, middle = (stride, 1) if stride_in == "first" else (1, stride)
    return Row(1, inner, outer), Row(3, inner, middle, groups), Row(1, channels)


def shortcut_form(
    shortcut: Shortcut,
    channels_in: int,
    channels: int,
    stride: int,
    halving: Halving = "stride",
    first: bool = False,
) -> Form:
    """Tell what a policy for shortcuts means for one block.

    Args:
        shortcut: A, zeros for new channels, after the old ones ("A-both": half before, half
            after); B, a projection where the shape changes; C, a projection in every block (He
            2015, section 4.1); D, B with an average pool before (He 2019, figure 2c; "D-first"
            projects in the net's first block too, as KerasHub's vd nets do); "subsample", B with
            a bare pool where the size alone changes (`keras.applications`' V2 nets); "none", no
            shortcut: a plain net.
        channels_in: of the block's input.
        channels: of its output.
        stride: of its branch.
        halving: of its branch. Where that pools, D does too, and as a pool does, leaves out the
            last row and column of an odd side.
        first: whether the block is the net's first.

    >>> shortcut_form("B", 64, 64, 1), shortcut_form("B", 64, 256, 1)
    ('identity', 'projection')
    """
    if shortcut == "none":
        return "none"
    if shortcut == "C" or (shortcut == "D-first" and first):
        return "projection"
    if channels_in == channels and stride == 1:
        return "identity"
    if shortcut == "subsample" and channels_in == channels:
        return "subsample"
    pooled: Form = "pooled" if halving == "pool" else "average"
    forms: dict[str, Form] = {"A": "zeros", "A-both": "zeros-both", "D": pooled}
    forms["D-first"] = pooled
    return forms.get(shortcut, "projection")


def squeezed(channels: int, ratio: float) -> int:
    """Count the units of the hidden layer in a squeeze-and-excitation gate, at least 1."""
    return max(1, round(channels * ratio))
