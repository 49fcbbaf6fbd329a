"""Stages of the loop that learns: files in, files out. `python -m training.pipeline.STAGE config.json`; see `stage`."""
