"""From rows of convolutions to the layers of a branch, a stem, and what stands before a branch."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import keras

from resnets.blocks.chain import Chain
from resnets.blocks.convolution import Convolution, MaxPool, he_initializer
from resnets.blocks.gates import SqueezeExcite, StochasticDepth
from resnets.blocks.normalization import BatchNorm
from resnets.blocks.rows import Order, Row, Style


def convolution(row: Row, style: Style, name: str, normed: bool, zero: bool = False) -> Convolution:
    """Make the layer of one row.

    Args:
        row: the convolution.
        style: padding and bias.
        name: of the layer.
        normed: whether a norm follows, which makes a bias useless.
        zero: whether its weights begin at 0.
    """
    return Convolution(
        row.channels,
        row.kernel,
        symmetric=style.padding == "symmetric",
        strides=row.stride,
        padding="same",
        groups=row.groups,
        use_bias=style.bias == "all" or (style.bias == "unnormalised" and not normed),
        kernel_initializer="zeros" if zero else he_initializer(),
        name=name,
    )


def norm(style: Style, name: str, zero: bool = False) -> BatchNorm:
    """Make a batch normalisation.

    Args:
        style: momentum and epsilon.
        name: of the layer.
        zero: whether its scale begins at 0, so that a block begins as its shortcut (Goyal 2017).
    """
    return BatchNorm(
        momentum=style.norm_momentum,
        epsilon=style.norm_epsilon,
        gamma_initializer="zeros" if zero else "ones",
        name=name,
    )


def norm_act(style: Style, name: str) -> Chain:
    """Make a norm and an activation: what stands before a pre-activation branch."""
    act = keras.layers.Activation(style.activation, name="act")
    return Chain([norm(style, "norm"), act], name=name)


def make_branch(
    rows: Sequence[Row],
    style: Style,
    order: Order = "post",
    zero_init: bool = False,
    se_ratio: float = 0.0,
    survival: float = 1.0,
) -> Chain:
    """Make the layers of a branch.

    Args:
        rows: its convolutions, as `rows.branch_rows` lists them.
        style: of its convolutions and norms.
        order: "post" puts norm and activation after every convolution, the last activation being
            the block's own (He 2015); "pre" before every one, the first being the block's
            `before` (He 2016, figure 4e).
        zero_init: whether the block begins as its shortcut: by the last norm's scale, or, where no
            norm is last, by the last convolution's weights. (A zero scale before a rectifier
            would never learn.)
        se_ratio: of a `SqueezeExcite` at the end; 0 for none.
        survival: of a `StochasticDepth` at the end; 1 for none.
    """
    steps: list[keras.layers.Layer] = []
    for number, row in enumerate(rows, 1):
        last = number == len(rows)
        normed = order == "post" or not last
        zero = zero_init and last
        conv_zero = zero and not normed
        steps.append(convolution(row, style, f"conv{number}", normed, conv_zero))
        if row.pool > 1:  # before the norm, which then has fewer pixels to do
            steps.append(keras.layers.MaxPooling2D(row.pool, row.pool, name=f"pool{number}"))
        if normed:
            steps.append(norm(style, f"norm{number}", zero))
        if not last:
            steps.append(keras.layers.Activation(style.activation, name=f"act{number}"))
    if se_ratio:
        steps.append(SqueezeExcite(se_ratio, name="gate"))
    if survival < 1.0:
        steps.append(StochasticDepth(survival, name="drop"))
    return Chain(steps, name="branch")


def make_stem(
    rows: Sequence[Row],
    style: Style,
    normed: bool = True,
    pool: str | None = None,
    whitening: bool = False,
) -> Chain:
    """Make the layers between the pixels and the first block.

    Args:
        rows: its convolutions.
        style: of its convolutions and norms.
        normed: whether norm and activation follow the last convolution as they do the others.
        pool: the `fill` of a 3x3 max-pool of stride 2 at the end; None for no pool.
        whitening: whether the first row is a convolution that is set from the pictures and never
            trained, with no norm after it, for what it gives is white already.
    """
    if whitening:
        plain = dataclasses.replace(style, padding="symmetric", bias="none")
        whiten = convolution(rows[0], plain, "whiten", normed=True)
        whiten.trainable = False
        act = keras.layers.Activation(style.activation, name="act")
        return Chain([whiten, act], name="stem")
    steps: list[keras.layers.Layer] = []
    for number, row in enumerate(rows, 1):
        follows = normed or number < len(rows)
        steps.append(convolution(row, style, f"conv{number}", follows))
        if follows:
            steps.append(norm(style, f"norm{number}"))
            steps.append(keras.layers.Activation(style.activation, name=f"act{number}"))
    if pool is not None and style.padding == "same":
        steps.append(keras.layers.MaxPooling2D(3, 2, padding="same", name="pool"))
    elif pool is not None:
        steps.append(MaxPool(3, 2, fill=pool, name="pool"))
    return Chain(steps, name="stem")
