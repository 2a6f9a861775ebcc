"""A ResNet-50 on one page: the two residual blocks, and the net that they make.

Read from top to bottom. The net is the one that the course "Convolutional Neural Networks" of
deeplearning.ai builds, after He et al. 2015 (arXiv:1512.03385, table 1):

    CONV2D → BATCHNORM → RELU → MAXPOOL → CONVBLOCK → IDBLOCKx2 → CONVBLOCK → IDBLOCKx3
           → CONVBLOCK → IDBLOCKx5 → CONVBLOCK → IDBLOCKx2 → AVGPOOL → TOPLAYER

Why residual? A deeper plain net should be at least as good as a shallower one: its further layers
need only learn to hand their input on. Trained, it is worse, and already on the training pictures:
handing on is hard to learn for a stack of convolutions. So every block here hands its input on by
itself and learns only what to add: F(x) + x.

Two things differ from the course, so that this net equals `keras.applications.ResNet50` weight by
weight: the batch normalisations add 1.001e-5 to the variance (the course leaves Keras's 1e-3),
and one pixel of zeros goes around the maps before the max-pool (the course has none, and a map of
15x15 where this one has 16x16). Neither changes a single count of weights.
"""

from __future__ import annotations

from keras import Input, KerasTensor, Model
from keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)

EPSILON = 1.001e-5  # as in keras.applications; it keeps a channel without variance from 1 / 0


def identity_block(
    X: KerasTensor,
    f: int,
    filters: tuple[int, int, int],
    stage: int | None = None,
    block: str | None = None,
) -> KerasTensor:
    """Add to X what three convolutions make of it; its shape stays as it is.

    The 1x1 convolutions make the f x f one cheap: they bring 256 channels down to 64 before it, and
    up to 256 again after it. That is the "bottleneck" (figure 5, right).

    Args:
        X: maps (N, H, W, C), where C is the last of `filters`: else the sum would not be defined.
        f: side of the middle window in pixels.
        filters: channels after each of the three convolutions.
        stage: number of the stage, for the names of the layers: 2 in `res2b_branch2a`.
        block: letter of the block, likewise. Without the two, Keras names the layers.

    Returns:
        Maps (N, H, W, C), the shape of X.
    """
    F1, F2, F3 = filters
    at = None if stage is None or block is None else f"{stage}{block}"

    # The shortcut is X itself: no weights, nothing to learn, and nothing in the gradient's way.
    X_shortcut = X  # (N, H, W, F3)

    # Down: a 1x1 window looks at one pixel at a time, and mixes its channels.
    X = Conv2D(F1, 1, name=named("res{}_branch2a", at))(X)  # (N, H, W, F1)
    X = BatchNormalization(epsilon=EPSILON, name=named("bn{}_branch2a", at))(X)
    X = Activation("relu")(X)

    # Across: the only convolution of the three that sees a pixel's neighbours.
    X = Conv2D(F2, f, padding="same", name=named("res{}_branch2b", at))(X)  # (N, H, W, F2)
    X = BatchNormalization(epsilon=EPSILON, name=named("bn{}_branch2b", at))(X)
    X = Activation("relu")(X)

    # Up: as many channels as X had. No ReLU yet, as the branch must be able to take away too.
    X = Conv2D(F3, 1, name=named("res{}_branch2c", at))(X)  # (N, H, W, F3)
    X = BatchNormalization(epsilon=EPSILON, name=named("bn{}_branch2c", at))(X)

    # F(x) + x, equation 1 of the paper, and only then the ReLU.
    X = Add()([X, X_shortcut])  # (N, H, W, F3)
    return Activation("relu", name=named("res{}_out", at))(X)  # (N, H, W, F3)


def convolutional_block(
    X: KerasTensor,
    f: int,
    filters: tuple[int, int, int],
    s: int = 2,
    stage: int | None = None,
    block: str | None = None,
) -> KerasTensor:
    """Add what three convolutions make of X to what one convolution makes of it.

    Where a stage begins, the maps shrink and get more channels, so X no longer fits the sum. One
    1x1 convolution with the same stride brings it to the new shape (section 3.3, option B).

    Args:
        X: maps (N, H, W, C).
        f: side of the middle window in pixels.
        filters: channels after each of the three convolutions.
        s: stride in pixels, of the first convolution and of the shortcut.
        stage: number of the stage, for the names of the layers: 2 in `res2a_branch1`.
        block: letter of the block, likewise. Without the two, Keras names the layers.

    Returns:
        Maps (N, H / s, W / s, F3), sides rounded up, where F3 is the last of `filters`.
    """
    F1, F2, F3 = filters
    at = None if stage is None or block is None else f"{stage}{block}"

    X_shortcut = X  # (N, H, W, C)

    # The paper has the stride in this 1x1 window, which then skips three of every four pixels.
    # Most nets since have it in the f x f window, which skips none ("v1.5": a little better).
    X = Conv2D(F1, 1, strides=s, name=named("res{}_branch2a", at))(X)  # (N, H/s, W/s, F1)
    X = BatchNormalization(epsilon=EPSILON, name=named("bn{}_branch2a", at))(X)
    X = Activation("relu")(X)

    X = Conv2D(F2, f, padding="same", name=named("res{}_branch2b", at))(X)  # (N, H/s, W/s, F2)
    X = BatchNormalization(epsilon=EPSILON, name=named("bn{}_branch2b", at))(X)
    X = Activation("relu")(X)

    X = Conv2D(F3, 1, name=named("res{}_branch2c", at))(X)  # (N, H/s, W/s, F3)
    X = BatchNormalization(epsilon=EPSILON, name=named("bn{}_branch2c", at))(X)

    # The shortcut has no ReLU: it is to hand on what it got, as nearly as the new shape allows.
    X_shortcut = Conv2D(F3, 1, strides=s, name=named("res{}_branch1", at))(X_shortcut)
    X_shortcut = BatchNormalization(epsilon=EPSILON, name=named("bn{}_branch1", at))(X_shortcut)

    X = Add()([X, X_shortcut])  # (N, H/s, W/s, F3)
    return Activation("relu", name=named("res{}_out", at))(X)  # (N, H/s, W/s, F3)


