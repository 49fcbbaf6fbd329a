"""What a finished run leaves: its model with card, files and evaluations, beside the model that it began with."""

import json
from pathlib import Path

import pytest

from accounts.models import User
from training import datasets, gate, recipes, registry, rows, runs
from training.models import Alias, Dataset, ModelVersion, Run
from training.tests.test_gate import AFTER, BEFORE, transcripts

pytestmark = pytest.mark.django_db


def measure(run, name, model, right, problems):
    """A stage `evaluate` as it leaves its folder."""
    stage = run.stages.get(name=name)
    stage.folder.mkdir(parents=True)
    transcripts(stage.folder / "transcripts.jsonl", right)
    config = {"out": str(stage.folder), "problems": str(problems), "gguf": model, "n": 1}
    (run.folder / f"{name}.json").write_text(json.dumps(config))
    run.stages.filter(pk=stage.pk).update(state="done", figures={"greedy": {"value": 50.0, "interval": [40.0, 60.0]}, "n": 1})


@pytest.fixture
def run(place):
    run = runs.create(recipes.load("cpu-demo"))
    file = place / "new.gguf"
    file.write_bytes(b"GGUF")
    figures = {"Q8_0": {"file": str(file), "bytes": 4}, "model": str(place / "model")}
    run.stages.filter(name="export").update(state="done", figures=figures)
    curate = run.stages.get(name="curate")
    curate.folder.mkdir(parents=True)
    rows.write(curate.folder / "train.jsonl", [{"id": "a", "problem": "1?", "expected": "1", "mode": "cot", "text": "It is 1."}])
    dev = place / "dev.jsonl"
    rows.write(dev, [{"id": "a", "question": "1?", "expected": "1"}])
    base = str(registry.weights.directory() / registry.weights.SMOLLM2.file)
    measure(run, "evaluate-before", base, BEFORE, dev)
    measure(run, "evaluate", str(file), AFTER, dev)
    return run


def test_a_model_is_kept_with_what_was_measured(run):
    version = registry.register(run)
    assert registry.register(run) == version  # twice does no harm
    assert ModelVersion.objects.count() == 2
    assert (version.name, version.run, version.parent.name) == (f"cpu-demo-{run.number}", run, "SmolLM2-135M-Instruct.Q4_1")
    assert version.gguf.endswith("new.gguf")
    assert Alias.objects.get(name="candidate").version == version
    [compared] = gate.open_gate(version.parent, version).sets
    assert (compared.name, len(compared.paired.fixed), len(compared.paired.broke)) == ("dev", 2, 1)
    [evaluation] = version.evaluations.values()
    assert evaluation["figures"]["greedy"] == {"value": 50.0, "interval": [40.0, 60.0]}
    assert "greedy 50.0 % [40.0, 60.0]" in version.card
    assert "cpu-demo" in version.card
    assert ModelVersion.objects.get(pk=version.pk).card == version.card
    assert [dataset.rows for dataset in run.curated.all()] == [1]


def test_a_measured_dataset_is_called_by_its_name(run):
    dataset = datasets.keep([{"question": "1?", "expected": "1"}], datasets.About(name="ours", source=Dataset.Source.IMPORT))
    config = run.folder / "evaluate.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"problems": str(dataset.file)}))
    [evaluation] = registry.register(run).evaluations.values()
    assert evaluation["name"] == "ours, v1"


def test_a_deleted_model_takes_its_run_along(run):
    version = registry.register(run)
    with pytest.raises(registry.StillNeeded):
        registry.delete(version)  # its run is not over
    runs.cancel(run)
    [measured] = [Path(each["transcripts"]) for each in version.evaluations.values()]
    assert measured.exists()
    registry.delete(ModelVersion.objects.get(pk=version.pk))
    assert not run.folder.exists()
    assert not measured.exists()
    assert [each.run for each in ModelVersion.objects.all()] == [None]
    assert not Run.objects.exists()


def test_a_model_says_what_was_deleted_of_the_models_before_it(run, place, client_of):
    first = registry.register(run)
    child = ModelVersion.objects.create(name="child", base="x", parent=first, run=runs.create(recipes.load("cpu-demo"), base=first))
    Path(child.run.folder).mkdir(parents=True)
    child.checkpoint = str(child.run.folder)
    child.save()
    Alias.objects.create(name="champion", version=child)
    assert (child.data_deleted, registry.trainable_champion()) == (False, child)
    Run.objects.filter(pk=run.pk).update(data_deleted=True)
    child = ModelVersion.objects.get(pk=child.pk)
    assert (child.data_deleted, registry.trainable_champion()) == (True, None)
    admin = User.objects.create(username="ada", role=User.Role.ADMIN)
    assert "or one that it was trained from, learnt from was deleted" in client_of(admin).get(f"/training/models/{child.pk}/").text
    assert "child (learnt from what was deleted since)" in client_of(admin).get("/training/").text
    for each in (run, child.run):
        runs.cancel(each)
    registry.delete(ModelVersion.objects.get(pk=first.pk))
    assert ModelVersion.objects.get(pk=child.pk).data_deleted
