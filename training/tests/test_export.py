"""Stage `export`: merged checkpoints and GGUF files, read back by transformers and, of a real small model, by the embedded engine."""

import asyncio
import json
import os

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from inference import weights
from inference.engines import Sampling
from inference.engines.openvino import OpenVinoEngine
from inference.loading import wait_until_ready
from inference.tests import tiny
from training.pipeline import gguf_file, models
from training.tests import runs

pytestmark = pytest.mark.filterwarnings("default")
TEXT = "<|im_start|>user\nWhat is 12 + 3?\n\n  小明有12个苹果；  it's $\\boxed{9}$ 🎉<|im_end|>\nprint(5)\n"
NEAR = 0.3  # nats a token
QUESTIONS = ["What is 12 * 7?", "小明有12个苹果，吃了3个，还剩几个？"]


@pytest.mark.parametrize("kind", ["qwen2", "llama"])
def test_files_say_what_the_model_says(tmp_path, kind):
    """F16 to half floats, Q8_0 to a 127th of each block's largest weight; and both tokenise alike, marks included."""
    source = tiny.save(tmp_path / "tiny", kind)
    assert runs.here("export", tmp_path, model=source, name="tutor", gguf=["F16", "Q8_0", "Q4_0"]) == 0
    model, tokenizer = models.load(str(source))
    for name, bound in (("F16", 2**-11), ("Q8_0", 2**-7), ("Q4_0", 2**-3)):
        file = runs.summary(tmp_path)[name]["file"]
        assert file.endswith(f"out/tutor-{name}.gguf")
        read, words = models.load(file)
        assert read.config.tie_word_embeddings == model.config.tie_word_embeddings
        for key, values in model.state_dict().items():
            difference = (read.state_dict()[key] - values).abs().max()
            assert difference <= bound * values.abs().max(), key
        assert words(TEXT).input_ids == tokenizer(TEXT).input_ids
        assert (words.eos_token, words.pad_token) == (tokenizer.eos_token, tokenizer.pad_token)
    sizes = [runs.summary(tmp_path)[name]["bytes"] for name in ("F16", "Q8_0", "Q4_0")]
    assert sizes == sorted(sizes, reverse=True)


def test_an_adapter_is_merged_into_a_checkpoint_of_its_own(tmp_path):
    data = tmp_path / "rows.jsonl"
    data.write_text(json.dumps({"question": "1?", "mode": "cot", "text": "One."}) + "\n")
    config = {"model": tiny.save(tmp_path / "tiny"), "rows": [data], "batch": 1, "lora_rank": 4, "max_steps": 2, "learning_rate": 0.01}
    assert runs.here("sft", tmp_path / "sft", **config) == 0
    adapter = runs.summary(tmp_path / "sft")["adapter"]
    assert runs.here("export", tmp_path / "export", model=adapter) == 0
    exported = AutoModelForCausalLM.from_pretrained(runs.summary(tmp_path / "export")["model"])
    assert AutoConfig.from_pretrained(runs.summary(tmp_path / "export")["model"]).dtype == torch.bfloat16
    merged, _ = models.load(adapter)
    for key, values in merged.state_dict().items():
        torch.testing.assert_close(exported.state_dict()[key].float(), values, atol=0.0, rtol=2**-8)


def test_what_is_there_is_not_written_again_and_what_is_missing_is(tmp_path):
    source = tiny.save(tmp_path / "tiny")
    assert runs.here("export", tmp_path, model=source, gguf=["F16"]) == 0
    out = tmp_path / "out"
    (out / "DONE").unlink()
    (out / "model-Q8_0.gguf.part").write_bytes(b"GGUF, and then a kill")
    before = (out / "model-F16.gguf").stat().st_mtime_ns
    assert runs.here("export", tmp_path, model=source, gguf=["F16"]) == 0
    assert (out / "model-F16.gguf").stat().st_mtime_ns == before
    assert AutoTokenizer.from_pretrained(out / "model")(TEXT).input_ids == tiny.tokenizer()(TEXT).input_ids


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"checkpoint": ""}, "checkpoint, gguf: there is nothing to write."),
        ({"name": "../model"}, "name: '../model' is no name of a file."),
        ({"gguf": ["Q5_K"]}, "gguf: 'Q5_K' is not what this field takes"),
        ({"model": "/no/such"}, "The model /no/such cannot be loaded"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(tmp_path, capsys, change, reason):
    assert runs.here("export", tmp_path, **{"model": "unused"} | change) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert reason in said[0]


def test_a_tokenizer_without_a_name_for_its_cuts_is_refused():
    with pytest.raises(gguf_file.StageError, match="cuts text"):
        gguf_file._cut({"type": "Metaspace"})


@pytest.fixture(scope="module")
def small():
    """A real small model, its own greedy answers, and the prompts."""
    model, tokenizer = models.load(str(weights.find(weights.SMOLLM2)))
    prompts = [f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n" for question in QUESTIONS]
    answers = []
    for prompt in prompts:
        ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False).input_ids
        tokens = model.generate(ids, max_new_tokens=16, do_sample=False)[0, ids.shape[1] :]
        answers.append(tokenizer.decode(tokens, skip_special_tokens=True).rstrip("\N{REPLACEMENT CHARACTER}"))  # of a cut character
    return model, tokenizer, prompts, answers


@pytest.mark.parametrize("kind", ["F16", "Q8_0"])
def test_the_embedded_engine_answers_as_the_model_does(small, tmp_path, monkeypatch, kind):
    """OpenVINO over the file says what transformers over the weights would say, or what they find all but as likely.

    The engine computes in bfloat16 where the processor can, and keeps 8 bits of a key: the better of two near words may change places.
    """
    model, tokenizer, prompts, answers = small
    path = tmp_path / "small.gguf"
    gguf_file.write(model, tokenizer, path, kind, name="small")
    monkeypatch.setitem(os.environ, "LEMMA_CACHE", str(tmp_path))  # OpenVINO's form of the file is for this test alone

    async def answered() -> list[str]:
        engine = OpenVinoEngine(path, context=512, cache_tokens=1024)
        try:
            await wait_until_ready(engine, 300)
            return [
                "".join([chunk.text async for chunk in engine.stream(prompt, Sampling(max_tokens=16), str(number))])
                for number, prompt in enumerate(prompts)
            ]
        finally:
            await engine.close()

    for prompt, said, expected in zip(prompts, asyncio.run(answered()), answers, strict=True):
        ours, theirs = (_likelihood(model, tokenizer, prompt, text) for text in (said, expected))
        assert ours > theirs - NEAR, (said, expected)
        assert ours > _likelihood(model, tokenizer, prompt, "The weather is nice today, so let us walk") + 0.5


def _likelihood(model, tokenizer, prompt, text):
    """The mean log probability of a text's tokens."""
    ids = tokenizer(prompt + text, return_tensors="pt", add_special_tokens=False).input_ids
    begun = len(tokenizer(prompt, add_special_tokens=False).input_ids)
    with torch.inference_mode():
        logits = model(ids).logits[0, begun - 1 : -1].float()
    return float(torch.log_softmax(logits, -1)[range(ids.shape[1] - begun), ids[0, begun:]].mean())
