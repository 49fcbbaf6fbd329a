"""What all stages share: a JSON config, a folder with progress that can be read meanwhile, and a mark at the end.

    python -m training.pipeline.STAGE config.json

A stage writes into the folder that its config calls `out`: its results, `progress.jsonl` (one object a line: `done` and `total` steps,
`time` in seconds since the epoch, and figures of its own), and at the very end `DONE`, a JSON object with its summary. Started again, it
goes on where it was; where DONE is there already, it does nothing. `config.json` in the folder is the config that it was begun with:
with another one the stage refuses to go on (fields marked as `free` may differ), and so does a second process meanwhile. It ends with
status 0 when it is done, 2 on a bad config or bad data, 75 when it was asked to stop (SIGTERM, Ctrl-C, or a file `STOP` in the folder)
and can be resumed; the reason is the last line on stderr and, once the work has begun, in `error.txt`.

Stages that train run as several processes too (`torchrun … -m training.pipeline.STAGE config.json`). Then the first one alone holds the
folder, and writes progress and DONE; torchrun itself ends with 0 or 1, so what has become of a stage stands in its folder.
"""

import dataclasses
import fcntl
import json
import os
import signal
import sys
import time
import types
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from training import rows

STOPPED = 75  # EX_TEMPFAIL of sysexits.h
BAD = 2
REPORT = 10.0  # seconds between entries of progress


class StageError(Exception):
    """The stage cannot run: bad config, bad data, no room. The text is one line for an administrator."""


class StopAsked(Exception):
    """The stage was asked to stop; what is written so far is kept."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StageConfig:
    """Base of the stages' configs. `out` is the stage's folder."""

    out: Path


def free[T](default: T) -> T:
    """A field that says how the work is done, not what comes out: another value may be given when a stage goes on."""
    field: T = dataclasses.field(default=default, metadata={"free": True})
    return field


def require(condition: bool, reason: str) -> None:
    """For a config's own checks. Raises `StageError`."""
    if not condition:
        raise StageError(reason)


