"""What memory a training step takes, by measured growth, and the batch that fits into it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from resnets.models import NetSpec, cost, depth_of
from resnets.training.plan import Request, fit_recipe
from resnets.training.recipes import Recipe

AGAIN = 1.5  # forward, forward and backward in the engine's program, for forward and backward
SHARE = 0.9  # of what is free may be planned with; the rest is for all that is not foreseen


@dataclass(frozen=True)
class Growth:
    """How an engine's memory grows, fitted to the peaks in docs/results/memory.md.

    Args:
        base: bytes that a first training step takes whatever the net.
        per_layer: bytes for each weighted layer: its operations in the engine's program.
        per_weight: bytes for each weight: itself, its gradient, its momentum, copies under way.
        factor: on the bytes that the backward pass needs of each picture.
        factor_recomputing: the same where blocks are computed again.
    """

    base: float
    per_layer: float
    per_weight: float
    factor: float
    factor_recomputing: float


# TensorFlow's are the page's fit, leaning to the safe side. PyTorch's come from one small net, and
# JAX's from XLA's own account of one: the page says how many peaks stand behind each.
GROWTH = {
    "tensorflow": Growth(60e6, 2e6, 22.0, 1.25, 1.15),
    "torch": Growth(100e6, 0.0, 22.0, 2.0, 2.0),
    "jax": Growth(200e6, 2e6, 22.0, 1.25, 1.4),
}


@dataclass(frozen=True)
class Footprint:
    """What a training step of one net takes, in bytes.

    Args:
        fixed: whatever the batch.
        picture: for each picture of the batch.
    """

    fixed: float
    picture: float

    def needed(self, batch: int) -> float:
        """Give the bytes that a step with this batch needs."""
        return self.fixed + self.picture * batch

    def largest(self, free: float) -> int:
        """Give the largest batch for which so many free bytes are enough; 0 where none is."""
        return max(0, int((free * SHARE - self.fixed) / self.picture))


def footprint(
    spec: NetSpec, engine: str, precision: str, optimizer: str, recompute: bool
) -> Footprint:
    """Reckon what a training step takes, from the spec and the engine's measured growth.

    Args:
        spec: the net.
        engine: what computes.
        precision: what it computes in; half precision keeps two bytes a number.
        optimizer: `sgd`, or one that has a second slot for each weight.
        recompute: whether blocks are computed again in the backward pass.
    """
    growth, counted = GROWTH[engine], cost(spec)
    numbers = counted.kept_recomputing() if recompute else counted.kept
    factor = growth.factor_recomputing if recompute else growth.factor
    per_weight = growth.per_weight + (0.0 if optimizer == "sgd" else 4.0)
    layers = depth_of(spec) * (AGAIN if recompute else 1.0)
    fixed = growth.base + growth.per_layer * layers + per_weight * counted.parameters
    return Footprint(fixed, factor * (4 if precision == "float32" else 2) * numbers)


def fit_batch(
    recipe: Recipe,
    request: Request,
    spec: NetSpec,
    pictures: int,
    free: int,
    engine: str,
    precision: str,
) -> tuple[Recipe, str]:
    """Make a batch fit that nobody asked for, and tell of one that somebody did.

    The recipe `quick` has its batch halved until it fits, and its learning rate follows. What was
    typed, and what a paper's recipe says, stays, and the sentence says what would fit.

    Args:
        recipe: as `fit_recipe` left it.
        request: what was asked for.
        spec: the net.
        pictures: how many there are to train on.
        free: bytes of memory that are free where it is computed.
        engine: what computes.
        precision: what it computes in.

    Returns:
        The recipe, and a sentence for the plan; an empty one where all is well.
    """
    step, again = (
        footprint(spec, engine, precision, recipe.optimizer, recompute)
        for recompute in (request.recompute, True)
    )
    fits = step.largest(free)
    if recipe.batch <= fits:
        return recipe, ""
    needs = f"{_gigabytes(step.needed(recipe.batch))} of the {_gigabytes(free)} that are free"
    other = min(again.largest(free), pictures)
    offer = f"--recompute with up to {other}" if other > fits and not spec.page else ""
    if recipe.name == "quick" and request.batch is None and fits:
        batch = recipe.batch
        while batch > fits:
            batch //= 2
        smaller = fit_recipe(recipe, dataclasses.replace(request, batch=batch), pictures)
        offer = f" (or {offer})" if offer else ""
        return smaller, f"batch {batch}: {recipe.batch} would need about {needs}{offer}"
    offers = [f"--batch {fits}" if fits else "", offer]
    found = ", or ".join(filter(None, offers)) or "no batch of this net does; try a smaller --size"
    return recipe, f"batch {recipe.batch} needs about {needs}; what fits: {found}"


def _gigabytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
