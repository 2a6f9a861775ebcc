"""PyTorch's zip layout: a file that PyTorch wrote, and others put together wrongly."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from resnets.weights.files import read_arrays
from resnets.weights.foreign import Refusal
from resnets.weights.torch_zip import plan

# Written by PyTorch 2.13.0; the fixture `written` says what of.
WRITTEN = zlib.decompress(
    base64.b85decode(
        "c-"
        "p0wU2oe|7{^cI#tAN@?RZI7pfKK+K$kjpUe~S(X0nhxiPpR*$_0^|c(sKa=W$MoK$=tuwQNE{@C6Xpd;oTXG`_-"
        "ifso*ii@_D*4vCwcW4G?Ht1M%+a_qeL|9k$=Ip=wtO^usDD3d{_j(Kzr8D7t__srG4fsNwu6Gv6Ds1rH%lQ#h6+X"
        "4}cuz}5P-|k^Z+<;`hO`*GPf9#k=1GpY`39Z;2W7`=CUC-Pe+fKiW&B4g^x_goUGx>Zw?Sov;*fAj$NCee!4g7xa"
        "r2u?8LGBSD-R8)(HylGo<1sw3r6Db;afcvioR&C**;~Dy>o{f)+wNc_yyx{z&+K0%_5^scpu<xbvO3JME-"
        "}no#DtZycq?uB*aeE^wB#Y2(-M^a^ev03pTY2~4$rk`Pt-"
        "%h!;p&u7PqJ!syrX~S_%NqV|YP_7uoRJupFq5@>cxBOVu#-m;BUA@G?OsF<kIdK7d!W!~wh-U|+-"
        "Vx(;u!SPL#ju<shq^$?l&krEULGJ)YuiX^nR=xHTDUcyk+VU<M=K#U--"
        "xr3b$S@MxGNC8qN$U-4Nl`&LwsIsUb)F$i<GM~n-iA_&{`thv#=rS~d3AlVT0c+IldJy6Yh7BE>H~kN-"
        "FX3$+lyN&nWaiNAS@4d=jf<OFI`h+4xyFx4gy`6uSOqzh3ag-a-Su`2+}$(15!q9!l0cmjMcw}U_b;e1Iwqr*Q0)"
        "YDw8y)KWA6-"
        "h%>h;wIaXSabX3dKK=V`hi==^)4>hoWnxTR1&#>vzl2Dbk$BBD<I5x(PNj)4~`QtoKqVNy(kVPAjuCgks%H=Z{2&"
        "nr_a%zzm8T({>-=dCk-"
        "`xLpk^HbY#nDRCQAt(ukL+l_+4|XE0kw9M1VA%WVzr{NBvn~I%k+0pokll)_|2Za{#m3%qsywYai-"
        "{<PWp&VT?~J@@6xcDDK6HdF3PG>M`u`nf6Zz9|33bDI6eLxS_|Wcm0WvV1F}FP-"
        "~Ddq!|C(CjHHtW;HN$^J)3lZ&kg#F>e_u(DgI9*qFAYv8e*wlktI>CG{joHRuXG+U6LBrYE`aO#EMid*Qm>j{}k@"
        "#iI2SRGC|FTKG|+Kf696Me?VN#Ho#m&$#ZB@|BOS}CbkrTY_X72oiom18_`09bC2PK4KOZeyGAx5|7Zrqde^BGm@"
        "W|2{u$Sn;##(bquLKrF|8EWvXvLr-ivGHxR$M&sJ6|=wB@*#-S=}5?XQe>!g{mYaXBK^(`ZVeY-"
        "&8ea$Hv2rBFE=yWU9#*MHN;ZHo8b-4=q+!4o^h2bx*`{@~sRpVxo>"
    )
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.pth").write_bytes(WRITTEN)
    return tmp_path / "a.pth"


def test_what_pytorch_wrote(path: Path, written: dict[str, Any]) -> None:
    foreign = read_arrays(path)
    assert foreign.container == "torch-zip"
    assert foreign.facts == {"wrapper": "state_dict module.", "epoch": "3"}
    assert {name: array.tolist() for name, array in foreign.arrays.items()} == written
    kinds = {name: str(array.dtype) for name, array in foreign.arrays.items()}
    assert kinds.pop("n") == "int64"
    assert kinds.pop("h") == "float16"
    assert set(kinds.values()) == {"float32"}


def packed(change: dict[str, bytes | None], method: int = zipfile.ZIP_STORED) -> bytes:
    """The same members with some changed, added or left out."""
    with zipfile.ZipFile(io.BytesIO(WRITTEN)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in (members | change).items():
            if data is not None:
                archive.writestr(name, data)
    return stream.getvalue()


def of(data: bytes) -> object:
    return plan(lambda offset, size: data[offset : offset + size], len(data))


def test_packed_again_by_another_program_it_is_the_same(written: dict[str, Any]) -> None:
    assert of(packed({})).slots.keys() == written.keys()


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    (
        ({"archive/data/0": None}, "whole", "storage 0 are missing"),
        ({"archive/data/0": b"1234"}, "whole", "is declared with 24 bytes and has 4"),
        ({"archive/data/9": b"1234"}, "whole", "data/9 belongs to none"),
        ({"archive/payload.py": b"1"}, "whole", "belongs to none"),
        ({"archive/code/a.py": b"1"}, "arrays only", "TorchScript"),
        ({"archive/byteorder": b"big"}, "plain numbers", "high byte"),
        ({"archive/data.pkl": None}, "known container", "not one of PyTorch's"),
        ({"other/data.pkl": b"N."}, "known container", "not one of PyTorch's"),
        ({"archive/data.pkl": b"}.."}, "whole", "bytes follow"),
        ({"archive/data.pkl": b"cos\nsystem\n."}, "arrays only", "names os.system"),
    ),
)
def test_members_that_do_not_belong(change: dict[str, bytes | None], rule: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        of(packed(change))
    assert caught.value.rule == rule


def test_storages_have_to_be_stored() -> None:
    with pytest.raises(Refusal, match="is packed"):
        of(packed({}, zipfile.ZIP_DEFLATED))


def test_a_changed_number_is_found(path: Path) -> None:
    changed = bytearray(WRITTEN)
    at = WRITTEN.index(b"\x00\x00\xa0\x40")  # 5.0
    changed[at + 2] ^= 1
    path.write_bytes(changed)
    with pytest.raises(Exception, match="another CRC-32") as caught:
        read_arrays(path)
    assert caught.value.received != caught.value.hint
