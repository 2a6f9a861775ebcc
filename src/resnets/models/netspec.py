"""A network as a frozen spec: everything that `build` needs, and nothing of Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resnets.blocks.rows import Bias, Branch, Halving, Order, Padding, Shortcut, StrideIn, Style
from resnets.errors import UsageError
from resnets.spec import Spec

Stem = Literal["cifar", "imagenet", "deep", "whitening"]


@dataclass(frozen=True)
class NetSpec(Spec):
    """A residual network.

    Args:
        name: of the row that the net came from; it names the `keras.Model`.
        blocks: residual blocks in each stage.
        classes: K, at least 1.
        input_shape: (H, W, C) of the pictures.
        mean: of pixels / 255, one a channel, or one for all.
        std: likewise, each above 0.
        colors: order in which the first convolution takes them; the pictures, and mean and std,
            are red, green, blue in any case. "bgr" is what nets from Caffe were trained on.
        branch: "basic" or "bottleneck" (He 2015, figure 5).
        order: "post" or "pre" activation (He 2016, figure 4).
        shortcut: A, A-both, B, C, D, D-first, subsample or none; see `blocks.shortcut_form`.
        stem: "cifar", one 3x3; "imagenet", a 7x7 of stride 2 and a max-pool; "deep", three 3x3
            and a max-pool (He 2019, figure 2b); "whitening", a 2x2 whose weights are the
            principal components of the pictures' patches and their negatives, scaled to variance
            1, set before training and then left alone (Jordan 2024, arXiv:2404.00498, 3.2).
        stem_width: channels of the stem; "whitening" has 8 for each of the picture's.
        stem_stride: 1, or 2 for a "cifar" stem on pictures of twice the side.
        stem_norm: whether norm and activation end the stem. In a pre-activation net the first
            block then has no `before` of its own (He 2016, appendix).
        stem_fill: what pads the stem's max-pool; see `blocks.MaxPool`.
        width: channels of the 3x3 convolutions in the first stage, which each stage doubles.
        widths: the same for every stage, in place of `width`; empty for the doubling.
        first_stride: of the first stage; all others have 2.
        halving: "stride", or a max-"pool" after the first convolution of a basic branch; only
            with the shortcuts D and none.
        widening: factor on the inner channels of bottlenecks alone (WRN-50-2; ResNeXt's C x d).
        groups: of the 3x3 convolutions (ResNeXt's cardinality).
        stride_in: "first" convolution of a bottleneck (v1) or its "3x3" (v1.5).
        stride_block: "first" block of a stage, or the "last" of the stage before
            (`keras.applications`' V2 nets).
        padding: "symmetric" or "same"; see `blocks.Style`.
        bias: "none", "all" or "unnormalised" convolutions; see `blocks.Style`.
        activation: a name that Keras knows.
        norm_momentum: share of the old moving statistics that a step keeps, 0 to 1.
        norm_epsilon: added to the variance, above 0.
        zero_init: whether every block begins as its shortcut (Goyal 2017, section 5.1).
        se_ratio: hidden share of squeeze-and-excitation, 1/16 in its paper; 0 for none.
        survival: chance that the last block's branch is kept while training, falling linearly
            from 1 at the stem (Huang 2016, equation 4); 1 for no stochastic depth.
        page: "lesson" for the net of `resnets.lesson`, whose layers are that page's.

    Raises:
        UsageError: a value is out of range, or mean and std do not fit the channels.
    """

    name: str
    blocks: tuple[int, ...]
    classes: int = 1000
    input_shape: tuple[int, int, int] = (224, 224, 3)
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    colors: Literal["rgb", "bgr"] = "rgb"
    branch: Branch = "bottleneck"
    order: Order = "post"
    shortcut: Shortcut = "B"
    stem: Stem = "imagenet"
    stem_width: int = 64
    stem_stride: Literal[1, 2] = 1
    stem_norm: bool = True
    stem_fill: Literal["lowest", "zeros", "nothing"] = "lowest"
    width: int = 64
    widths: tuple[int, ...] = ()
    first_stride: Literal[1, 2] = 1
    halving: Halving = "stride"
    widening: float = 1.0
    groups: int = 1
    stride_in: StrideIn = "3x3"
    stride_block: Literal["first", "last"] = "first"
    padding: Padding = "symmetric"
    bias: Bias = "none"
    activation: str = "relu"
    norm_momentum: float = 0.9
    norm_epsilon: float = 1e-5
    zero_init: bool = False
    se_ratio: float = 0.0
    survival: float = 1.0
    page: Literal["", "lesson"] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        counts = ("classes", "stem_width", "width", "groups")
        for name in counts:
            self._demand(name, getattr(self, name) >= 1, "at least 1")
        self._demand("blocks", self.blocks and min(self.blocks) >= 1, "at least 1 in each stage")
        self._demand("input_shape", min(self.input_shape) >= 1, "sides and channels of at least 1")
        self._demand("widening", self.widening > 0, "above 0")
        self._demand("norm_momentum", 0 <= self.norm_momentum <= 1, "from 0 to 1")
        self._demand("norm_epsilon", self.norm_epsilon > 0, "above 0")
        self._demand("se_ratio", 0 <= self.se_ratio <= 1, "from 0 to 1")
        self._demand("survival", 0 < self.survival <= 1, "above 0 and at most 1")
        channels = self.input_shape[2]
        for name in ("mean", "std"):
            fits = len(getattr(self, name)) in (1, channels)
            self._demand(name, fits, f"1 number or {channels}, one a channel")
        self._demand("std", min(self.std) > 0, "above 0")
        fits = not self.widths or (len(self.widths) == len(self.blocks) and min(self.widths) >= 1)
        self._demand("widths", fits, "empty, or one of at least 1 for each stage")
        pools = self.branch == "basic" and self.shortcut in ("D", "none")
        rule = "stride, or pool with basic branches and the shortcut D or none"
        self._demand("halving", self.halving == "stride" or pools, rule)
        carried = self.width_of(1) * (1 if self.branch == "basic" else 4)
        widens = self.shortcut in ("A", "A-both")
        padded = widens and self.stem_channels > carried
        stem = "stem" if self.stem == "whitening" else "stem_width"
        self._demand(stem, not padded, f"at most {carried} wide: option A can only widen")
        falls = widens and list(self.widths) != sorted(self.widths)
        self._demand("widths", not falls, "rising: option A can only widen")
        self._demand("groups", self.groups == 1 or not self._ragged(), "a divisor of the channels")

    def _demand(self, name: str, holds: object, rule: str) -> None:
        if not holds:
            raise UsageError(
                f"NetSpec.{name} must be {rule}",
                received=getattr(self, name),
                hint=f"give {name} such a value",
            )

    def width_of(self, stage: int) -> int:
        """Tell the channels of the 3x3 convolutions in a stage, counted from 1."""
        return self.widths[stage - 1] if self.widths else self.width * 2 ** (stage - 1)

    def _ragged(self) -> bool:
        """Tell whether some stage's channels do not come in as many groups."""
        factor = 1.0 if self.branch == "basic" else self.widening
        stages = range(1, len(self.blocks) + 1)
        return any(round(self.width_of(stage) * factor) % self.groups for stage in stages)

    @property
    def stem_channels(self) -> int:
        """Channels that the first block sees."""
        return 8 * self.input_shape[2] if self.stem == "whitening" else self.stem_width

    @property
    def style(self) -> Style:
        """What all its convolutions and norms have in common."""
        return Style(
            self.activation, self.norm_momentum, self.norm_epsilon, self.padding, self.bias
        )


def check_recompute(spec: NetSpec) -> None:
    """Refuse to recompute the blocks of a net that has none.

    Raises:
        UsageError: the net is the lesson's, whose page shows every layer by itself.
    """
    if spec.page:
        raise UsageError(
            "the lesson's net cannot recompute its blocks: its page lays out every layer by "
            "itself, so that all can be read, and there is no block to compute twice",
            received="recompute",
            hint="take resnet50v1, which is the same net in blocks",
        )
