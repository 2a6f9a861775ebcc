"""What a net costs, as arithmetic on its spec: parameters, multiply-adds, memory, by block."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from resnets.blocks.rows import Row, squeezed
from resnets.models.layout import POOLED, Block, block_list, stem_rows
from resnets.models.netspec import NetSpec


@dataclass(frozen=True)
class Part:
    """One row of a net's summary.

    Args:
        name: of the layer in the built net.
        output_shape: (H, W, C), or (C,) where the picture is gone.
        parameters: weights, the moving statistics with them.
        trainable: weights that training changes.
        multiply_adds: of convolutions and dense layers, for one picture.
        kept: numbers that training keeps of one picture for the backward pass: what goes into a
            convolution, a norm, a gate or the next part, each once.
    """

    name: str
    output_shape: tuple[int, ...]
    parameters: int
    trainable: int
    multiply_adds: int
    kept: int


@dataclass(frozen=True)
class Cost:
    """The sums over a net's parts; fields as in `Part`."""

    parameters: int
    trainable: int
    multiply_adds: int
    kept: int
    parts: tuple[Part, ...]

    def kept_recomputing(self) -> int:
        """Count what is kept at most where every part recomputes its inside from its input.

        When a part's inside is there again, the parts behind it are done with.
        """
        before, most = 0, 0
        for part in self.parts:
            most = max(most, before + part.kept)
            before += math.prod(part.output_shape)
        return most


@dataclass
class _Count:
    """A running sum over the layers of one part, and the shape that the next layer sees."""

    spec: NetSpec
    height: int
    width: int
    channels: int
    parameters: int = 0
    trainable: int = 0
    multiply_adds: int = 0
    kept: int = 0

    def convolve(self, row: Row, normed: bool) -> None:
        bias = self.spec.bias == "all" or (self.spec.bias == "unnormalised" and not normed)
        weights = row.kernel**2 * (self.channels // row.groups) * row.channels
        self.stride(row.stride)
        self.channels = row.channels
        self.multiply_adds += weights * self.height * self.width
        if row.pool > 1:
            self.keep()
        self.height, self.width = self.height // row.pool, self.width // row.pool
        self._add(weights + bias * row.channels)
        if normed:
            self.norm()

    def whiten(self, row: Row) -> None:
        self.parameters += row.kernel**2 * self.channels * row.channels
        self.height, self.width = self.height + 1 - row.kernel, self.width + 1 - row.kernel
        self.multiply_adds += self.parameters * self.height * self.width
        self.channels = row.channels

    def norm(self) -> None:
        self._add(2 * self.channels)
        self.parameters += 2 * self.channels
        self.keep()

    def keep(self) -> None:
        """Count what comes here as kept: a norm's input, an activation's result, a sum."""
        self.kept += self.height * self.width * self.channels

    def dense(self, channels: int, units: int) -> None:
        self.multiply_adds += channels * units
        self._add(channels * units + units)

    def stride(self, stride: int) -> None:
        # Odd windows leave the ceiling of side / stride, with symmetric padding and with "same".
        self.height, self.width = -(-self.height // stride), -(-self.width // stride)

    def pool(self, size: int, stride: int) -> None:
        if self.spec.stem_fill == "nothing" and self.spec.padding != "same":
            self.height = (self.height - size) // stride + 1
            self.width = (self.width - size) // stride + 1
        else:
            self.stride(stride)

    def _add(self, weights: int) -> None:
        self.parameters += weights
        self.trainable += weights

    def part(self, name: str, flat: bool = False) -> Part:
        shape = (self.channels,) if flat else (self.height, self.width, self.channels)
        found = Part(name, shape, self.parameters, self.trainable, self.multiply_adds, self.kept)
        self.parameters = self.trainable = self.multiply_adds = self.kept = 0
        return found


def cost(spec: NetSpec) -> Cost:
    """Count the parameters and multiply-adds of a net without building it.

    Multiply-adds are those of convolutions and dense layers, biases left out, as He 2015, table 1
    counts its FLOPs. Multiply-adds on the padding are counted with the rest, as everybody does.
    """
    parts = tuple(_parts(spec))
    return Cost(
        sum(part.parameters for part in parts),
        sum(part.trainable for part in parts),
        sum(part.multiply_adds for part in parts),
        sum(part.kept for part in parts),
        parts,
    )


def _parts(spec: NetSpec) -> Iterable[Part]:
    count = _Count(spec, *spec.input_shape)
    count.keep()
    rows = stem_rows(spec)
    if spec.stem == "whitening":
        count.whiten(rows[0])
        count.keep()
    else:
        for number, row in enumerate(rows, 1):
            count.convolve(row, spec.stem_norm or number < len(rows))
            count.keep()
    if spec.stem in POOLED:
        count.pool(3, 2)
        count.keep()
    yield count.part("stem")
    for block in block_list(spec):
        _block(count, block)
        yield count.part(block.name)
    if spec.order == "pre":
        count.norm()
        yield count.part("final")
    yield count.part("pool", flat=True)
    count.dense(count.channels, spec.classes)
    count.channels = spec.classes
    yield count.part("head", flat=True)


def _block(count: _Count, block: Block) -> None:
    spec = count.spec
    height, width, channels_in = count.height, count.width, count.channels
    if block.before:
        count.norm()
    for row in block.rows:
        count.convolve(row, spec.order == "post" or row is not block.rows[-1])
        count.keep()
    if spec.se_ratio:
        count.keep()
        hidden = squeezed(block.channels, spec.se_ratio)
        count.dense(block.channels, hidden)
        count.dense(hidden, block.channels)
    if block.form in ("projection", "average", "pooled"):
        count.height, count.width, count.channels = height, width, channels_in
        stride = block.stride
        if block.form == "pooled":
            count.height, count.width = height // stride, width // stride
        elif block.form == "average":
            count.stride(stride)
        if block.form != "projection" and stride > 1:
            count.keep()
            stride = 1
        count.convolve(Row(1, block.channels, stride), spec.order == "post")
