"""Why arrays fit no net, in words: what is missing, left over, or of another shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from resnets.errors import WeightsError
from resnets.models import NetSpec
from resnets.weights.fit import Fit

_STATISTICS = re.compile("(running|moving)_(mean|var|variance)$")
_MOST = 3  # names shown of each kind


def misfit(
    arrays: Mapping[str, np.ndarray], fit: Fit | None, model: str | NetSpec | None
) -> WeightsError:
    """Make the error for arrays that belong to no net, or not to the one that was told.

    Args:
        arrays: by the names in their file.
        fit: of the nearest net; None where not even a stem and a first block were found.
        model: the net that they were said to be, or None.
    """
    shown = _some(sorted(arrays), "array")
    if fit is None:
        return WeightsError(
            "these arrays are those of no residual net that is known here",
            received=shown,
            hint="weights of torchvision, timm, keras.applications, KerasHub, akamaster's CIFAR"
            " nets and the course's ResNet-50 are; a net with other parts has no place",
        )
    told = model.name if isinstance(model, NetSpec) else model
    net = f"{told or fit.spec.name} as {fit.dialect.library} has it"
    begin = f"these arrays are not those of {net}" if told else f"no net fits; the nearest is {net}"
    parts = [
        _some(fit.missing, "missing"),
        _some(fit.left_over, "left over"),
        _some([_shapes(*wrong) for wrong in fit.misshapen], "of another shape"),
    ]
    return WeightsError(
        f"{begin}: {'; '.join(part for part in parts if part)}",
        received=shown,
        hint=_advice(fit, told),
    )


def _advice(fit: Fit, told: str | None) -> str:
    if fit.missing and all(_STATISTICS.search(name) for name in fit.missing):
        return "its norms keep no statistics (group normalisation?), and no net here is without"
    if fit.missing and not fit.left_over and not fit.misshapen:
        return "the file may have been cut short; save or download it again"
    if told:
        return "leave --model out to have the net read off the file"
    return "say which net it is, --model, if one of the table's is meant"


def _shapes(name: str, net: Sequence[int], file: Sequence[int]) -> str:
    return f"{name} {tuple(file)} for {tuple(net)}"


def _some(names: Sequence[str], what: str) -> str:
    """Say how many there are and name the first of them.

    >>> _some(["a", "b", "c", "d"], "missing")
    '4 missing (a, b, c, ...)'
    """
    if not names:
        return ""
    more = ", ..." if len(names) > _MOST else ""
    plural = "s" if what == "array" and len(names) > 1 else ""
    return f"{len(names)} {what}{plural} ({', '.join(names[:_MOST])}{more})"
