"""From a spec to a `keras.Model`."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from resnets import catalog
from resnets.blocks.branches import make_branch, make_stem, norm_act
from resnets.blocks.convolution import he_initializer
from resnets.blocks.normalization import Normalize
from resnets.blocks.recomputation import Recomputable
from resnets.blocks.residual import Residual
from resnets.blocks.shortcuts import make_shortcut
from resnets.errors import UsageError
from resnets.models.layout import POOLED, Block, block_list, stem_rows
from resnets.models.netspec import NetSpec, check_recompute
from resnets.models.page import build_page


def build_spec(
    spec: NetSpec,
    features: bool | str | Sequence[str] = False,
    recompute: bool = False,
    any_side: bool = False,
) -> keras.Model:
    """Build the net of a spec; see `resnets.models.build`.

    Args:
        spec: the net.
        features: as `build` has it.
        recompute: as `build` has it.
        any_side: whether the net takes pictures of other sides than the spec's too.

    Raises:
        UsageError: any side is asked of the lesson's page, which has fixed ones.
    """
    if recompute:
        check_recompute(spec)
    if any_side and spec.page:
        raise UsageError(
            "the lesson's net takes pictures of one size alone",
            received=spec.page,
            hint="leave the recipe's growth out, or choose another net",
        )
    net = build_page(spec) if spec.page else _net(spec, any_side)
    for layer in net.layers:
        if isinstance(layer, Recomputable):
            layer.recompute = recompute
    return net if features is False else _tapped(net, spec, features)


def _net(spec: NetSpec, any_side: bool) -> keras.Model:
    sides = (None, None) if any_side else spec.input_shape[:2]
    pixels = keras.Input((*sides, spec.input_shape[2]), name="pixels")
    x = Normalize(spec.mean, spec.std, spec.colors, name="normalize")(pixels)
    pool = spec.stem_fill if spec.stem in POOLED else None
    whitening = spec.stem == "whitening"
    x = make_stem(stem_rows(spec), spec.style, spec.stem_norm, pool, whitening)(x)
    for block in block_list(spec):
        x = make_block(spec, block)(x)
    if spec.order == "pre":
        x = norm_act(spec.style, "final")(x)
    # Means and logits are few numbers that much depends on: float32 whatever the policy.
    x = keras.layers.GlobalAveragePooling2D(dtype="float32", name="pool")(x)
    logits = keras.layers.Dense(
        spec.classes, dtype="float32", kernel_initializer=he_initializer(1.0), name="head"
    )(x)
    return keras.Model(pixels, logits, name=spec.name)


def make_block(spec: NetSpec, block: Block) -> Residual:
    """Make the layer of one block.

    Args:
        spec: the net.
        block: one of its `layout.block_list`.
    """
    pre = spec.order == "pre"
    projects = block.form in ("projection", "average", "pooled")
    return Residual(
        make_branch(
            block.rows, spec.style, spec.order, spec.zero_init, spec.se_ratio, block.survival
        ),
        make_shortcut(block.form, block.channels, block.stride, spec.style, normed=not pre),
        before=norm_act(spec.style, "before") if block.before else None,
        shortcut_from="before" if block.before and projects else "input",
        activation=None if pre else spec.activation,
        name=block.name,
    )


def _tapped(net: keras.Model, spec: NetSpec, features: bool | str | Sequence[str]) -> keras.Model:
    """Give the net's inner outputs instead of its logits."""
    taps: dict[str, str]
    if features is True:
        lasts = {f"stage{block.stage}": block.name for block in block_list(spec)}
        taps = {stage: _output_layer(spec, name) for stage, name in lasts.items()}
    else:
        names = [features] if isinstance(features, str) else list(features or ())
        taps = {name: name for name in names}
    table = {layer.name: layer for layer in net.layers}
    outputs = {tap: catalog.look_up(table, name, "layer").output for tap, name in taps.items()}
    return keras.Model(net.input, outputs, name=f"{spec.name}_features")


def _output_layer(spec: NetSpec, block: str) -> str:
    return f"res{block}_out" if spec.page else block
