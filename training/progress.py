"""What a stage's folder says of how far it is; see `training.pipeline.stage`."""

import json
from pathlib import Path
from typing import Any

from grading.checking.reasons import Reason, template
from training import rows

TAIL = 65_536  # bytes read at a file's end
LINES = 200  # of a log, that a page shows
LINE = 500  # characters of one of them
POINTS = 240  # of a curve


def as_text(config: dict[str, Any]) -> str:
    return json.dumps(config, ensure_ascii=False, indent=1) + "\n"


def read(folder: Path, *, since: float = 0.0) -> dict[str, Any]:
    """`done`, `total`, `eta` and `latest` for a `RunStage`; nothing where there is no progress yet. The stage goes on `since` then: what an
    earlier process wrote, perhaps days ago, says nothing of the pace.
    """
    lines = tail(folder / "progress.jsonl").splitlines()
    found = [row for line in lines if (row := _row(line)) is not None]
    if not found:
        return {}
    last = found[-1]
    return {"done": last["done"], "total": last["total"], "eta": _eta([row for row in found if row["time"] >= since]), "latest": last}


def summary(folder: Path) -> dict[str, Any] | None:
    """What DONE says; None while the stage is not done."""
    path = folder / "DONE"
    return json.loads(path.read_text()) if path.exists() else None


def trouble(folder: Path, log: Path, status: int) -> Reason:
    """Why a stage ended, in one line; its gap `stage` the caller fills."""
    said = (folder / "error.txt").read_text().strip() if (folder / "error.txt").exists() else ""
    if said:
        return Reason("{stage}: {said}", {"said": said.splitlines()[0]})
    if status == -9:
        return Reason(template("{stage}: It was killed (signal 9). Is the memory full?"))
    lines = [line.strip() for line in tail(log).splitlines() if line.strip()]
    if lines:
        return Reason("{stage}: {said}", {"said": lines[-1][:LINE]})
    return Reason(template("{stage}: It ended with status {status} and said nothing."), {"status": str(status)})


def log_tail(path: Path) -> str:
    """The last lines of a log, whatever bytes are in them; of a bar that was drawn over and over, its last state."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in tail(path).rstrip("\n").split("\n")]
    return "\n".join(line[:LINE] for line in lines[-LINES:])


def tail(path: Path) -> str:
    """The end of a file; "" where it is not there."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL))
            return file.read(TAIL).decode(errors="replace")
    except FileNotFoundError:
        return ""


def curves(folder: Path, names: tuple[str, ...]) -> dict[str, list[tuple[float, float]]]:
    """(step, value) of the figures that the stage's progress has, at most about `POINTS` of each. Raises `RowError`."""
    path = folder / "progress.jsonl"
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for row in rows.read(path) if path.exists() else ():
        for name in names:
            if isinstance(value := row.get(name), int | float) and not isinstance(value, bool):
                found[name].append((row["done"], value))
    return {name: _thinned(points) for name, points in found.items() if len(points) > 1}


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Every so-maniest, and the last."""
    step = -(-len(points) // POINTS)
    kept = points[::step]
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def _row(line: str) -> dict[str, Any] | None:
    """None for what is being written, or was cut off where `tail` begins."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and {"done", "total", "time"} <= row.keys() else None


def _eta(found: list[dict[str, Any]]) -> float | None:
    """The stage's own estimate, or from the pace of what can be seen."""
    if not found:
        return None
    first, last = found[0], found[-1]
    if isinstance(last.get("eta"), int | float):
        return float(last["eta"])
    steps, seconds = last["done"] - first["done"], last["time"] - first["time"]
    if last["done"] >= last["total"]:
        return 0.0
    return round(seconds / steps * (last["total"] - last["done"]), 1) if steps > 0 and seconds > 0 else None
