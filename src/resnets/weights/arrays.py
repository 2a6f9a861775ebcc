"""The variables of a model as named arrays, and back, shapes compared first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from resnets.errors import RunError

Arrays = dict[str, np.ndarray]


def arrays_of(model: keras.Model) -> Arrays:
    """Copy a model's variables: weights, moving statistics and seeds of random layers.

    Returns:
        Arrays by the variable's path, such as `stage1_block1/branch/conv1/kernel`.
    """
    return {name: _copy(variable) for name, variable in _named(model).items()}


def put_arrays(model: keras.Model, arrays: Mapping[str, np.ndarray], where: str) -> None:
    """Write arrays into the variables of the same paths; all of them, or none.

    Args:
        model: a built model.
        arrays: as `arrays_of` gives them.
        where: the file that they come from, for the message.

    Raises:
        RunError: an array is missing, left over, or of another shape.
    """
    variables = _named(model)
    missing = sorted(variables.keys() - arrays.keys())
    left_over = sorted(arrays.keys() - variables.keys())
    if missing or left_over:
        raise RunError(
            f"{where} does not hold this net's arrays: {len(missing)} missing"
            f"{_first(missing)}, {len(left_over)} left over{_first(left_over)}",
            received=where,
            hint="the spec and the weights of a run belong together; take both from one run",
        )
    for path, variable in variables.items():
        if tuple(variable.shape) != arrays[path].shape:
            raise RunError(
                f"{path} has the shape {tuple(variable.shape)} in the net and another in {where}",
                received=arrays[path].shape,
                hint="the spec and the weights of a run belong together; take both from one run",
            )
    for path, variable in variables.items():
        variable.assign(arrays[path])


def optimizer_arrays(optimizer: Any) -> Arrays:
    """Copy an optimizer's variables: step count, momenta, loss scale.

    Returns:
        Arrays by position and path; paths alone may repeat in an optimizer.
    """
    return {name: _copy(variable) for name, variable in _slots(optimizer).items()}


def put_optimizer_arrays(optimizer: Any, arrays: Mapping[str, np.ndarray], where: str) -> None:
    """Write arrays into the variables of an optimizer that was built for the same net.

    Raises:
        RunError: the names differ, which means another optimizer or another net.
    """
    slots = _slots(optimizer)
    if slots.keys() != arrays.keys():
        raise RunError(
            f"{where} holds the state of another optimizer",
            received=f"{len(arrays)} arrays where {len(slots)} are needed",
            hint="go on with the recipe that the run was started with",
        )
    for name, variable in slots.items():
        variable.assign(arrays[name])


def _named(model: keras.Model) -> dict[str, Any]:
    """Name variables by path; Keras numbers seeds through the process, we through the model."""
    weights = {variable.path: variable for variable in model.weights}
    taken = {id(variable) for variable in model.weights}
    seeds = [variable for variable in model.variables if id(variable) not in taken]
    return weights | {f"seed/{number}": variable for number, variable in enumerate(seeds)}


def _copy(variable: Any) -> np.ndarray:
    # PyTorch's arrays on a CPU are views of the variable; the next step would change them.
    return np.array(np.asarray(variable))


def _slots(optimizer: Any) -> dict[str, Any]:
    # Keras numbers the optimizers of a process, so the path's first part is no part of the name.
    return {
        f"{number:04d}/{variable.path.rpartition('/')[2]}": variable
        for number, variable in enumerate(optimizer.variables)
    }


def _first(names: list[str]) -> str:
    return f" ({names[0]}{', ...' if len(names) > 1 else ''})" if names else ""
