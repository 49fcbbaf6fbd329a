"""Stage `sft` from rows to a checkpoint; killed, stopped, refused; alone and as two processes."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from inference.tests import tiny
from inference.wire import FENCE
from training.pipeline import models
from training.pipeline.schedule import schedule
from training.tests import runs

ROOT = Path(__file__).resolve().parents[2]


def rows(count: int) -> list[dict]:
    """Half in words, half with Python."""
    made = []
    for number in range(count):
        question = f"What is {number} + 3?"
        text = f"It is $\\boxed{{{number + 3}}}$."
        if number % 2:
            text = f"Let's see.\n```python\nprint({number} + 3)\n```{FENCE.output(str(number + 3))}{text}"
        made.append({"question": question, "mode": "tir" if number % 2 else "cot", "text": text})
    return made


@pytest.fixture(scope="module")
def common(tmp_path_factory):
    """What the runs share: a model, rows, and hyperparameters for them. 12 steps."""
    folder = tmp_path_factory.mktemp("sft")
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(16)))
    return {
        "model": tiny.save(folder / "tiny"),
        "rows": [data],
        "batch": 4,
        "per_device": 2,
        "learning_rate": 0.01,
        "save_steps": 2,
    }


@pytest.fixture(scope="module")
def unbroken(common, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    assert runs.finish(runs.start("sft", folder, **common)) == 0
    return folder


def test_it_learns_and_leaves_a_model_that_loads(unbroken):
    progress = runs.progress(unbroken)
    assert [row["done"] for row in progress] == list(range(1, 13))
    assert progress[-1]["loss"] < progress[0]["loss"] - 1
    assert {row["total"] for row in progress} == {12}
    assert progress[0]["learning_rate"] == 0.01 > progress[-1]["learning_rate"] > 7e-7
    assert all(row["tokens_a_second"] > 0 and row["memory_gb"] > 0 and row["eta"] >= 0 for row in progress)
    summary = runs.summary(unbroken)
    assert (summary["steps"], summary["rows"], summary["loss"]) == (12, 16, progress[-1]["loss"])
    model, tokenizer = models.load(summary["model"])
    assert (model.config.architectures, tokenizer.eos_token) == (["Qwen2ForCausalLM"], "<|im_end|>")
    assert sorted(path.name for path in (unbroken / "out").iterdir()) == ["DONE", "config.json", "model", "progress.jsonl"]


def test_a_stage_that_is_done_is_not_done_again(unbroken, common):
    before = (unbroken / "out" / "DONE").stat().st_mtime_ns
    assert runs.here("sft", unbroken, **common) == 0
    assert (unbroken / "out" / "DONE").stat().st_mtime_ns == before


def test_killed_again_and_again_it_comes_to_the_same_losses(unbroken, common, tmp_path):
    """Kills at random moments, the last of them while a checkpoint is being written."""
    moments = random.Random(0)
    kills = 0
    for step in (1, 4, 7, 9):
        process = runs.start("sft", tmp_path, **common)
        runs.wait_for(lambda step=step: len(runs.progress(tmp_path)) >= step, process)
        if kills == 3:
            folders = tmp_path / "out" / "checkpoints"
            known = set(folders.iterdir())
            runs.wait_for(lambda known=known, folders=folders: set(folders.iterdir()) - known, process)
        else:
            time.sleep(moments.random() * 0.1)
        process.kill()
        process.join()
        kills += process.exitcode == -signal.SIGKILL
    assert kills == 4
    assert runs.finish(runs.start("sft", tmp_path, **common)) == 0
    assert runs.losses(tmp_path) == runs.losses(unbroken)  # to every digit, and no step twice
    assert runs.summary(tmp_path)["loss"] == runs.summary(unbroken)["loss"]


@pytest.mark.parametrize("way", ["signal", "file"])
def test_asked_to_stop_it_ends_with_a_checkpoint_and_goes_on_from_there(unbroken, common, tmp_path, way):
    often = common | {"save_steps": 1000}
    process = runs.start("sft", tmp_path, **often)
    runs.wait_for(lambda: len(runs.progress(tmp_path)) >= 3, process)
    if way == "signal":
        process.terminate()
    else:
        (tmp_path / "out" / "STOP").touch()
    assert runs.finish(process) == 75
    done = len(runs.progress(tmp_path))
    [checkpoint] = (tmp_path / "out" / "checkpoints").iterdir()
    assert (checkpoint.name, (checkpoint / "COMPLETE").exists()) == (f"checkpoint-{done}", True)
    assert not (tmp_path / "out" / "DONE").exists()
    assert runs.finish(runs.start("sft", tmp_path, **often)) == 0
    assert runs.losses(tmp_path) == runs.losses(unbroken)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_what_is_called_whole_is_on_the_disk(common, tmp_path, monkeypatch):
    """A power cut keeps names and loses what was not yet written."""
    synced, unsafe, fsync, touch, replace = set(), [], os.fsync, Path.touch, Path.replace

    def files(folder):
        return {path.stat().st_ino for path in folder.rglob("*") if path.is_file()}

    def noted(descriptor):
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def checked(path, *others):
        if path.name == "COMPLETE" or path.is_dir():
            unsafe.extend(files(path.parent if path.name == "COMPLETE" else path) - synced)
        return (replace if others else touch)(path, *others)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "touch", checked)
    monkeypatch.setattr(Path, "replace", checked)
    assert runs.here("sft", tmp_path, **common | {"max_steps": 2}) == 0
    model = runs.summary(tmp_path)["model"]
    assert runs.here("export", tmp_path / "export", model=model, gguf=["F16"]) == 0
    gguf = tmp_path / "export" / "out" / "model-F16.gguf"
    assert not unsafe
    assert files(Path(model)) <= synced
    assert gguf.stat().st_ino in synced


def test_two_processes_come_to_the_losses_of_one(unbroken, common, tmp_path):
    """As torchrun starts them; the benchmark runs torchrun itself."""
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "OMP_NUM_THREADS": "1"}
    pair = [runs.start("sft", tmp_path, shared | {"RANK": rank, "LOCAL_RANK": rank}, **common) for rank in "01"]
    assert [runs.finish(process) for process in pair] == [0, 0]
    assert [step for step, _ in runs.losses(tmp_path)] == list(range(1, 13))
    assert [loss for _, loss in runs.losses(tmp_path)] == pytest.approx([loss for _, loss in runs.losses(unbroken)], abs=1e-4)


def test_an_adapter_is_merged_by_who_loads_it(common, tmp_path):
    assert runs.finish(runs.start("sft", tmp_path, **common | {"lora_rank": 4, "max_steps": 3})) == 0
    adapter = runs.summary(tmp_path)["adapter"]
    assert not (Path(adapter) / "model.safetensors").exists()
    base, merged = models.load(str(common["model"]))[0].state_dict(), models.load(adapter)[0].state_dict()
    assert merged.keys() == base.keys()
    changed = {name for name in base if not torch.equal(base[name], merged[name])}
    assert changed == {name for name in base if name.endswith("_proj.weight")}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"batch": 5}, r"batch: 5 rows do not divide into 1 process\(es\) with 2 row\(s\) at once"),
        ({"learning_rate": 0.0}, "learning_rate: 0.0 is not above 0"),
        ({"final_learning_rate": 0.1}, "final_learning_rate is not below learning_rate"),
        ({"model": "/no/such/model.gguf"}, "there is no such file"),
        ({"model": "/no/such/folder"}, "The model /no/such/folder cannot be loaded"),
        ({"max_length": 20}, "There is no row to train on .*nothing of the answer is within 20 tokens': 16"),
        ({"rows": ["/no/such/rows.jsonl"]}, "No such file or directory: '/no/such/rows.jsonl'"),
        ({"epoch": 3}, "Unknown in the config: epoch"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(common, tmp_path, capsys, change, reason):
    assert runs.here("sft", tmp_path, **common | change) == 2
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1
    assert re.search(reason, said)


def test_a_loss_that_is_no_number_ends_the_run_at_the_step(common, tmp_path):
    assert runs.finish(runs.start("sft", tmp_path, **common | {"learning_rate": 1e30, "max_grad_norm": 1e30})) == 2
    assert "is nan. Lower learning_rate" in runs.trouble(tmp_path)
    assert all(loss == loss for _, loss in runs.losses(tmp_path))


def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(unbroken, common, tmp_path):
    """A limit on the size of files stands in for the disk's end."""
    assert runs.finish(runs.start("sft", tmp_path, {"FILE_LIMIT": "20000"}, **common)) == 2
    assert "could not be written" in runs.trouble(tmp_path)
    assert runs.finish(runs.start("sft", tmp_path, **common)) == 0
    assert runs.losses(tmp_path) == runs.losses(unbroken)


