"""The text that a reward model judges: how a problem and a response become one, exactly as the model was trained.

The released models read their chat template: system prompt, problem, response, nothing to be generated after it (model cards of
Qwen2.5-Math-RM-72B and Qwen2.5-Math-PRM-7B). A model of one's own may read `Problem: …\\nSolution: …` instead; it says so in the file
`lemma_reward.json` beside its weights: `{"form": "plain"}`. Without that file it is "chat".

No text from outside can end its own message or mark a step: what the tokenizer would read as a special token is broken up first.
It does not stop a text from arguing with the model ("this solution is correct").
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from inference.prompts import COT, neutralise
from inference.reward import RewardRefused

STEP = "<extra_0>"  # stands after each step for a process reward model
CARD = "lemma_reward.json"
Name = Literal["chat", "plain"]
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Form:
    """`join` makes one text of a problem and a response; `special` are the tokenizer's special tokens besides `<|…|>`."""

    join: Callable[[str, str], str]
    special: frozenset[str] = frozenset({STEP})

    def text(self, problem: str, response: str) -> str:
        return self.join(self._harmless(problem), self._harmless(response))

    def steps(self, problem: str, steps: Sequence[str]) -> str:
        """As `text`, with a `STEP` after each step."""
        return self.join(self._harmless(problem), "".join(self._harmless(step) + STEP for step in steps))

    def _harmless(self, text: str) -> str:
        text = neutralise(text.encode("utf-8", "replace").decode())  # half a character is no text
        for token in self.special:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text


def paragraphs(response: str) -> list[str]:
    """The steps of a response for a process reward model: its paragraphs, as in Qwen2.5-Math-PRM-7B's model card. At least one."""
    return [part for part in _PARAGRAPHS.split(response.strip()) if part] or [""]


def chatml(problem: str, response: str) -> str:
    """The chat template of the Qwen2.5-Math models, with the system prompt for reasoning."""
    turns = (("system", COT), ("user", problem), ("assistant", response))
    return "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in turns)


def plain(problem: str, response: str) -> str:
    return f"Problem: {problem}\nSolution: {response}"


CHATML = Form(chatml)


def read(folder: Path) -> Form:
    """The form of the checkpoint in `folder`: its card's, with its own chat template (ChatML where it has none).

    Raises `RewardRefused` where card or template cannot be read, and where a template needs Jinja and that is not installed.
    """
    special = frozenset({STEP, *_special_tokens(folder)})
    if _form_name(folder) == "plain":
        return Form(plain, special)
    template = _chat_template(folder)
    return Form(_jinja(template, _read_json(folder / "tokenizer_config.json")) if template else chatml, special)


def write_card(folder: Path, form: Name) -> None:
    (folder / CARD).write_text(json.dumps({"form": form}) + "\n")


def _form_name(folder: Path) -> str:
    name = _read_json(folder / CARD).get("form", "chat")
    if name not in get_args(Name):
        raise RewardRefused(f"{folder / CARD} names the form {str(name)[:100]!r}; known are {' and '.join(get_args(Name))}.")
    return str(name)


def _special_tokens(folder: Path) -> list[str]:
    """The special tokens in either of the places where a tokenizer keeps them; of one character none (it cannot be broken up)."""
    try:
        added = [
            *_read_json(folder / "tokenizer_config.json").get("added_tokens_decoder", {}).values(),
            *_read_json(folder / "tokenizer.json").get("added_tokens", []),
        ]
        return [token["content"] for token in added if token.get("special") and len(token["content"]) > 1]
    except (AttributeError, KeyError, TypeError) as error:
        raise RewardRefused(f"The tokenizer's settings in {folder} make no sense: {error!r}") from error


def _chat_template(folder: Path) -> str:
    """From a file of its own or, in older checkpoints, from the tokenizer's settings; "" where there is none."""
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text()
    template = _read_json(folder / "tokenizer_config.json").get("chat_template") or ""
    if isinstance(template, list):  # several, by name
        template = next((one["template"] for one in template if one["name"] == "default"), "")
    return str(template)


def _jinja(template: str, tokenizer: dict[str, Any]) -> Callable[[str, str], str]:
    """Render in Jinja's sandbox, with the settings that chat templates are written for (transformers, `apply_chat_template`)."""
    try:
        from jinja2 import TemplateError, TemplateSyntaxError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ModuleNotFoundError as error:
        raise RewardRefused("This checkpoint's chat template needs Jinja: `scripts/environment --extra train`.") from error
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    names = {name: _token(tokenizer.get(name)) for name in ("bos_token", "eos_token", "pad_token", "unk_token")}
    try:
        compiled = environment.from_string(template)
    except TemplateSyntaxError as error:
        raise RewardRefused(f"The checkpoint's chat template cannot be read: {error}") from error

    def join(problem: str, response: str) -> str:
        turns = (("system", COT), ("user", problem), ("assistant", response))
        messages = [{"role": role, "content": text} for role, text in turns]
        try:
            return compiled.render(messages=messages, add_generation_prompt=False, raise_exception=_fail, **names)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise RewardRefused(f"The checkpoint's chat template fails: {error}") from error

    def _fail(message: str) -> None:
        raise TemplateError(message)

    return join


def _token(value: object) -> str:
    return str(value["content"]) if isinstance(value, dict) else str(value or "")


def _read_json(path: Path) -> dict[str, Any]:
    """An object from a file, empty where there is no file."""
    try:
        value = json.loads(path.read_bytes()) if path.is_file() else {}
    except (ValueError, RecursionError) as error:
        raise RewardRefused(f"{path} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise RewardRefused(f"{path} is no JSON object.")
    return value
