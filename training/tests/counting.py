"""A stage for the tests of what all stages share: it counts to `to`, a number a row, and waits for a file `go` at `pause_at`."""

import sys
import time
from dataclasses import dataclass
from typing import Literal

from training import rows
from training.pipeline import stage
from training.pipeline.stage import StageConfig, StageError, free, require


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    to: int
    pause_at: int = free(-1)
    step: float = 1.0
    colours: tuple[Literal["red", "blue"], ...] = ()
    shares: dict[str, float] | None = None

    def __post_init__(self):
        require(self.to >= 0, "to: it begins at 0.")


def work(config, folder):
    out = folder.path / "numbers.jsonl"
    with rows.Appender(out) as file:
        for number in range(rows.count(out), config.to):
            if number == config.pause_at:
                (folder.path / "paused").touch()
                while not folder.stop_asked and not (folder.path / "go").exists():
                    time.sleep(0.01)
            folder.report(number, config.to)
            if number == 13:
                raise StageError("13 is an unlucky number.")
            file.add({"number": number, "text": "x" * 1000})
    return {"numbers": config.to}


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