def ResNet50(input_shape: tuple[int, int, int] = (64, 64, 3), classes: int = 6) -> Model:
    """Build the net: 50 layers with weights, not counting the four shortcuts that have some.

    With 64x64 pictures and 6 classes it has 23,600,006 parameters. 23,546,886 are trained; 53,120
    are the moving statistics of the batch normalisations. With 224x224 pictures and 1,000 classes
    it has 25,636,712: more classes make more weights, larger pictures do not.

    Args:
        input_shape: (H, W, C) of the pictures, pixels from 0 to 1.
        classes: K.

    Returns:
        A model from pictures (N, H, W, C) to probabilities (N, K). The shapes below are those for
        64x64 pictures and 6 classes.
    """
    X_input = Input(input_shape)  # (N, 64, 64, 3)

    # Stage 1: two strides of 2, so that all that follows works on a sixteenth of the pixels.
    X = ZeroPadding2D(3)(X_input)  # (N, 70, 70, 3)
    X = Conv2D(64, 7, strides=2, name="conv1")(X)  # (N, 32, 32, 64)
    X = BatchNormalization(epsilon=EPSILON, name="bn_conv1")(X)
    X = Activation("relu")(X)
    X = ZeroPadding2D(1)(X)  # (N, 34, 34, 64); after a ReLU, zeros never win the max
    X = MaxPooling2D(3, strides=2)(X)  # (N, 16, 16, 64)

    # Stage 2: the pool has just halved the maps, hence s=1. Only the channels change.
    X = convolutional_block(X, 3, (64, 64, 256), s=1, stage=2, block="a")  # (N, 16, 16, 256)
    X = identity_block(X, 3, (64, 64, 256), stage=2, block="b")
    X = identity_block(X, 3, (64, 64, 256), stage=2, block="c")

    # Stage 3: half the side, twice the channels: a block costs what it cost before.
    X = convolutional_block(X, 3, (128, 128, 512), s=2, stage=3, block="a")  # (N, 8, 8, 512)
    X = identity_block(X, 3, (128, 128, 512), stage=3, block="b")
    X = identity_block(X, 3, (128, 128, 512), stage=3, block="c")
    X = identity_block(X, 3, (128, 128, 512), stage=3, block="d")

    # Stage 4: the longest. ResNet-101 and ResNet-152 differ here: 23 and 36 blocks.
    X = convolutional_block(X, 3, (256, 256, 1024), s=2, stage=4, block="a")  # (N, 4, 4, 1024)
    X = identity_block(X, 3, (256, 256, 1024), stage=4, block="b")
    X = identity_block(X, 3, (256, 256, 1024), stage=4, block="c")
    X = identity_block(X, 3, (256, 256, 1024), stage=4, block="d")
    X = identity_block(X, 3, (256, 256, 1024), stage=4, block="e")
    X = identity_block(X, 3, (256, 256, 1024), stage=4, block="f")

    # Stage 5: the widest. 15 of the 23.6 million weights are in these three blocks.
    X = convolutional_block(X, 3, (512, 512, 2048), s=2, stage=5, block="a")  # (N, 2, 2, 2048)
    X = identity_block(X, 3, (512, 512, 2048), stage=5, block="b")
    X = identity_block(X, 3, (512, 512, 2048), stage=5, block="c")

    # The mean of each channel over all that is left of the map: 2x2 pixels here, 7x7 where the
    # pictures have 224x224. (The course takes 2x2 windows and flattens: the same for 64x64 alone.)
    X = GlobalAveragePooling2D(name="avg_pool")(X)  # (N, 2048)

    # One score a class, and the softmax that makes probabilities of them.
    X = Dense(classes, activation="softmax", name=f"fc{classes}")(X)  # (N, 6)

    return Model(X_input, X, name="ResNet50")


def named(pattern: str, at: str | None) -> str | None:
    """Put the place of a block into the name of a layer: `res{}_out` and 2a give `res2a_out`.

    Args:
        pattern: with `{}` where the place goes.
        at: stage and block, or None to leave the naming to Keras.
    """
    return None if at is None else pattern.format(at)
