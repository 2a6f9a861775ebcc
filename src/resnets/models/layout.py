"""The blocks that a spec stands for, one after another, still without Keras."""

from __future__ import annotations

from dataclasses import dataclass

from resnets.blocks.rows import Form, Row, branch_rows, shortcut_form
from resnets.models.netspec import NetSpec

POOLED = ("imagenet", "deep")  # stems that end with a max-pool


@dataclass(frozen=True)
class Block:
    """One residual block of a net.

    Args:
        name: "stage2_block1"; of the lesson, the page's own "2a".
        stage: counted from 1.
        rows: convolutions of the branch.
        form: of the shortcut.
        channels_in: of the block's input.
        channels: of its output.
        stride: of the block as a whole.
        before: whether a pre-activation stands before branch and projection.
        survival: chance that the branch is kept while training.
    """

    name: str
    stage: int
    rows: tuple[Row, ...]
    form: Form
    channels_in: int
    channels: int
    stride: int
    before: bool
    survival: float


def stem_rows(spec: NetSpec) -> tuple[Row, ...]:
    """List the convolutions of a net's stem."""
    width = spec.stem_width
    if spec.stem == "cifar":
        return (Row(3, width, spec.stem_stride),)
    if spec.stem == "whitening":
        return (Row(2, spec.stem_channels),)
    if spec.stem == "imagenet":
        return (Row(7, width, 2),)
    half = max(1, width // 2)
    return Row(3, half, 2), Row(3, half), Row(3, width)


def block_list(spec: NetSpec) -> tuple[Block, ...]:
    """List the blocks of a net, first to last."""
    found: list[Block] = []
    channels_in = spec.stem_channels
    total = sum(spec.blocks)
    for stage, count in enumerate(spec.blocks, 1):
        width = spec.width_of(stage)
        bottleneck = spec.branch == "bottleneck"
        inner = round(width * spec.widening) if bottleneck else width
        channels = 4 * width if bottleneck else width
        for number in range(1, count + 1):
            stride = _stride(spec, stage, number)
            deep = len(found) + 1
            found.append(
                Block(
                    name=_name(spec, stage, number),
                    stage=stage,
                    rows=branch_rows(
                        spec.branch,
                        inner,
                        channels,
                        stride,
                        spec.stride_in,
                        spec.groups,
                        spec.halving,
                    ),
                    form=shortcut_form(
                        spec.shortcut,
                        channels_in,
                        channels,
                        stride,
                        spec.halving,
                        first=not found,
                    ),
                    channels_in=channels_in,
                    channels=channels,
                    stride=stride,
                    before=spec.order == "pre" and not (spec.stem_norm and not found),
                    survival=1.0 - deep / total * (1.0 - spec.survival),
                )
            )
            channels_in = channels
    return tuple(found)


def depth_of(spec: NetSpec) -> int:
    """Count the weighted layers as He 2015 does: stem, convolutions of branches, dense layer.

    Projections are not counted, and a deep stem counts as the one layer that it replaces.
    """
    return 2 + sum(spec.blocks) * (2 if spec.branch == "basic" else 3)


def _stride(spec: NetSpec, stage: int, number: int) -> int:
    if stage == number == 1 and spec.first_stride == 2:
        return 2
    if spec.stride_block == "first":
        return 2 if stage > 1 and number == 1 else 1
    return 2 if stage < len(spec.blocks) and number == spec.blocks[stage - 1] else 1


def _name(spec: NetSpec, stage: int, number: int) -> str:
    if spec.page:
        return f"{stage + 1}{chr(ord('a') + number - 1)}"
    return f"stage{stage}_block{number}"