class Folder:
    """A stage's folder. `leads` is whether this process is the only one, or the first of several that share the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.leads = int(os.environ.get("RANK", "0")) == 0  # torchrun sets it
        self._stop = False
        self._reported = -REPORT

    @property
    def summary(self) -> dict[str, Any] | None:
        """What DONE says; None while the stage is not done."""
        mark = self.path / "DONE"
        return json.loads(mark.read_text()) if mark.exists() else None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """No second process works in the folder meanwhile. Raises `StageError` where one does. A killed process holds nothing."""
        if not self.leads:
            yield
            return
        directory = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._lock(directory)
            yield
        finally:
            os.close(directory)

    def _lock(self, directory: int) -> None:
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StageError(f"Another process is working in {self.path}.") from error

    def claim(self, config: StageConfig) -> None:
        """Keep the config that the folder is begun with. Raises `StageError` where it was begun with another one."""
        if not self.leads:
            return
        path = self.path / "config.json"
        if not path.exists():
            rows.write_text(path, json.dumps(dataclasses.asdict(config), ensure_ascii=False, indent=1, default=str) + "\n")
            return
        try:
            begun = parse(type(config), json.loads(path.read_text()))
        except (ValueError, StageError) as error:
            raise StageError(f"{path}: {error}") from error
        fields = [field.name for field in dataclasses.fields(config) if field.name != "out" and not field.metadata.get("free")]
        if other := [name for name in fields if getattr(begun, name) != getattr(config, name)]:
            raise StageError(f"{self.path} was begun with another config ({', '.join(other)}). Choose another folder as “out”.")

    def progress(self, done: int, total: int, **figures: Any) -> None:  # noqa: ANN401
        if not self.leads:
            return
        with rows.Appender(self.path / "progress.jsonl") as file:
            file.add({"time": round(time.time(), 3), "done": done, "total": total, **figures})

    def report(self, done: int, total: int, **figures: Any) -> None:  # noqa: ANN401
        """`progress`, once in ten seconds and at the end; and `check_stop`."""
        self.check_stop()
        if time.monotonic() - self._reported >= REPORT or done == total:
            self._reported = time.monotonic()
            self.progress(done, total, **figures)

    @property
    def stop_asked(self) -> bool:
        return self._stop or (self.path / "STOP").exists()

    def check_stop(self) -> None:
        """Raises `StopAsked`. To be called at every point from which the stage can go on."""
        if self.stop_asked:
            raise StopAsked

    def ask_stop(self) -> None:
        self._stop = True

    def finish(self, summary: dict[str, Any]) -> None:
        if self.leads:
            rows.write_text(self.path / "DONE", json.dumps(summary, ensure_ascii=False, indent=1) + "\n")


def parse[C: StageConfig](kind: type[C], data: object) -> C:
    """A config from JSON values. Raises `StageError` on unknown, missing or ill-typed fields."""
    if not isinstance(data, dict):
        raise StageError("The config is not a JSON object.")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind)
    if unknown := sorted(data.keys() - fields.keys()):
        raise StageError(f"Unknown in the config: {', '.join(unknown)}. Known are: {', '.join(fields)}.")
    missing = [
        name
        for name, field in fields.items()
        if name not in data and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise StageError(f"Missing in the config: {', '.join(missing)}.")
    return kind(**{name: _value(value, hints[name], name) for name, value in data.items()})


def run[C: StageConfig](kind: type[C], work: Callable[[C, Folder], dict[str, Any]], arguments: list[str] | None = None) -> int:
    """The stage's main: read the config named on the command line, do `work`, mark the end; the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1:
        return _complain(f"Usage: python -m {_name()} config.json")
    try:
        config = parse(kind, json.loads(Path(arguments[0]).read_text()))
        folder = Folder(config.out)
    except (OSError, ValueError, RecursionError, StageError) as error:
        return _complain(f"{arguments[0]}: {error}")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: folder.ask_stop())
    try:
        with folder.locked():
            folder.claim(config)
            return 0 if folder.summary is not None else _run(config, folder, work)
    except (OSError, StageError) as error:
        return _complain(str(error))


def _run[C: StageConfig](config: C, folder: Folder, work: Callable[[C, Folder], dict[str, Any]]) -> int:
    trouble = folder.path / "error.txt"
    if folder.leads:
        trouble.unlink(missing_ok=True)
    try:
        folder.finish(work(config, folder))
    except StopAsked:
        (folder.path / "STOP").unlink(missing_ok=True)
        return STOPPED
    except (OSError, StageError, rows.RowError) as error:
        with suppress(OSError):  # a full disk may have no room for the reason either
            trouble.write_text(f"{error}\n")
        return _complain(str(error))
    return 0


def _name() -> str:
    spec = sys.modules["__main__"].__spec__
    return spec.name if spec else "training.pipeline.STAGE"


def _complain(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201
    return BAD


def _value(value: Any, hint: Any, name: str) -> Any:  # noqa: ANN401
    """`value` as the type that the field says, as far as JSON can tell types apart."""
    if isinstance(hint, types.UnionType):
        if value is None and type(None) in hint.__args__:
            return None
        hint = next(kind for kind in hint.__args__ if kind is not type(None))
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(item, inner[0], name) for item in value)
    if origin is dict and isinstance(value, dict):
        return {key: _value(item, inner[1], name) for key, item in value.items()}
    if hint is Path and isinstance(value, str):
        return Path(value)
    if hint is float and type(value) is int:
        return float(value)
    if origin is typing.Literal and value in inner:
        return value
    if hint is typing.Any or (origin is None and type(value) is hint):
        return value
    raise StageError(f"{name}: {value!r} is not what this field takes ({_kind(hint)}).")


def _kind(hint: Any) -> str:  # noqa: ANN401
    return hint.__name__ if isinstance(hint, type) and typing.get_origin(hint) is None else str(hint).replace("typing.", "")
