"""PyTorch's legacy layout: a file that PyTorch wrote, two published ones, and lengths that lie."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resnets.weights.files import read_arrays
from resnets.weights.foreign import Refusal
from resnets.weights.torch_legacy import plan

# Written by PyTorch 2.13.0; the fixture `written` says what of.
WRITTEN = zlib.decompress(
    base64.b85decode(
        "c-"
        "noF*>2N76o$QIDK0H#r)({I!V=QPNgTF>QYs{~)!g_7S*|nGMy{RT9#;aXQf^vWo`DN4c?@2MM?m6&@zOMbz+8+y"
        "$H)J7=07ui;j`ra`m*wK{{6Stvz5N^;)lrQEpR1$hU2(i;8Wl7U1O63q2qhtS%N;rzPJvhE-"
        "{GLbxaS!t}d}4{m>&u=zJt0#4Y4XdY%PC+Yc!6s-TN(<#-"
        "eYHK*rd4c}WwQO!lsJ~I{xsY!{^bu0>g3qnbsV8IQ)8@Z%nLbRwKSa!vTsN;r`5s<aWak~a3Ug!tL=Ay*7CB2vk`"
        "GL7kkWYV+R$SktZ_=QIf<Dc1TC!5BEA>XBRck3Sib;)DFT#Xccu8?+RpnGc6?Y)1qRQ`Ja?fIRxWuB&jZk_ObV)$"
        "E%dA)lhszqKD5f<W8LpXP#%3kid3!AKsGXvY#VAn~c5qzfW8#TDJ61eNaZ1B!eeyuDXEH<2{7-"
        "Z?6Fs{cmmRB}OY1+Mie8|&s9|on%r(rXikVwWiCqhgfnk>pK+R^g)~YvU8J8JIV4y3BQQNqx^4qwULatNX&@j?J8"
        "|4wmGt+%H0Nfk})T@hC1-"
        "BT0XMo!=fN9@}r%DRAOHtLZFbwdpI0AUij@STD`xBtZ3giq>XMl1!6>d;8H7LWvJ+%ID@>n;_4MIsE;ojdpNk9v-"
        "qTqgJ)q~8chw)AxrNA~tN5kXYWU=%KPc$q?$?YLM-"
        "?H&k72`YdHohZcOyb9FOc+;$IIfAgaYramDm<4BW&f?1Jq2zsIvm&U?63Rn&i4X0Jo@c4r<3Gy+}F-;4rL)W"
    )
)


def test_what_pytorch_wrote(tmp_path: Path, written: dict[str, Any]) -> None:
    path = tmp_path / "a.th"
    path.write_bytes(WRITTEN)
    foreign = read_arrays(path)
    assert foreign.container == "torch-legacy"
    assert foreign.facts == {"wrapper": "state_dict module.", "epoch": "3"}
    assert {name: array.tolist() for name, array in foreign.arrays.items()} == written
    kinds = {name: str(array.dtype) for name, array in foreign.arrays.items()}
    assert kinds.pop("n") == "int64"
    assert kinds.pop("h") == "float16"
    assert set(kinds.values()) == {"float32"}


@pytest.mark.parametrize(
    ("name", "arrays", "numbers", "accuracy"),
    (
        ("resnet20-12fca82f", 97, 269722, "91.78"),  # parameters as the paper's Table 6: 0.27 M
        ("resnet56-4bfd9763", 277, 853018, "93.62"),
    ),
)
def test_published_files(
    shared_file: Callable[[str], Path], name: str, arrays: int, numbers: int, accuracy: str
) -> None:
    path = shared_file(f"weights/{name}.th")
    seen: dict[str, tuple[int, ...]] = {}
    foreign = read_arrays(path, seen.update)
    assert foreign.sha256.startswith(name.partition("-")[2])  # the publisher's name has its start
    assert len(foreign.arrays) == len(seen) == arrays
    learned = [a for n, a in foreign.arrays.items() if "running" not in n]
    assert sum(array.size for array in learned) == numbers
    assert foreign.arrays["conv1.weight"].shape == (16, 3, 3, 3)
    assert foreign.facts["best_prec1"].startswith(accuracy)
    assert foreign.facts["wrapper"] == "state_dict module."


def of(data: bytes) -> object:
    return plan(lambda offset, size: data[offset : offset + size], len(data))


SIX = struct.pack("<q", 6)


@pytest.mark.parametrize(
    ("change", "words"),
    (
        (lambda data: data[:-1], "and the file at"),
        (lambda data: data + b"\0", "1 bytes follow"),
        (lambda data: data.replace(SIX, struct.pack("<q", 7)), "has 7 elements where 6"),
        (lambda data: data.replace(SIX, struct.pack("<q", -6)), "has -6 elements"),
        (lambda data: data.replace(b"l\xfc\x9cF", b"l\xfc\x9cG", 1), "first number"),
        (lambda data: data.replace(b"M\xe9\x03.", b"M\xe8\x03.", 1), "its version"),
        (lambda data: data.replace(b"\x88X\n", b"\x89X\n", 1), "high byte"),
        (lambda data: data.replace(b"_rebuild_tensor_v2", b"_rebuild_qtensor__", 1), "names torch"),
    ),
)
def test_a_file_that_lies(change: Callable[[bytes], bytes], words: str) -> None:
    assert change(WRITTEN) != WRITTEN
    with pytest.raises(Refusal, match=words):
        of(change(WRITTEN))
