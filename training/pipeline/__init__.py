"""Stages of the loop that learns: files in, files out. `python -m training.pipeline.STAGE config.json`; see `stage`."""

import os

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # or else TRL tells the hub of each training: of what, on which processors
