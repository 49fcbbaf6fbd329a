"""Two models on the same problems: what was fixed, what was broken, and which of them serves then."""

import json

import pytest

from accounts.models import User
from training import gate, recipes, registry, rows, runs
from training.evaluation.intervals import tango
from training.evaluation.paired import NotComparable, compare
from training.evaluation.transcripts import read
from training.models import Alias, ModelVersion, Promotion
from tutor import serving


def transcripts(path, right, *, greedy=True):
    """A file in which a model has these problems right (True) or wrong, by id."""

    def response(is_right):
        return {"answer": "7" if is_right else "8", "text": "so", "correct": is_right}

    found = []
    for name, is_right in right.items():
        row = {"id": name, "question": f"Question {name}?", "expected": "7", "candidates": [response(not is_right if greedy else is_right)]}
        found.append(row | ({"greedy": response(is_right)} if greedy else {}))
    rows.write(path, found)
    return path


BEFORE = {"a": True, "b": True, "c": False, "d": False, "e": True, "f": False, "not judged": None, "only before": True}
AFTER = {"a": True, "b": False, "c": True, "d": True, "e": True, "f": False, "not judged": True, "only after": True}


def test_fixed_and_broke_are_counted_by_hand(tmp_path):
    paired = compare(read(transcripts(tmp_path / "1", BEFORE)), read(transcripts(tmp_path / "2", AFTER)))
    assert (paired.fixed, paired.broke, paired.problems) == (("c", "d"), ("b",), 6)
    assert (paired.before, paired.after) == (3 / 6, 4 / 6)
    assert (paired.low, paired.high) == tango(2, 1, 6)
    assert paired.low <= paired.difference <= paired.high
    assert not paired.worse


def test_worse_is_what_chance_does_not_explain(tmp_path):
    many = [str(number) for number in range(40)]
    good = read(transcripts(tmp_path / "1", dict.fromkeys(many, True)))
    bad = read(transcripts(tmp_path / "2", {name: int(name) >= 20 for name in many}))
    assert compare(good, bad).worse
    assert not compare(bad, good).worse
    assert not compare(good, good).worse
    assert compare(good, good).high == -compare(good, good).low == pytest.approx(0.0876, abs=1e-4)  # 40 problems are not all there are


def test_without_greedy_responses_the_first_decides(tmp_path):
    paired = compare(read(transcripts(tmp_path / "1", BEFORE, greedy=False)), read(transcripts(tmp_path / "2", AFTER)))
    assert paired.before == 3 / 6
    assert paired.after == 2 / 6  # the greedy ones are others


def test_nothing_in_common_is_not_compared(tmp_path):
    with pytest.raises(NotComparable):
        compare(read(transcripts(tmp_path / "1", {"a": True})), read(transcripts(tmp_path / "2", {"b": True})))


# --- The gate and the registry --------------------------------------------------------------------------------------------

SETTINGS = {"problems": "dev.jsonl", "mode": "cot", "tokens": 100}


def version(folder, name, right=None, **settings):
    """A model with a file, measured on a set."""
    file = folder / f"{name}.gguf"
    file.write_bytes(b"GGUF")
    evaluations = {}
    if right is not None:
        path = transcripts(folder / f"{name}.jsonl", right)
        evaluations["sha"] = {"name": "dev", "transcripts": str(path), "figures": {}, "config": SETTINGS | settings}
    return ModelVersion.objects.create(name=name, base="base", gguf=str(file), checkpoint=str(folder), evaluations=evaluations)


@pytest.mark.django_db
def test_the_gate_lists_what_the_candidate_broke(tmp_path):
    opened = gate.open_gate(version(tmp_path, "old", BEFORE), version(tmp_path, "new", AFTER))
    [compared] = opened.sets
    assert (len(compared.paired.fixed), len(compared.paired.broke)) == (2, 1)
    [broken] = compared.broken
    assert (broken.id, broken.question, broken.expected, broken.before, broken.after) == ("b", "Question b?", "7", "7", "8")
    assert opened.as_json["sets"][0]["fixed"] == 2
    assert not opened.trouble


@pytest.mark.django_db
def test_what_was_measured_otherwise_is_not_compared(tmp_path):
    old, new = version(tmp_path, "old", BEFORE), version(tmp_path, "new", AFTER, tokens=200)
    opened = gate.open_gate(old, new)
    assert opened.sets == ()
    assert "other settings" in opened.trouble[0]
    (tmp_path / "old.jsonl").unlink()
    assert gate.open_gate(old, version(tmp_path, "newer", AFTER)).sets == ()