def test_without_the_extra_it_says_what_to_install(common, tmp_path):
    """In an interpreter that does not see the libraries."""
    path = runs.config_file(tmp_path, common)
    hidden = "import sys, importlib.util as u; f = u.find_spec; u.find_spec = lambda n, *a: None if n in ('torch', 'trl') else f(n, *a)"
    code = f"{hidden}; from training.pipeline import sft, stage; sys.exit(stage.run(sft.Config, sft.work, [{str(path)!r}]))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr.strip()) == (
        2,
        "Training needs libraries that are not installed (torch, trl): scripts/environment --extra train",
    )


def test_a_schedule_is_whole_batches_of_permutations():
    lengths = [3, 1, 2, 5, 4]
    order = schedule(lengths, epochs=2, batch=4, seed=1)
    assert len(order) == 12  # ten rows, and two more for the last batch
    assert all(2 <= order.count(row) <= 3 for row in range(5))
    for step in range(0, 12, 4):
        assert [lengths[row] for row in order[step : step + 4]] == sorted((lengths[row] for row in order[step : step + 4]), reverse=True)
    assert order == schedule(lengths, epochs=2, batch=4, seed=1) != schedule(lengths, epochs=2, batch=4, seed=2)
    assert schedule(lengths, epochs=2, batch=4, seed=1, max_steps=1) == order[:4]
    assert len(schedule([1], epochs=0.5, batch=8, seed=0)) == 8


def test_a_row_of_less_weight_is_in_fewer_epochs():
    order = schedule([1, 1, 1], [1.0, 0.3, 1.0], epochs=1000, batch=23, seed=0)
    assert len(order) == 2300
    assert order.count(0) == pytest.approx(1000, abs=20)
    assert order.count(1) == pytest.approx(300, abs=50)
