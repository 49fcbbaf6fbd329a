"""Rows that grow together must be what they are alone; over a model of random weights."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from inference.engines.decoding import Decoder, choose, vocabulary
from inference.tests import tiny

PROMPTS = ["Please reason step by step", "a", "小明有12个苹果，吃了3个", "print(2 + 3) and so on and on and on"]


@pytest.fixture(scope="module")
def tokenizer():
    return tiny.tokenizer()


@pytest.fixture(scope="module", params=["qwen2", "llama"])
def model(request, tmp_path_factory):
    return AutoModelForCausalLM.from_pretrained(tiny.save(tmp_path_factory.mktemp("tiny"), request.param)).eval()


def alone(model, ids: list[int], count: int) -> list[int]:
    """Greedy, each token from the whole text anew."""
    ids = list(ids)
    for _ in range(count):
        with torch.no_grad():
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[-count:]


def test_rows_that_join_and_leave_are_as_they_are_alone(model, tokenizer):
    prompts = [tokenizer(text).input_ids for text in PROMPTS]
    counts = [4, 12, 9, 7]
    joins = {0: [0, 1], 3: [2], 6: [3]}  # at this step, when row 0 has left
    written: list[list[int]] = [[] for _ in prompts]
    decoder, rows = Decoder(model), []
    for step in range(15):
        if step in joins:
            decoder.add([prompts[number] for number in joins[step]])
            rows += joins[step]
        tokens = decoder.logits.argmax(-1).tolist()
        for number, token in zip(rows, tokens, strict=True):
            written[number].append(token)
        keep = [at for at, number in enumerate(rows) if len(written[number]) < counts[number]]
        rows = [rows[at] for at in keep]
        decoder.keep(keep)
        assert len(decoder) == len(rows)
        if rows:
            decoder.feed([tokens[at] for at in keep])
    assert written == [alone(model, ids, count) for ids, count in zip(prompts, counts, strict=True)]


def test_a_decoder_that_all_have_left_begins_again(model, tokenizer):
    decoder = Decoder(model)
    for text in PROMPTS[:2]:
        ids = tokenizer(text).input_ids
        decoder.add([ids])
        assert decoder.logits.argmax(-1).tolist() == alone(model, ids, 1)
        decoder.keep([])
        assert len(decoder) == 0


@pytest.mark.parametrize("top_p", [1.0, 0.8, 0.3])
def test_tokens_are_drawn_as_often_as_they_are_likely(top_p):
    logits = torch.randn(1, 40, generator=torch.Generator().manual_seed(0))
    chances, order = logits.softmax(-1)[0].sort(descending=True)
    kept = int((chances.cumsum(0) - chances < top_p).sum())
    wanted = torch.zeros(40)
    wanted[order[:kept]] = chances[:kept] / chances[:kept].sum()
    count = 20_000
    draws = (torch.arange(count) + 0.5) / count
    tokens = choose(logits.expand(count, -1), torch.ones(count), torch.full((count,), top_p), draws)
    found = torch.bincount(torch.tensor(tokens), minlength=40) / count
    torch.testing.assert_close(found, wanted, atol=1e-3, rtol=0)
    assert 1 < kept <= 40


def test_a_flat_distribution_needs_more_tokens_than_the_likeliest():
    """top_p of 0.9 over 5,000 equal tokens: more than are looked at first."""
    tokens = choose(torch.zeros(200, 5000), torch.ones(200), torch.full((200,), 0.9), torch.linspace(0, 0.9999, 200))
    assert len(set(tokens)) == 200


def test_temperature_zero_is_the_likeliest_beside_others_that_are_drawn():
    logits = torch.randn(3, 40, generator=torch.Generator().manual_seed(0))
    tokens = choose(logits, torch.tensor([0.0, 100.0, 0.0]), torch.ones(3), torch.tensor([0.99, 0.99, 0.99]))
    assert [tokens[0], tokens[2]] == logits.argmax(-1)[[0, 2]].tolist()
    assert tokens[1] == 39  # all are about as likely at such a temperature, and the draw is near the end


@pytest.mark.parametrize("text", ["Let's  compute\n\t2 + 3", "小明有12个苹果🎉", "\\boxed{7}é"])
def test_the_bytes_of_tokens_are_those_of_the_text(tokenizer, text):
    ids = tokenizer(f"<|im_start|>{text}<|im_end|>").input_ids
    assert b"".join(vocabulary(tokenizer)[number] for number in ids).decode() == text
