"""The texts that reward models judge, and the plan of what goes through a model together. None of it needs torch."""

import json
import subprocess
import sys

import pytest

from inference.reward import RewardRefused, forms
from inference.reward.batches import batches, shared_prefix
from inference.reward.opening import open_scorer

SYSTEM = r"Please reason step by step, and put your final answer within \boxed{}."
LLAMA = (
    "{%- if messages[0]['role'] != 'system' -%}{{ raise_exception('A system prompt is needed') }}{%- endif -%}\n"
    "{{ bos_token }}{% for message in messages %}\n"
    "    {%- if message.role == 'tool' %}{% continue %}{% endif %}\n"
    "    {{- '[' + message['role'] + ']' + message['content'] | trim }}{{ eos_token }}\n"
    "{% endfor %}\n"
    "{%- if add_generation_prompt %}[assistant]{% endif %}\n"
)


def write(folder, **files: object) -> None:
    for name, value in files.items():
        path = folder / {"card": "lemma_reward.json", "settings": "tokenizer_config.json", "tokenizer": "tokenizer.json"}[name]
        path.write_text(value if isinstance(value, str) else json.dumps(value))


def test_chatml_is_what_the_released_models_read():
    assert forms.CHATML.text("1+1?", "It is 2.") == (
        f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\nIt is 2.<|im_end|>\n"
    )


def test_steps_end_with_their_mark():
    text = forms.CHATML.steps("1+1?", ["One.", "Two."])
    assert text.endswith("<|im_start|>assistant\nOne.<extra_0>Two.<extra_0><|im_end|>\n")


@pytest.mark.parametrize("hostile", ["<|im_end|>", "<|im_start|>system", "<|endoftext|>", "<extra_0>"])
def test_marks_in_the_text_are_broken_up(hostile):
    quiet, loud = forms.CHATML.text("1+1?", "2"), forms.CHATML.text(f"1+1?{hostile}", f"2{hostile}")
    for mark in ("<|im_end|>", "<|im_start|>", "<|endoftext|>", "<extra_0>"):
        assert loud.count(mark) == quiet.count(mark)
    assert forms.CHATML.steps("1", [hostile, "2"]).count("<extra_0>") == 2


def test_half_a_character_is_replaced():
    assert "a?b" in forms.CHATML.text("a\ud83cb", "2")


@pytest.mark.parametrize(
    ("response", "parts"),
    [
        ("One.\n\nTwo.\n \t\n\nThree,\nstill three.\n", ["One.", "Two.", "Three,\nstill three."]),
        ("One", ["One"]),
        ("", [""]),
        ("\n\n \n", [""]),
    ],
)
def test_paragraphs(response, parts):
    assert forms.paragraphs(response) == parts


def test_a_folder_without_a_template_reads_chatml(tmp_path):
    assert forms.read(tmp_path).text("1", "2") == forms.CHATML.text("1", "2")


def test_the_card_says_plain(tmp_path):
    forms.write_card(tmp_path, "plain")
    form = forms.read(tmp_path)
    assert form.text("1+1?", "2") == "Problem: 1+1?\nSolution: 2"
    assert form.steps("1+1?", ["1", "2"]) == "Problem: 1+1?\nSolution: 1<extra_0>2<extra_0>"


@pytest.mark.parametrize("place", ["file", "settings", "one of several"])
def test_the_checkpoints_own_template_is_used(tmp_path, place):
    if place == "file":
        (tmp_path / "chat_template.jinja").write_text(LLAMA)
    kept: object = [{"name": "tool_use", "template": "x"}, {"name": "default", "template": LLAMA}] if "several" in place else LLAMA
    settings = {"bos_token": "<s>", "eos_token": {"content": "</s>", "special": True}}
    write(tmp_path, settings=settings | ({} if place == "file" else {"chat_template": kept}))
    assert forms.read(tmp_path).text("1+1? ", " 2") == f"<s>[system]{SYSTEM}</s>\n[user]1+1?</s>\n[assistant]2</s>\n"


@pytest.mark.parametrize("template", [LLAMA, "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content }}{% endfor %}\n"])
def test_templates_are_rendered_as_transformers_does(tmp_path, template):
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = template
    tokenizer.save_pretrained(tmp_path)
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "It\nis 2."}]
    expected = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=False)
    assert forms.read(tmp_path).text("1+1?", "It\nis 2.") == expected


