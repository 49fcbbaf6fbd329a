"""What all stages share, on a stage that counts: as a process, asked to stop, killed, started twice, without room."""

import json
import signal
import subprocess
import sys
import time

import pytest

from training.pipeline import stage
from training.pipeline.stage import Folder, StageError, StopAsked, parse
from training.tests import counting
from training.tests.stages import finish, read, run, run_until_killed, start


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def numbers(out):
    return [row["number"] for row in read(out / "numbers.jsonl")]


def paused(process, out):
    """The stage's process, once it waits."""
    end = time.monotonic() + 60
    while not (out / "paused").exists():
        assert process.poll() is None, finish(process)
        assert time.monotonic() < end
        time.sleep(0.01)
    return process


def test_a_stage_does_its_work_once(out):
    assert run(counting, out, to=5) == (0, "")
    assert numbers(out) == [0, 1, 2, 3, 4]
    assert json.loads((out / "DONE").read_text()) == {"numbers": 5}
    assert [(row["done"], row["total"]) for row in read(out / "progress.jsonl")] == [(0, 5)]
    (out / "numbers.jsonl").unlink()
    assert run(counting, out, to=5) == (0, "")
    assert not (out / "numbers.jsonl").exists()


@pytest.mark.parametrize("ask", ["SIGTERM", "SIGINT", "STOP"])
def test_a_stage_that_is_asked_to_stop_goes_on_later(out, ask):
    process = paused(start(counting, out, to=5, pause_at=3), out)
    if ask == "STOP":
        (out / "STOP").touch()
    else:
        process.send_signal(getattr(signal, ask))
    assert finish(process) == (stage.STOPPED, "")
    assert numbers(out) == [0, 1, 2]
    assert not (out / "DONE").exists()
    assert not (out / "STOP").exists()
    assert run(counting, out, to=5) == (0, "")
    assert numbers(out) == [0, 1, 2, 3, 4]


def test_a_stage_that_is_killed_again_and_again(out):
    for number in (1, 4, 2, 3):  # of the writes since it was started: a row's, a progress entry's
        assert not run_until_killed(counting, out, "write", number, to=6)
    assert not run_until_killed(counting, out, "fsync", 1, to=6)
    assert not run_until_killed(counting, out, "replace", 1, to=6)
    assert run(counting, out, to=6) == (0, "")
    assert numbers(out) == [0, 1, 2, 3, 4, 5]
    assert all(row["total"] == 6 for row in read(out / "progress.jsonl"))


def test_two_processes_do_not_work_in_one_folder(out):
    first = paused(start(counting, out, to=5, pause_at=3), out)
    assert run(counting, out, to=5) == (stage.BAD, f"Another process is working in {out}.\n")
    first.kill()
    finish(first)
    assert run(counting, out, to=5) == (0, "")
    assert numbers(out) == [0, 1, 2, 3, 4]


def test_of_torchruns_processes_the_first_alone_holds_the_folder_and_ends_it(out):
    first = paused(start(counting, out, to=5, pause_at=3), out)
    assert finish(start(counting, out, environment={"RANK": "1"}, to=3)) == (0, "")
    assert not (out / "DONE").exists()
    assert len(read(out / "progress.jsonl")) == 1
    (out / "go").touch()
    assert finish(first) == (0, "")
    assert (out / "DONE").exists()


@pytest.mark.parametrize("done", [False, True])
def test_a_folder_belongs_to_the_config_that_it_was_begun_with(out, done):
    if done:
        run(counting, out, to=3)
    else:
        run_until_killed(counting, out, "write", 2, to=3)
    reason = f"{out} was begun with another config (to, step). Choose another folder as “out”.\n"
    assert run(counting, out, to=4, step=2) == (stage.BAD, reason)
    assert run(counting, out, to=3, pause_at=-2, colours=[]) == (0, "")
    assert numbers(out) == [0, 1, 2]


def test_a_stage_that_fails_says_why_and_can_go_on(out):
    assert run(counting, out, to=15) == (stage.BAD, "13 is an unlucky number.\n")
    assert (out / "error.txt").read_text() == "13 is an unlucky number.\n"
    assert len(numbers(out)) == 13
    run(counting, out, to=15)
    assert len(numbers(out)) == 13


