"""PyTorch's pickles, read by a machine of fewer than forty instructions that can call nothing."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from resnets.errors import printable
from resnets.weights.foreign import Refusal

STEPS = 300_000  # instructions; a residual net of 1,000 layers has some 200,000
TEXT = 10_000  # bytes of one string
DIGITS = 16  # bytes of one whole number

Rebuild = Callable[[tuple[Any, ...]], Any]

_WHOLE_MODULE = (
    "it may hold a whole module or the state of a training; where its code is, load it in PyTorch "
    "and save its arrays alone: `torch.save(model.state_dict(), file)`"
)


class Name:
    """A name of the allow-list, as a value: what it may rebuild, if anything."""

    def __init__(self, name: str, rebuild: Rebuild | None) -> None:
        self.name = name
        self.rebuild = rebuild


class Machine:
    """The stack, the memo and the instructions of one pickle.

    Python's own unpickler would look names up in modules, call them, and reserve what a file
    tells it to. Here a name is looked up in one table, and an instruction that is not below is
    refused: there is nothing to call with.

    Args:
        data: the bytes that the pickle begins.
        names: what may be named, as `module.name`; a function makes our stand-in from arguments.
        persistent: makes the stand-in of a storage from its persistent id.
        complete: kinds of our stand-ins that a file may give a state, which is not looked at.
    """

    def __init__(
        self,
        data: bytes,
        names: Mapping[str, Rebuild | None],
        persistent: Rebuild,
        complete: tuple[type, ...] = (),
    ) -> None:
        self._data = data
        self._at = 0
        self._names = names
        self._persistent = persistent
        self._complete = (dict, *complete)
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def run(self) -> tuple[Any, int]:
        """Read one value.

        Returns:
            The value, and where in the data it ends.

        Raises:
            Refusal: an instruction, a name or a size breaks a rule.
        """
        for _ in range(STEPS):
            code = self._take(1)
            if code == b".":
                value = self._pop()
                if self._stack or self._marks:
                    self._broken("values are left over at its end")
                return value, self._at
            instruction = _INSTRUCTIONS.get(code)
            if instruction is None:
                raise Refusal(
                    "arrays only",
                    f"its pickle has the instruction {code!r}, which no state dict needs",
                    received=printable(repr(code)),
                    hint=_WHOLE_MODULE,
                )
            instruction(self)
        raise Refusal("limits", f"its pickle has more than {STEPS} steps", received=STEPS)

    # --- bytes

    def _take(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            self._broken(f"it ends in the midst of {size} bytes")
        piece = self._data[self._at : self._at + size]
        self._at += size
        return piece

    def _skip(self, size: int) -> None:
        self._take(size)

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _line(self) -> str:
        end = self._data.find(b"\n", self._at, self._at + 300)
        if end < 0:
            self._broken("a name does not end")
        line = self._take(end - self._at)
        self._at += 1
        return line.decode("utf-8", "backslashreplace")

    def _text(self, size: int) -> str:
        if size > TEXT:
            raise Refusal("limits", f"its pickle has a text of {size} bytes", received=size)
        return self._take(size).decode("utf-8", "surrogateescape")

    # --- the stack

    def _broken(self, what: str) -> NoReturn:
        raise Refusal("whole", f"its pickle is not sound: {what}", received=f"byte {self._at}")

    def _pop(self) -> Any:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            self._broken("a value is missing")
        return self._stack.pop()

    def _since_mark(self) -> list[Any]:
        if not self._marks:
            self._broken("a mark is missing")
        mark = self._marks.pop()
        values = self._stack[mark:]
        del self._stack[mark:]
        return values

    def _top(self, kind: type) -> Any:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            self._broken("a value is missing")
        if type(self._stack[-1]) is not kind:
            self._broken(f"a value is no {kind.__name__}")
        return self._stack[-1]

    # --- instructions

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _mark(self) -> None:
        self._marks.append(len(self._stack))

    def _long(self) -> None:
        size = self._number("<B")
        if size > DIGITS:
            raise Refusal("limits", f"its pickle has a number of {size} bytes", received=size)
        self._push(int.from_bytes(self._take(size), "little", signed=True))

    def _tuple(self, size: int) -> None:
        self._push(tuple(reversed([self._pop() for _ in range(size)])))

    def _append(self) -> None:
        value = self._pop()
        self._top(list).append(value)

    def _appends(self) -> None:
        values = self._since_mark()
        self._top(list).extend(values)

    def _set(self, values: list[Any]) -> None:
        if len(values) % 2:
            self._broken("a key has no value")
        entries = self._top(dict)
        for key, value in zip(values[::2], values[1::2], strict=True):
            # A tuple of tuples of tuples takes for ever to hash, so no key is one.
            if type(key) not in (str, int):
                self._broken("a key is neither text nor a number")
            if key in entries:
                raise Refusal("names", "its pickle has a name twice", received=key)
            entries[key] = value

    def _set_one(self) -> None:
        value = self._pop()
        self._set([self._pop(), value])

    def _put(self, number: int) -> None:
        if not self._stack:
            self._broken("it keeps a value that is missing")
        self._memo[number] = self._stack[-1]

    def _get(self, number: int) -> None:
        if number not in self._memo:
            self._broken("it goes back to a value that it never kept")
        self._push(self._memo[number])

    def _global(self, module: Any, name: Any) -> None:
        full = f"{module}.{name}"
        if full not in self._names:
            raise Refusal(
                "arrays only",
                f"it names {full}, which would have to be called or built",
                received=full,
                hint=_WHOLE_MODULE,
            )
        self._push(Name(full, self._names[full]))

    def _stack_global(self) -> None:
        name = self._pop()
        self._global(self._pop(), name)

    def _reduce(self) -> None:
        arguments, callee = self._pop(), self._pop()
        if type(callee) is not Name or callee.rebuild is None or type(arguments) is not tuple:
            self._broken("it calls what cannot be called")
        self._push(callee.rebuild(arguments))

    def _build(self) -> None:
        self._pop()  # versions of layers, or what a parameter was trained with: no numbers
        value = self._pop()
        if type(value) not in self._complete:
            self._broken("it gives a state to what has none")
        self._push(value)

    def _persist(self) -> None:
        identity = self._pop()
        if type(identity) is not tuple:
            self._broken("a storage has no name")
        self._push(self._persistent(identity))


_INSTRUCTIONS: dict[bytes, Callable[[Machine], None]] = {
    b"\x80": lambda m: m._skip(1),  # protocol
    b"\x95": lambda m: m._skip(8),  # frame
    b"(": Machine._mark,
    b"}": lambda m: m._push({}),
    b"]": lambda m: m._push([]),
    b")": lambda m: m._push(()),
    b"t": lambda m: m._push(tuple(m._since_mark())),
    b"\x85": lambda m: m._tuple(1),
    b"\x86": lambda m: m._tuple(2),
    b"\x87": lambda m: m._tuple(3),
    b"a": Machine._append,
    b"e": Machine._appends,
    b"s": Machine._set_one,
    b"u": lambda m: m._set(m._since_mark()),
    b"N": lambda m: m._push(None),
    b"\x88": lambda m: m._push(True),
    b"\x89": lambda m: m._push(False),
    b"J": lambda m: m._push(m._number("<i")),
    b"K": lambda m: m._push(m._number("<B")),
    b"M": lambda m: m._push(m._number("<H")),
    b"\x8a": Machine._long,
    b"G": lambda m: m._push(m._number(">d")),
    b"X": lambda m: m._push(m._text(m._number("<I"))),
    b"\x8c": lambda m: m._push(m._text(m._number("<B"))),
    b"\x8d": lambda m: m._push(m._text(m._number("<Q"))),
    b"T": lambda m: m._push(m._text(m._number("<I"))),
    b"U": lambda m: m._push(m._text(m._number("<B"))),
    b"q": lambda m: m._put(m._number("<B")),
    b"r": lambda m: m._put(m._number("<I")),
    b"\x94": lambda m: m._put(len(m._memo)),
    b"h": lambda m: m._get(m._number("<B")),
    b"j": lambda m: m._get(m._number("<I")),
    b"c": lambda m: m._global(m._line(), m._line()),
    b"\x93": Machine._stack_global,
    b"R": Machine._reduce,
    b"b": Machine._build,
    b"Q": Machine._persist,
}
