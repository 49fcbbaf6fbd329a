"""Recipes: the shipped ones are in order, and what is not is said."""

import pytest

from training import datasets, recipes, runs
from training.datasets import About
from training.models import ModelVersion
from training.recipes import RecipeError, expand

STAGE = {"name": "label", "kind": "label", "config": {"samples": ["x"]}}
GOOD = {"device": "cpu", "base": "smollm2", "problems": "p", "dev": "d", "stages": [STAGE]}


@pytest.mark.parametrize("name", sorted(path.stem for path in recipes.SHIPPED.glob("*.json")))
def test_the_shipped_recipes_are_in_order(name):
    recipe = recipes.load(name)
    assert recipe.about
    kinds = [stage.kind for stage in recipe.stages]
    assert {"sample", "label", "reward_model", "curate", "sft", "export", "evaluate"} <= set(kinds)
    [scored] = [stage.config["rows"] for stage in recipe.stages if stage.kind == "score"]
    assert "${thumbs}" in scored, "what readers found good is curated"
    assert "${judged}" not in scored, "students' own work is not"
    assert kinds.index("sample") < kinds.index("label") < kinds.index("curate") < kinds.index("sft") < kinds.index("export")


def test_what_has_no_value_is_left_out():
    values = {"run": "/r", "judged": None, "gguf": None}
    assert expand({"rows": ["${run}/a", "${judged}"], "gguf": "${gguf}", "n": 3}, values) == {"rows": ["/r/a"], "n": 3}
    with pytest.raises(RecipeError, match="nonsense"):
        expand("${nonsense}", values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"device": "abacus"}, "device"),
        ({"stages": []}, "a name of its own"),
        ({"stages": [STAGE, STAGE]}, "a name of its own"),
        ({"stages": [STAGE | {"name": "../label"}]}, "a name of its own"),
        ({"stages": [STAGE | {"kind": "os"}]}, "no stage os"),
        ({"stages": [STAGE | {"config": {"sampels": []}}]}, "sampels"),
        ({"stages": [STAGE | {"config": {"samples": ["${home}"]}}]}, "home"),
        ({"stages": [STAGE | {"colour": "red"}]}, "colour"),
        ({"stages": [STAGE | {"name": 5}]}, "5 is no text"),
        ({"stages": [STAGE | {"config": []}]}, "no JSON object"),
        ({"stages": [STAGE | {"processes": "2"}]}, "processes"),
        ({"base": None}, "None is no text"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused_before_it_begins(change, said):
    with pytest.raises(RecipeError, match=said):
        recipes.read("mine", GOOD | change)


def test_a_school_s_own_recipe_goes_before_ours(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with pytest.raises(RecipeError, match="no recipe mine"):
        recipes.load("mine")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "mine.json").write_text("{")
    with pytest.raises(RecipeError, match="mine.json"):
        recipes.load("mine")
    assert "mine" in recipes.names()


def test_a_model_without_a_file_for_the_engine_is_not_silently_another_one(db):
    """The stage that samples would fall back on the settings' model, and so would the one that measures."""
    base = ModelVersion.objects.create(name="hub", base="hub", checkpoint="Qwen/Qwen2.5-Math-1.5B-Instruct")
    with pytest.raises(runs.NoGguf):
        runs.create(recipes.load("cpu-demo"), base=base)
    assert runs.create(recipes.load("one-gpu"), base=base).state == "queued"


def test_a_dataset_with_too_few_problems_is_refused_at_once(place, db):
    """Reinforcement would refuse it, behind everything that comes before."""
    problems = [{"question": f"{number}+1?", "expected": str(number + 1)} for number in range(4)]
    few, enough = (datasets.keep(problems[:count], About(name="a", source="import")) for count in (3, 4))
    with pytest.raises(runs.TooFewProblems, match="takes 4 problems, and a, v1 has 3"):
        runs.create(recipes.load("cpu-demo"), datasets=[few])
    assert runs.create(recipes.load("cpu-demo"), datasets=[enough]).state == "queued"
    assert runs.create(recipes.load("multi-gpu"), datasets=[few]).state == "queued"  # it has no such stage
