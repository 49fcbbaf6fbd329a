"""Raw speed of an engine: what its tokens cost before anything of Lemma is around them.

    python -m benchmarks.engine [--model qwen | smollm2] [--url http://…/v1] [--tokens 128]

One stream and eight at once, each a question of its own behind the same system prompt, as students ask them; then one long prompt
twice, as when a solution goes on after its code has run. Prints Markdown.
"""

import argparse
import asyncio
import statistics
import time
from pathlib import Path

from inference import weights
from inference.engines import Engine, Sampling
from inference.engines.opening import open_engine
from inference.loading import wait_until_ready
from inference.prompts import chat
from inference.wire import WIRES

ROUNDS = 3
QUESTION = "Explain at length how to find the roots of x^2 + {}x + {} = 0, and give three worked examples."


async def one(engine: Engine, number: int, tokens: int, repeat: int = 1) -> tuple[int, float]:
    """Tokens, and seconds to the first text."""
    began, first, count = time.perf_counter(), 0.0, 0
    question = QUESTION.format(number, number * number + 7) * repeat
    prompt = chat(question, mode="cot", language="en", wire=WIRES["fence"], history=())
    async for chunk in engine.stream(prompt, Sampling(max_tokens=tokens), f"bench-{number}"):
        first = first or (time.perf_counter() - began if chunk.text else 0.0)
        count += chunk.tokens
    return count, first


async def together(engine: Engine, streams: int, start: int, tokens: int) -> tuple[float, float]:
    """Tokens a second of all streams, and seconds until the last of them has its first text."""
    began = time.perf_counter()
    results = await asyncio.gather(*[one(engine, start + n, tokens) for n in range(streams)])
    return sum(count for count, _ in results) / (time.perf_counter() - began), max(first for _, first in results)


async def run(url: str, path: Path | None, tokens: int) -> None:
    began = time.perf_counter()
    engine = open_engine(url=url, path=path)
    await wait_until_ready(engine, 300)
    loaded = time.perf_counter() - began
    await one(engine, 999, 8)
    rows = []
    for streams in (1, 8):
        measured = [await together(engine, streams, 1000 * streams + 10 * n, tokens) for n in range(ROUNDS)]
        rows.append((streams, *(statistics.median(column) for column in zip(*measured, strict=True))))
    print(f"{engine.model}, {'at ' + url if url else 'embedded'}; ready after {loaded:.1f} s{memory()}")
    print(f"{tokens} tokens an answer, median of {ROUNDS} rounds\n")
    print("| streams | tokens/s, all together | first text of the last stream, s |\n|---|---|---|")
    for streams, rate, first in rows:
        print(f"| {streams} | {rate:.1f} | {first:.2f} |")
    (_, new), (_, again) = [await one(engine, 7, 4, repeat=25) for _ in range(2)]
    print(f"\nA prompt of about 800 tokens: first text after {new:.2f} s, and after {again:.2f} s when it comes again.")
    await engine.close()


def memory() -> str:
    """What the engine's process holds, and the most that it has held."""
    for status in Path("/proc").glob("[0-9]*/status"):
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        if lines.get("PPid", "").strip() == str(Path("/proc/self").resolve().name) and "VmRSS" in lines:
            rss, most = (int(lines[name].split()[0]) / 1e6 for name in ("VmRSS", "VmHWM"))
            return f"; {rss:.2f} GB of memory, {most:.2f} GB at the most"
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="", help="an OpenAI-compatible server instead of the embedded engine")
    parser.add_argument("--model", choices=sorted(weights.MODELS), default="qwen")
    parser.add_argument("--tokens", type=int, default=128)
    options = parser.parse_args()
    path = None if options.url else weights.find(weights.MODELS[options.model])
    asyncio.run(run(options.url, path, options.tokens))


if __name__ == "__main__":
    main()