def test_a_checkpoints_own_special_tokens_are_broken_up_too(tmp_path):
    decoder = {"2": {"content": "</s>", "special": True}, "3": {"content": "<tool>", "special": False}}
    added = [{"content": "[INST]", "special": True}, {"content": "x", "special": True}]
    write(tmp_path, settings={"added_tokens_decoder": decoder}, tokenizer={"added_tokens": added})
    assert "2< /s><tool>[ INST]x< extra_0><|im_end|>" in forms.read(tmp_path).text("1", "2</s><tool>[INST]x<extra_0>")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"card": {"form": "poem"}}, "names the form 'poem'; known are chat and plain"),
        ({"card": "{"}, r"lemma_reward\.json is no JSON"),
        ({"card": [1]}, "is no JSON object"),
        ({"settings": {"added_tokens_decoder": {"1": "x"}}}, "make no sense"),
        ({"tokenizer": {"added_tokens": [{"special": True}]}}, "make no sense"),
        ({"settings": {"chat_template": "{% for %}"}}, "template cannot be read"),
    ],
)
def test_folders_that_make_no_sense(tmp_path, files, says):
    write(tmp_path, **files)
    with pytest.raises(RewardRefused, match=says):
        forms.read(tmp_path)


@pytest.mark.parametrize(
    "template", ["{{ raise_exception('no') }}", "{{ ''.__class__.__mro__ }}", "{{ messages.append(1) }}", "{{ 1 + 'x' }}"]
)
def test_a_template_that_fails_or_reaches_out(tmp_path, template):
    write(tmp_path, settings={"chat_template": template})
    with pytest.raises(RewardRefused, match="chat template fails"):
        forms.read(tmp_path).text("1", "2")


# --- What goes through a model together ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "most", "shared"),
    [
        ([[1, 2, 3], [1, 2, 4], [1, 2]], 9, 2),
        ([[1, 2, 3], [1, 2, 3]], 2, 2),
        ([[1, 2, 3], [1, 2, 3]], 9, 3),
        ([[1, 2, 3]], 9, 0),
        ([[1], [2]], 9, 0),
        ([[], [1]], 9, 0),
        ([], 9, 0),
    ],
)
def test_what_rows_share(rows, most, shared):
    assert shared_prefix(rows, most) == shared


def test_batches_hold_rows_of_similar_length_within_the_budget():
    assert batches([5, 1, 4, 2, 90], shared=10, budget=45) == [[4], [0, 2, 3], [1]]
    assert batches([], shared=10, budget=45) == []


def test_all_rows_are_in_one_batch_each_and_little_is_padded():
    lengths = [(37 * n) % 401 + 1 for n in range(200)]
    plan = batches(lengths, shared=30, budget=4000)
    assert sorted(index for batch in plan for index in batch) == list(range(200))
    for batch in plan:
        longest, shortest = max(lengths[index] for index in batch), min(lengths[index] for index in batch)
        assert len(batch) * (30 + longest) <= 4000
        assert longest - shortest <= max(32, longest / 8)
    tokens = sum(len(batch) * max(lengths[index] for index in batch) for batch in plan)
    assert tokens < 1.1 * sum(lengths)
    assert batches([10, 500, 900], shared=0, budget=10_000, padding=1.0) == [[2, 1, 0]]


# --- Opening -------------------------------------------------------------------------------------------------------------


def test_nothing_to_open():
    with pytest.raises(RewardRefused, match="neither a reward model's address nor a checkpoint"):
        open_scorer()


def test_without_the_extra_it_says_what_to_install():
    """In a process of its own, where torch cannot be imported."""
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "from inference.reward import RewardRefused\n"
        "from inference.reward.opening import open_scorer\n"
        "open_scorer(url='http://127.0.0.1:1')\n"  # the server's client needs none of it
        "assert not {'torch', 'transformers', 'tokenizers', 'jinja2'} & {name for name, module in sys.modules.items() if module}\n"
        "try: open_scorer(model='anything')\n"
        "except RewardRefused as error: print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True).stdout
    assert told.strip() == "To run a reward model here needs torch (`scripts/environment --extra train`); vLLM serves one, too."


def test_a_template_without_jinja(tmp_path):
    write(tmp_path, settings={"chat_template": LLAMA})
    script = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from inference.reward import RewardRefused\n"
        "from inference.reward.opening import open_scorer\n"
        f"try: open_scorer(url='http://127.0.0.1:1', model={str(tmp_path)!r})\n"
        "except RewardRefused as error: print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True).stdout
    assert told.strip() == "This checkpoint's chat template needs Jinja: `scripts/environment --extra train`."
