"""Recipes: which stages a run has, one after another, with their settings.

A recipe is a JSON file, `{"device", "base", "stages": [{"name", "kind", "config", "processes"}]}`. `base` is a model that
`inference.weights` knows, a folder, a file or a name on the hub. In a stage's config `${name}` stands for what is known only when the run
begins:

    ${run}         the run's folder; a stage's is ${run}/NAME        ${recipes}  the folder of the shipped recipes
    ${checkpoint}  the base model, to be trained                      ${gguf}     its file for the embedded engine, where it has one
    ${problems}    the problems that were chosen, or the recipe's     ${dev}      the problems that nothing is trained on
    ${judged}      solutions that people judged, where any are chosen; an entry of a list, or a field, without a value is left out
    ${thumbs}      the same, where they are the tutor's own, judged by their readers: only such may be curated
    ${name}        the new model's name
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from training.pipeline import grpo
from training.pipeline.stage import StageError, parse

SHIPPED = Path(__file__).resolve().parent / "recipes"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
VARIABLE = re.compile(r"\$\{(\w+)\}")
KINDS = (
    "evolve dedup split sample label difficulty decontaminate score curate reward_model sft grpo verl export evaluate".split()  # noqa: SIM905
)
ABOUT: dict[str, str | Promise] = {
    "cpu-demo": _("All stages on two processor cores, with a very small model: to see the loop at work."),
    "one-gpu": _("Qwen2.5-Math-1.5B on one GPU."),
    "multi-gpu": _("Qwen2.5-Math-7B on the eight GPUs of one machine."),
    "multi-node": _(
        "As multi-gpu, and then the files and the command for reinforcement by verl on several machines, which you run yourself."
    ),
}


class RecipeError(Exception):
    """The recipe cannot be used; the text is one line for an administrator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stage of a recipe. With `processes`, torchrun starts so many."""

    name: str
    kind: str
    config: dict[str, Any]
    processes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    name: str
    device: str
    base: str
    problems: str
    dev: str
    stages: tuple[Step, ...]

    @property
    def about(self) -> str:
        return str(ABOUT.get(self.name, ""))

    @property
    def needs_gguf(self) -> bool:
        """Whether a stage asks the model as the embedded engine reads it. Without the file, it would ask another one."""
        return any("${gguf}" in str(stage.config) for stage in self.stages)

    @property
    def least_problems(self) -> int:
        """How many of the chosen problems a step of reinforcement takes. That stage comes late, and can do nothing with fewer."""
        configs = [stage.config for stage in self.stages if stage.kind == "grpo" and "${problems}" in stage.config.get("problems", ())]
        return max((each.get("batch", grpo.Config.batch) // each.get("responses", grpo.Config.responses) for each in configs), default=1)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"stages": [asdict(stage) for stage in self.stages]}


def folders() -> tuple[Path, ...]:
    """Where recipes lie: ours, and a school's own, which go before."""
    return settings.VAR_DIR / "recipes", SHIPPED


def names() -> list[str]:
    return sorted({path.stem for folder in folders() for path in folder.glob("*.json")})


def load(name: str) -> Recipe:
    """Raises `RecipeError`."""
    if not NAME.fullmatch(name):
        raise RecipeError(f"{name!r} is no name of a recipe.")
    path = next((path for folder in folders() if (path := folder / f"{name}.json").is_file()), None)
    if path is None:
        raise RecipeError(f"There is no recipe {name}. There are: {', '.join(names())}.")
    try:
        return read(name, json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise RecipeError(f"{path}: {error}") from error


def read(name: str, data: Any) -> Recipe:  # noqa: ANN401 (JSON)
    """A recipe from JSON values, with every stage's settings checked. Raises `RecipeError`."""
    try:
        stages = tuple(Step(**stage) for stage in data["stages"])
        known = {key: data[key] for key in ("device", "base", "problems", "dev")}
        recipe = Recipe(name=name, stages=stages, **known)
    except (TypeError, KeyError) as error:
        raise RecipeError(f"The recipe {name} is not in order: {error}") from error
    _check_types(recipe)
    _check(recipe)
    return recipe


def _check_types(recipe: Recipe) -> None:
    """What people write by hand may be anything."""
    texts = [recipe.device, recipe.base, recipe.problems, recipe.dev]
    texts += [text for stage in recipe.stages for text in (stage.name, stage.kind)]
    if wrong := [text for text in texts if not isinstance(text, str)]:
        raise RecipeError(f"{recipe.name}: {wrong[0]!r} is no text.")
    for stage in recipe.stages:
        if not isinstance(stage.config, dict):
            raise RecipeError(f"{recipe.name}, {stage.name}: the config is no JSON object.")
        if type(stage.processes) is not int or stage.processes < 1:
            raise RecipeError(f"{recipe.name}, {stage.name}: processes is a number from 1 on, not {stage.processes!r}.")


def _check(recipe: Recipe) -> None:
    if recipe.device not in ("cpu", "gpu"):
        raise RecipeError(f"{recipe.name}: device is “cpu” or “gpu”, not {recipe.device!r}.")
    taken = [stage.name for stage in recipe.stages]
    if not taken or len(set(taken)) < len(taken) or not all(map(NAME.fullmatch, taken)):
        raise RecipeError(f"{recipe.name}: each stage has a name of its own, of small letters, digits, - and _.")
    values = dict.fromkeys(("run", "recipes", "checkpoint", "gguf", "problems", "dev", "judged", "thumbs", "name"), "x")
    for stage in recipe.stages:
        if stage.kind not in KINDS:
            raise RecipeError(f"{recipe.name}: there is no stage {stage.kind}. There are: {', '.join(KINDS)}.")
        try:
            parse(import_module(f"training.pipeline.{stage.kind}").Config, {"out": "x", **expand(stage.config, values)})
        except StageError as error:
            if stage.processes == 1:  # what depends on the number of processes is seen under torchrun alone
                raise RecipeError(f"{recipe.name}, {stage.name}: {error}") from error


def expand(value: Any, values: Mapping[str, str | None]) -> Any:  # noqa: ANN401 (JSON)
    """`value` with what its variables stand for. Raises `RecipeError` for one that is not known."""
    if isinstance(value, dict):
        found = {key: expand(item, values) for key, item in value.items()}
        return {key: item for key, item in found.items() if item is not None}
    if isinstance(value, list):
        return [item for item in (expand(item, values) for item in value) if item is not None]
    return _expanded(value, values) if isinstance(value, str) else value


def _expanded(text: str, values: Mapping[str, str | None]) -> str | None:
    asked = VARIABLE.findall(text)
    if unknown := [name for name in asked if name not in values]:
        raise RecipeError(f"Nobody knows what ${{{unknown[0]}}} stands for.")
    if any(values[name] is None for name in asked):
        return None
    return VARIABLE.sub(lambda match: str(values[match[1]]), text)
