"""Having the model write a short text, once or several times at once."""

import re
from collections.abc import Sequence

from inference.engines import Engine, Sampling, continued, seed_from
from inference.prompts import neutralise
from inference.together import together

TEMPERATURE = 0.8  # candidates must differ
TOP_P = 0.95
TOKENS = 160
LABEL = re.compile(r"^(?:question|hint|tutor|teacher|(?:思考)?问题|提问|思考|提示|老师)\s*[:：]\s*", re.IGNORECASE)
QUOTES = '"“”「」'


async def write(
    engine: Engine,
    system: str,
    user: str,
    *,
    examples: Sequence[tuple[str, str]] = (),
    temperature: float = 0.0,
    seed: int = 0,
    max_tokens: int = TOKENS,
    opening: str = "",
) -> str:
    """The model's reply to `user`, which begins with `opening`; `examples` are messages and their replies that came before.

    Raises `EngineError`; a cancelled call aborts the request.
    """
    before = [turn for asked, replied in examples for turn in (("user", asked), ("assistant", replied))]
    turns = [("system", system), *before, ("user", user)]
    prompt = "".join(f"<|im_start|>{role}\n{neutralise(text)}<|im_end|>\n" for role, text in turns)
    sampling = Sampling(max_tokens=max_tokens, temperature=temperature, top_p=TOP_P if temperature else 1.0, seed=seed)
    text, _ = await continued(engine, f"{prompt}<|im_start|>assistant\n{opening}", sampling)
    return (opening + text).strip()


async def write_several(engine: Engine, system: str, user: str, *, n: int, seed: int) -> Sequence[str]:
    """`n` replies side by side, with seeds that follow from `seed`; without a label ("Question:") or quotation marks around them."""
    texts = await together(write(engine, system, user, temperature=TEMPERATURE, seed=seed_from(seed, number)) for number in range(n))
    return [_unwrapped(text) for text in texts]


def _unwrapped(text: str) -> str:
    text = LABEL.sub("", text)
    bare = text.strip(QUOTES).strip()
    return text if any(mark in bare for mark in QUOTES) else bare
