"""Which container a file is, told by its content; and in words what it is, if it is none."""

from __future__ import annotations

from resnets.weights.foreign import ARRAYS, Read, Refusal
from resnets.weights.hdf5 import SIGNATURE
from resnets.weights.torch_legacy import BEGINS
from resnets.weights.zips import members_of

HEAD = 512  # bytes that are looked at

_AGAIN = "open the address in a browser, and fetch the file itself"
_UNPACK = "unpack it, and name the file of weights that lies in it"
_ARRAYS = "save the arrays alone where it was made, as safetensors or a state dict"

# How files begin that are taken for weights, what they are, and what to do.
_OTHERS = (
    (b"version https://git-lfs", "a Git LFS pointer and not the file it points to",
     "fetch the file itself with `git lfs pull`"),
    (b"<!doctype", "a web page", _AGAIN),
    (b"<html", "a web page", _AGAIN),
    (b"<?xml", "an XML text, often a server's error", _AGAIN),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"rar!", "a RAR archive", _UNPACK),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"bzh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zxz", "an xz archive", _UNPACK),
    (b"pk\x05\x06", "an empty zip archive", "fetch the file again"),
    (b"\x93numpy", "a single NumPy array", _ARRAYS),
    (b"%pdf", "a PDF document", "name the file of the weights"),
    (b"\x7felf", "a program", "do not trust it"),
    (b"mz", "a program", "do not trust it"),
    (b"\x89png", "a picture", "name the file of the weights"),
    (b"\xff\xd8\xff", "a picture", "name the file of the weights"),
    (b"gguf", "a GGUF file of a language model", "name the weights of a residual net"),
)  # fmt: skip


def container_of(read: Read, size: int, name: str) -> str:
    """Tell a file's container from its content.

    Args:
        read: from offset and size to bytes.
        size: of the file, in bytes.
        name: of the file; where the content says nothing, it says which rule to explain.

    Returns:
        safetensors, safetensors-index, torch-zip, torch-legacy, hdf5 or keras.

    Raises:
        Refusal: it is none of them.
    """
    head = read(0, min(size, HEAD))
    if head.startswith(SIGNATURE):
        return "hdf5"
    if head.startswith(b"PK\3\4"):
        return _archive(read, size)
    if head[:1] == b"\x80" and head[2:14] == BEGINS:
        return "torch-legacy"
    if head.lstrip().startswith(b"{") and b'"weight_map"' in read(0, min(size, 1 << 16)):
        return "safetensors-index"
    other = next((entry for entry in _OTHERS if head.lower().startswith(entry[0])), None)
    if other is not None:
        raise Refusal("known container", f"it is {other[1]}", received=head[:24], hint=other[2])
    if head[8:9] == b"{" or name.endswith(".safetensors"):
        return "safetensors"
    raise _unknown(head)


def _archive(read: Read, size: int) -> str:
    names = members_of(read, size, ARRAYS + 10).keys()
    if any(name.endswith((".h5", "config.json")) and "/" not in name for name in names):
        return "keras"
    if any(name.endswith(".npy") for name in names):
        raise Refusal(
            "known container", "it is an NPZ file", received=sorted(names)[0], hint=_ARRAYS
        )
    return "torch-zip"


def _unknown(head: bytes) -> Refusal:
    if head[257:262] == b"ustar":
        return Refusal("known container", "it is a tar archive", received=head[:24], hint=_UNPACK)
    if head[:1] == b"\x80" and len(head) > 1 and head[1] <= 5:
        return Refusal(
            "arrays only",
            "it is a pickle, but not in a layout of PyTorch's",
            received=head[:24],
            hint="a pickle runs code when it is read; save the arrays alone where it was made",
        )
    if len(head) >= 8 and not any(head):
        return Refusal(
            "known container",
            "it begins with nothing but zeros",
            received=head[:24],
            hint="the copy was interrupted; fetch the file again",
        )
    if head.isascii() and all(byte >= 0x20 or byte in b"\t\r\n\f" for byte in head):
        return Refusal("known container", "it is a text", received=head[:24])
    return Refusal("known container", "it is no file of weights", received=head[:24])
