"""The variables of a net with their shapes, as arithmetic on its spec."""

from __future__ import annotations

from collections.abc import Iterator

from resnets.blocks.rows import Row, squeezed
from resnets.models.layout import Block, block_list, stem_rows
from resnets.models.netspec import NetSpec

Shape = tuple[int, ...]
NORM = ("gamma", "beta", "moving_mean", "moving_variance")


def layers_of(spec: NetSpec) -> Iterator[tuple[str, dict[str, Shape]]]:
    """List the layers that have variables, in the order in which a picture meets them.

    A projection is listed where `keras.Model` lists it, whose layers stand by their distance from
    the end: beside the last convolution of the branch that it is added to.

    Args:
        spec: a net; one with a `page` has that page's names, which are not these.

    Yields:
        The layer's path, `stage1_block1/branch/conv1`, and the shapes of its variables by name.
    """
    channels = spec.input_shape[2]
    rows = stem_rows(spec)
    if spec.stem == "whitening":
        kernel = (rows[0].kernel, rows[0].kernel, channels, rows[0].channels)
        yield "stem/whiten", {"kernel": kernel}
        rows = ()
    for number, row in enumerate(rows, 1):
        normed = spec.stem_norm or number < len(rows)
        yield f"stem/conv{number}", _convolution(spec, row, channels, normed)
        if normed:
            yield f"stem/norm{number}", _norm(row.channels)
        channels = row.channels
    for block in block_list(spec):
        yield from _block(spec, block)
        channels = block.channels
    if spec.order == "pre":
        yield "final/norm", _norm(channels)
    yield "head", _dense(channels, spec.classes)


def variables_of(spec: NetSpec) -> dict[str, Shape]:
    """Give the shape of every variable by its path, as `weights.arrays_of` names them.

    Seeds of random layers are not among them.
    """
    return {
        f"{layer}/{name}": shape
        for layer, shapes in layers_of(spec)
        for name, shape in shapes.items()
    }


def _block(spec: NetSpec, block: Block) -> Iterator[tuple[str, dict[str, Shape]]]:
    if block.before:
        yield f"{block.name}/before/norm", _norm(block.channels_in)
    normed = spec.order == "post"
    projects = block.form in ("projection", "average", "pooled")
    channels = block.channels_in
    for number, row in enumerate(block.rows, 1):
        last = number == len(block.rows)
        if last and projects:
            project = _convolution(spec, Row(1, block.channels), block.channels_in, normed)
            yield f"{block.name}/shortcut/conv", project
        follows = normed or not last
        yield (
            f"{block.name}/branch/conv{number}",
            _convolution(spec, row, channels, follows),
        )
        if last and projects and normed:
            yield f"{block.name}/shortcut/norm", _norm(block.channels)
        if follows:
            yield f"{block.name}/branch/norm{number}", _norm(row.channels)
        channels = row.channels
    if spec.se_ratio:
        hidden = squeezed(channels, spec.se_ratio)
        yield f"{block.name}/branch/gate/reduce", _dense(channels, hidden)
        yield f"{block.name}/branch/gate/expand", _dense(hidden, channels)


def _convolution(spec: NetSpec, row: Row, channels: int, normed: bool) -> dict[str, Shape]:
    kernel = (row.kernel, row.kernel, channels // row.groups, row.channels)
    biased = spec.bias == "all" or (spec.bias == "unnormalised" and not normed)
    return {"kernel": kernel, **({"bias": (row.channels,)} if biased else {})}


def _norm(channels: int) -> dict[str, Shape]:
    return dict.fromkeys(NORM, (channels,))


def _dense(channels: int, units: int) -> dict[str, Shape]:
    return {"kernel": (channels, units), "bias": (units,)}
