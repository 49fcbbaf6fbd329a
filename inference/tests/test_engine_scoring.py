"""Scores of the reward head that sits in the embedded engine's graph, against the same layers outside of it. Over the real small model."""

import asyncio

import numpy as np
import pytest

from inference import weights
from inference.engines import ContextOverflow, EngineRefused, EngineUnavailable, Sampling
from inference.engines.openvino import OpenVinoEngine
from inference.engines.openvino_library import genai, ov
from inference.engines.openvino_model import MODEL, prepared
from inference.loading import wait_until_ready
from inference.reward import ResponseTooLong
from inference.reward.embedded import EmbeddedScorer
from inference.reward.heads import BadHead, Head, read_head, write_head

LAYER, FEATURES, UNITS = 20, 576, 32
TOKEN, SUFFIX = "<file_sep>", "<|im_end|>\n"
QUESTIONS = {
    "What is 2 + 2?": "It is 4.",
    "Wie spät ist es in Paris?": "Das weiß ich nicht.",
    "Print the numbers from 1 to 10.": "```python\nfor i in range(1, 11):\n    print(i)\n```",
    "Who wrote Hamlet?": "William Shakespeare wrote it in about 1600, and it is his longest play.",
    "小明有12个苹果，吃了3个，还剩几个？": "还剩 9 个。",
    "Name a colour.": "Blue",
}
TEXTS = [f"<|im_start|>user\n{asked}<|im_end|>\n<|im_start|>assistant\n{answer}" for asked, answer in QUESTIONS.items()]


@pytest.fixture(scope="module")
def path():
    return weights.find(weights.SMOLLM2)


@pytest.fixture(scope="module")
def features(path):
    """The residual stream at the head's token, by plain OpenVINO, one text at a time."""
    model = ov.Core().read_model(prepared(path) / MODEL)
    layer = next(node for node in model.get_ops() if node.get_friendly_name() == f"model.layers.self_attn.add1.layer{LAYER}")
    model.add_outputs([layer.output(0)])
    request = ov.Core().compile_model(model, "CPU").create_infer_request()
    tokenizer = genai.Tokenizer(str(path))

    def read(text: str) -> np.ndarray:
        tokens = np.array(tokenizer.encode(text + SUFFIX + TOKEN, add_special_tokens=False).input_ids.data)
        request.reset_state()
        ones, places = np.ones_like(tokens), np.arange(tokens.shape[1])[None]
        request.infer({"input_ids": tokens, "attention_mask": ones, "position_ids": places, "beam_idx": np.zeros(1, np.int32)})
        return np.array(request.get_output_tensor(1).data)[0, -1]

    return np.array([read(text) for text in TEXTS])


@pytest.fixture(scope="module")
def head_path(features, tmp_path_factory):
    random = np.random.default_rng(0)
    head = Head(
        layer=LAYER,
        token=TOKEN,
        suffix=SUFFIX,
        carriers=("Yes", "No"),
        mean=features.mean(0),
        scale=1 / (features.std(0) + 1e-3),
        w1=random.normal(size=(UNITS, FEATURES)).astype(np.float32) / FEATURES**0.5,
        b1=np.zeros(UNITS, np.float32),
        w2=random.normal(size=(1, UNITS)).astype(np.float32),
        b2=np.zeros(1, np.float32),
    )
    path = tmp_path_factory.mktemp("head") / "head.npz"
    write_head(head, path)
    return path


@pytest.fixture(scope="module")
def engine(path, head_path):
    engine = OpenVinoEngine(path, head=head_path, context=256, cache_tokens=4096)
    asyncio.run(wait_until_ready(engine, 120))
    yield engine
    asyncio.run(engine.close())


async def written(engine, prompt: str, request_id: str = "r") -> str:
    return "".join([chunk.text async for chunk in engine.stream(prompt, Sampling(max_tokens=12), request_id)])


async def test_scores_are_those_of_the_head(engine, features, head_path):
    """Up to what bfloat16 and a cache of 8 bits a value leave of them."""
    expected = read_head(head_path).score(features)
    together = await asyncio.gather(*map(engine.score, TEXTS))
    again = [await engine.score(text) for text in TEXTS]
    assert np.corrcoef([expected, together, again]).min() > 0.9
    assert np.abs(together - expected).max() < np.ptp(expected) / 4


async def test_scoring_beside_writing_changes_neither(engine, smollm2):
    alone = await written(smollm2, TEXTS[0])
    before = await engine.score(TEXTS[1])
    text, *scores = await asyncio.gather(written(engine, TEXTS[0]), *[engine.score(TEXTS[1]) for _ in range(3)])
    assert text == alone
    assert scores == pytest.approx([before] * 3, abs=0.3)


async def test_a_text_beyond_the_context_is_refused(engine):
    with pytest.raises(ContextOverflow, match="exceed the context of 256"):
        await engine.score("one two three " * 200)
    with pytest.raises(ResponseTooLong, match="Response 1 has too many tokens with its problem; the reward model reads 256") as caught:
        await EmbeddedScorer(engine).score("1 + 1?", ["It is 2.", "one two three " * 200, "2"])
    assert caught.value.index == 1


async def test_a_model_without_a_head_does_not_score(smollm2):
    with pytest.raises(EngineRefused, match="no reward head"):
        await smollm2.score(TEXTS[0])


async def test_a_head_of_another_model_is_one_clear_line(path, head_path, tmp_path):
    head = read_head(head_path)
    wrong = Head(**{name: getattr(head, name) for name in head.__slots__} | {"layer": 99})
    write_head(wrong, tmp_path / "wrong.npz")
    engine = OpenVinoEngine(path, head=tmp_path / "wrong.npz")
    with pytest.raises(EngineUnavailable, match="reads layer 99, which the model does not have$"):
        await wait_until_ready(engine, 60)
    await engine.close()


@pytest.mark.parametrize("content", [b"", b"PK\3\4"])
def test_a_file_that_is_no_head_is_refused(tmp_path, content):
    (tmp_path / "head.npz").write_bytes(content)
    with pytest.raises(BadHead, match="is no reward head"):
        read_head(tmp_path / "head.npz")