@pytest.mark.django_db
def test_problems_that_a_model_was_trained_on_are_counted(place, tmp_path):
    """Its own, and those of the model that it was trained from; written a little otherwise, too."""
    first, new = (trained(place, tmp_path / name, name, question) for name, question in (("first", "Question a?"), ("new", "question  C")))
    new.parent = first
    [compared] = gate.open_gate(version(tmp_path, "old", BEFORE), new).sets
    assert (compared.learnt, compared.learnt_before) == (2, 0)
    [other_way] = gate.open_gate(first, new).sets
    assert (other_way.learnt, other_way.learnt_before) == (2, 1)
    (tmp_path / "new" / "problems.jsonl").write_text("no row\n")
    [unread] = gate.open_gate(version(tmp_path, "older", BEFORE), new).sets
    assert unread.learnt == 0


def trained(place, folder, name, question):
    """A model that a run has fine-tuned on one problem."""
    folder.mkdir()
    recipe = {"device": "cpu", "base": "smollm2", "problems": "p", "dev": "d"}
    stages = [{"name": "grpo", "kind": "grpo", "config": {"model": "m", "problems": ["p"], "weight": 0.0}}]
    run = runs.create(recipes.read("small", recipe | {"stages": stages}))
    run.folder.mkdir(parents=True)
    rows.write(folder / "problems.jsonl", [{"question": question, "expected": "7"}])
    (run.folder / "grpo.json").write_text(json.dumps({"problems": [str(folder / "problems.jsonl")]}))
    made = version(folder, name, AFTER)
    made.run = run
    return made


@pytest.mark.django_db
def test_promotions_are_taken_back_one_by_one(tmp_path, settings):
    settings.ENGINE_URL = ""
    admin = User.objects.create(username="ada", role="admin")
    first, second = version(tmp_path, "first"), version(tmp_path, "second")
    Alias.objects.create(name="candidate", version=first)
    assert serving.wanted() == serving.Served()
    promotion = registry.promote(first, by=admin, why="better", evidence={"sets": []})
    assert (promotion.by, promotion.why, promotion.evidence) == (admin, "better", {"sets": []})
    assert registry.champion() == first
    assert not Alias.objects.filter(name="candidate").exists()
    assert serving.wanted() == serving.Served("first", first.gguf)
    with pytest.raises(registry.ServesAlready):
        registry.promote(first, by=admin)
    registry.promote(second, by=admin)
    with pytest.raises(registry.StillNeeded):
        registry.delete(second)
    assert registry.roll_back(by=admin).after == first
    assert registry.roll_back(by=admin).after is None
    assert registry.champion() is None
    assert serving.wanted() == serving.Served()
    with pytest.raises(registry.NothingBefore):
        registry.roll_back(by=admin)
    said = [(each.before_name, each.after_name, each.rollback) for each in Promotion.objects.order_by("pk")]
    own = registry.settings_model()
    assert said == [(own, "first", False), ("first", "second", False), ("second", "first", True), ("first", own, True)]


@pytest.mark.django_db
def test_a_model_whose_file_is_gone_is_not_served(tmp_path, settings):
    settings.ENGINE_URL = ""
    gone = version(tmp_path, "gone")
    (tmp_path / "gone.gguf").unlink()
    with pytest.raises(registry.NoFile):
        registry.promote(gone, by=None)
    assert serving.wanted() == serving.Served()
    assert not Promotion.objects.exists()


@pytest.mark.django_db
def test_nobody_goes_back_to_a_model_that_is_gone(tmp_path, settings):
    settings.ENGINE_URL = ""
    first, second = version(tmp_path, "first"), version(tmp_path, "second")
    registry.promote(first, by=None)
    registry.promote(second, by=None)
    (tmp_path / "first.gguf").unlink()
    with pytest.raises(registry.NoFile):
        registry.roll_back(by=None)
    first.delete()
    with pytest.raises(registry.BeforeGone):
        registry.roll_back(by=None)
    assert registry.champion() == second


@pytest.mark.django_db
def test_a_server_needs_no_file_here(tmp_path, settings):
    settings.ENGINE_URL = "http://127.0.0.1:9/v1"
    first, second = version(tmp_path, "first"), version(tmp_path, "second")
    for each in (first, second):
        (tmp_path / f"{each.name}.gguf").unlink()
        registry.promote(each, by=None)
    assert registry.roll_back(by=None).after == first


@pytest.mark.django_db
def test_models_stand_below_what_they_were_trained_from(tmp_path):
    base, child, other = (version(tmp_path, name) for name in ("base", "child", "other"))
    grandchild = version(tmp_path, "grandchild")
    ModelVersion.objects.filter(pk=child.pk).update(parent=base)
    ModelVersion.objects.filter(pk=grandchild.pk).update(parent=child)
    found = registry.lineage_of(ModelVersion.objects.all())
    assert found.index((child, 1)) == found.index((base, 0)) + 1
    assert found.index((grandchild, 2)) == found.index((child, 1)) + 1
    assert (other, 0) in found