def test_on_a_full_disk_a_stage_keeps_what_it_has(out):
    limited = ["prlimit", "--fsize=5000", sys.executable, "-m", counting.__name__]
    status, said = finish(start(counting, out, before=limited, to=8))
    assert (status, said) == (stage.BAD, "[Errno 27] File too large\n")
    assert numbers(out) == [0, 1, 2, 3]
    assert run(counting, out, to=8) == (0, "")
    assert numbers(out) == list(range(8))
    assert not (out / "error.txt").exists()


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("{", "Expecting property name"),
        ("[" * 100_000, "maximum recursion depth|Recursion"),
        ("[]", "The config is not a JSON object."),
        ("{}", "Missing in the config: out, to."),
        ('{"out": "x", "to": 1, "two": 2}', "Unknown in the config: two. Known are: out, to, pause_at, step, colours, shares."),
        ('{"out": "x", "to": "1"}', "to: '1' is not what this field takes (int)."),
        ('{"out": "x", "to": true}', "to: True is not what this field takes (int)."),
        ('{"out": "x", "to": 1.5}', "to: 1.5 is not what this field takes (int)."),
        ('{"out": 5, "to": 1}', "out: 5 is not what this field takes (Path)."),
        ('{"out": "x", "to": 1, "step": "fast"}', "step: 'fast' is not what this field takes (float)."),
        ('{"out": "x", "to": 1, "colours": ["red", "green"]}', "colours: 'green' is not what this field takes (Literal['red', 'blue'])."),
        ('{"out": "x", "to": 1, "colours": "red"}', "colours: 'red' is not what this field takes"),
        ('{"out": "x", "to": 1, "shares": {"a": "b"}}', "shares: 'b' is not what this field takes (float)."),
        ('{"out": "x", "to": -1}', "to: it begins at 0."),
        ('{"out": "/dev/null/x", "to": 1}', "Not a directory"),
    ],
)
def test_a_bad_config(tmp_path, capsys, monkeypatch, config, reason):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(config)
    assert stage.run(counting.Config, counting.work, [str(path)]) == stage.BAD
    said = capsys.readouterr().err
    assert said.startswith(f"{path}: ")
    assert said.count("\n") == 1
    assert any(each in said for each in reason.split("|"))


def test_no_config(tmp_path, capsys):
    assert stage.run(counting.Config, counting.work, []) == stage.BAD
    assert stage.run(counting.Config, counting.work, ["a", "b"]) == stage.BAD
    assert stage.run(counting.Config, counting.work, [str(tmp_path / "none.json")]) == stage.BAD
    usage, _, missing = capsys.readouterr().err.splitlines()
    assert usage.startswith("Usage: python -m ")
    assert "none.json: [Errno 2] No such file" in missing


def test_values_of_a_config():
    config = parse(counting.Config, {"out": "x", "to": 3, "step": 2, "colours": ["blue", "red"], "shares": {"a": 1}})
    assert (config.step, config.colours, config.shares) == (2.0, ("blue", "red"), {"a": 1.0})
    assert parse(counting.Config, {"out": "x", "to": 3, "shares": None}).shares is None


def test_a_folder_whose_config_is_broken(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(StageError, match=r"config\.json: Expecting"):
        Folder(tmp_path).claim(counting.Config(out=tmp_path, to=1))


def test_progress_is_reported_now_and_then_and_at_the_end(tmp_path):
    folder = Folder(tmp_path)
    for done in range(1, 1_001):
        folder.report(done, 1_000, colour="red")
    entries = read(tmp_path / "progress.jsonl")
    assert [(entry["done"], entry["colour"]) for entry in entries] == [(1, "red"), (1_000, "red")]
    assert abs(entries[0]["time"] - time.time()) < 60
    folder.ask_stop()
    with pytest.raises(StopAsked):
        folder.report(1, 1_000)


def test_no_training_is_reported_to_the_hub(monkeypatch):
    monkeypatch.delenv("HF_HUB_DISABLE_TELEMETRY", raising=False)
    told = "import training.pipeline.stage, huggingface_hub.constants as hub; print(hub.HF_HUB_DISABLE_TELEMETRY)"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "True\n"
