"""Who is given the files: our reader, and two that trust what they read."""

from __future__ import annotations

import io
import os
import pickle
import struct
import sys
import types
import zipfile
from collections.abc import Callable
from pathlib import Path

from items import Item

Look = Callable[[object], None] | None


def ours(path: Path, look: Look) -> tuple[str, str]:
    """Our reader, as everybody uses it."""
    from resnets.errors import WeightsError
    from resnets.weights.files import read_arrays

    try:
        foreign = read_arrays(path, look)
    except WeightsError as error:
        return "refused", str(error)
    return "read", f"{foreign.container} {len(foreign.arrays)} arrays"


def forked(path: Path, look: Look) -> tuple[str, str]:
    """The same, with the process that parses HDF5 forked from this one."""
    from resnets.weights import hdf5, hdf5_child

    if hdf5.start is not Forked:
        hdf5_child.warm_up()
        hdf5.start = Forked
    return ours(path, look)


class Forked:
    """A process that does what `hdf5_child.main` does, without starting Python again."""

    def __init__(self) -> None:
        from resnets.weights.hdf5_child import answer
        from resnets.weights.limits import limit_process

        request, reply = os.pipe(), os.pipe()
        self._number = os.fork()
        self._code: int | None = None
        if self._number == 0:
            os.close(request[1])
            os.close(reply[0])
            code = 1
            try:
                with os.fdopen(request[0], "rb") as source, os.fdopen(reply[1], "wb") as out:
                    (size,) = struct.unpack("<Q", source.read(8))
                    data = source.read(size)
                    limit_process(size)
                    answer(data, out)
                code = 0
            finally:
                os._exit(code)
        os.close(request[0])
        os.close(reply[1])
        self.stdin = os.fdopen(request[1], "wb")
        self.stdout = os.fdopen(reply[0], "rb")

    def kill(self) -> None:
        """End it, unless it was waited for."""
        if self._code is None:
            os.kill(self._number, 9)

    def wait(self) -> int:
        """How it ended."""
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._number, 0)[1])
        return self._code


def expected(event: list[str], path: Path) -> bool:
    """Whether an event is the opening of the file itself, or our own process for HDF5."""
    name, arguments = event
    if name == "open":
        if arguments[1:2].isdigit():  # a descriptor is wrapped, no file opened
            return True
        beside = arguments.startswith(f"({str(path.parent)[:-1]!r}"[:-1])
        shard = path.name.endswith(".index.json") and ".safetensors', None, " in arguments
        itself = (f"({str(path)!r}, None, ", "('/proc/self/statm', 'r'", "('/dev/null', None, ")
        return arguments.startswith(itself) or (beside and shard and ".." not in arguments)
    if name == "subprocess.Popen":
        return arguments.startswith(f"({sys.executable!r}, [{sys.executable!r}, '-I', '-c', ")
    return name in ("os.fork", "resource.setrlimit") or (
        name == "os.kill" and arguments.endswith(", 9)")
    )


REACHING = ("os.system", "os.spawn", "os.mkdir", "subprocess.Popen", "socket.connect")


def fired(row: dict) -> bool:
    """Whether a result shows that a file made its reader do what the file's maker wanted."""
    watched = Path(row["path"]).parents[1] / "watched"
    return bool(row["touched"]) or any(
        name in REACHING or (name == "open" and str(watched) in arguments)
        for name, arguments in row["events"]
    )


class _Trusting(pickle.Unpickler):
    """Python's own, told what a storage is."""

    def persistent_load(self, identity: object) -> object:
        return identity


def unpickles(path: Path, look: Look) -> tuple[str, str]:
    """What `pickle.load` does with every pickle of a file, as old programs called it."""
    _stand_in_for_torch()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith("data.pkl"))
            source: io.BufferedIOBase = io.BytesIO(archive.read(name))
    else:
        source = io.BytesIO(path.read_bytes())
    count = 0
    try:
        while True:
            _Trusting(source).load()
            count += 1
    except Exception as error:  # its payload has run by then
        return "read", f"{count} pickles, then {type(error).__name__}"


def _stand_in_for_torch() -> None:
    """The names that a PyTorch pickle needs, where PyTorch is not installed."""
    if "torch" in sys.modules:
        return
    names = ("torch", "torch._utils", "torch.storage")
    torch, tools, storage = map(types.ModuleType, names)
    for kind in ("Float", "Double", "Long"):
        setattr(torch, f"{kind}Storage", type(f"{kind}Storage", (), {}))
    tools._rebuild_tensor_v2 = lambda *arguments: None
    storage._load_from_bytes = pickle.loads  # as `torch.load(..., weights_only=False)` does
    sys.modules |= dict(zip(names, (torch, tools, storage), strict=True))


def builds(path: Path, look: Look) -> tuple[str, str]:
    """What Keras's `load_model` does as it comes."""
    import keras

    try:
        keras.models.load_model(path)
    except Exception as error:  # what it did before is the finding
        return "read", f"{type(error).__name__}: {str(error)[:200]}"
    return "read", "a model"


def _is_pickle(item: Item) -> bool:
    return item.code and (not item.name.endswith((".h5", ".keras")) or "-bare." in item.name)


def _is_model(item: Item) -> bool:
    return item.code and item.name.endswith((".h5", ".keras")) and "-bare." not in item.name


READERS: dict[str, tuple[Callable[[Path, Look], tuple[str, str]], Callable[[Item], bool]]] = {
    "ours": (ours, lambda item: True),
    "forked": (forked, lambda item: True),
    "pickle": (unpickles, _is_pickle),
    "keras": (builds, _is_model),
}
