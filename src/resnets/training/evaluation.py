"""Judging: what a net says about pictures, and the figures that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from resnets.data import Batches, Feed
from resnets.training.views import averaged

if TYPE_CHECKING:
    import keras

BINS = 15  # of the calibration error, as Guo et al. 2017 have them


def logits_of(
    model: keras.Model, batches: Batches, views: str = "one"
) -> tuple[np.ndarray, np.ndarray]:
    """Let the net look at every picture of the batches, in order.

    Args:
        model: takes uint8 pixels.
        batches: the pictures.
        views: as which it sees each, and averages; see `views.averaged`.

    Returns:
        (N, K) float32 logits and (N,) labels. A short last batch is filled up with its first
        picture, so that engines compile one shape only.
    """
    outputs, labels = [], []
    with Feed(batches, count=batches.steps) as feed:
        for _, _, pictures, truth in feed:
            seen = averaged(lambda x: answer(model, x, batches.batch_size), pictures, views)
            outputs.append(seen)
            labels.append(truth)
    return np.concatenate(outputs), np.concatenate(labels).astype(np.int64)


def answer(model: keras.Model, pictures: np.ndarray, batch: int) -> np.ndarray:
    """Give the logits of at most one batch of pictures.

    Args:
        model: takes uint8 pixels.
        pictures: (N, H, W, C), N at most `batch`.
        batch: the one size that the engine sees.

    Returns:
        (N, K) float32.
    """
    count = len(pictures)
    if count < batch:
        filling = np.repeat(pictures[:1], batch - count, axis=0)
        pictures = np.concatenate([pictures, filling])
    return np.asarray(model.predict_on_batch(pictures), dtype=np.float32)[:count]


def probabilities_of(logits: np.ndarray) -> np.ndarray:
    """Turn (N, K) logits into probabilities that sum to 1 a row, in float64."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def error_of(logits: np.ndarray, labels: np.ndarray) -> float:
    """Give the share of pictures whose highest logit is not their label's."""
    return float(np.mean(logits.argmax(axis=1) != labels))


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Give the mean of -log p(label), in nats, without smoothing of labels."""
    scores = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    normaliser = np.log(np.exp(scores).sum(axis=1))
    return float(np.mean(normaliser - scores[np.arange(len(labels)), labels]))


def top_error(logits: np.ndarray, labels: np.ndarray, count: int) -> float:
    """Give the share of pictures whose label is not among the `count` highest logits."""
    chosen = logits[np.arange(len(labels)), labels][:, None]
    return float(np.mean((logits > chosen).sum(axis=1) >= count))


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = BINS) -> float:
    """Give the expected calibration error (Guo et al. 2017, section 2, arXiv:1706.04599).

    Pictures are sorted by confidence into bins of equal width; the gaps between mean confidence
    and accuracy are averaged, weighted by how many pictures are in each.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(places, weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def confusion_of(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Count pictures by (true class, answered class): (K, K)."""
    classes = logits.shape[1]
    counts = np.bincount(labels * classes + logits.argmax(axis=1), minlength=classes**2)
    return counts.reshape(classes, classes)


@dataclass(frozen=True)
class Judgement:
    """What evaluating a net on labelled pictures found; errors are fractions of 1.

    Args:
        pictures: how many were looked at.
        error: share answered wrong.
        top5_error: share whose class is not among the first five answers; None up to 5 classes.
        balanced_error: mean of the error of each class that has pictures.
        loss: mean cross-entropy in nats.
        ece: expected calibration error.
        per_class: class name, pictures and error of each class; the error is None without any.
        confusion: (K, K) counts by true and answered class.
        unreadable: path and reason of what could not be looked at; no figure counts it.
    """

    pictures: int
    error: float
    top5_error: float | None
    balanced_error: float
    loss: float
    ece: float
    per_class: tuple[dict[str, Any], ...]
    confusion: np.ndarray
    unreadable: tuple[tuple[str, str], ...] = ()


def judge(logits: np.ndarray, labels: np.ndarray, classes: tuple[str, ...]) -> Judgement:
    """Work every figure out from the answers and the truth.

    Args:
        logits: (N, K), N at least 1.
        labels: (N,) whole numbers in 0...K-1.
        classes: the K names.
    """
    confusion = confusion_of(logits, labels)
    counts = confusion.sum(axis=1)
    wrong = counts - confusion.diagonal()
    errors = [float(w / n) if n else None for w, n in zip(wrong, counts, strict=True)]
    seen = [error for error in errors if error is not None]
    return Judgement(
        pictures=len(labels),
        error=error_of(logits, labels),
        top5_error=top_error(logits, labels, 5) if len(classes) > 5 else None,
        balanced_error=float(np.mean(seen)),
        loss=cross_entropy(logits, labels),
        ece=calibration_error(probabilities_of(logits), labels),
        per_class=tuple(
            {"class": name, "pictures": int(n), "error": error}
            for name, n, error in zip(classes, counts, errors, strict=True)
        ),
        confusion=confusion,
    )
