"""From tokens to text: nothing is split, nothing leaks, nothing is lost."""

import random

import pytest

from inference.engines.text import Detokenizer, StopFilter

ALL_BYTES = {number: bytes([number]) for number in range(256)}


@pytest.mark.parametrize("text", ["plain", "é", "答案是 42。", "🎉👩‍🏫", "𝒙² ≤ ½"])
def test_characters_come_whole_however_their_bytes_are_spread(text):
    detokenizer = Detokenizer(ALL_BYTES)
    pieces = [detokenizer.feed([byte]) for byte in text.encode()]
    assert "".join(pieces) == text
    assert len([piece for piece in pieces if piece]) == len(text)


def test_bytes_that_are_no_text_and_marks_and_unknown_tokens():
    detokenizer = Detokenizer(ALL_BYTES | {300: b"", 301: "é".encode()})
    assert detokenizer.feed([0x41, 0xFF, 0x42, 300, 999, 301]) == "A\ufffdBé"
    assert detokenizer.feed("🎉".encode()[:3]) == ""  # cut off in its middle: it never comes


def split_randomly(text: str, generator: random.Random) -> list[str]:
    cuts = sorted(generator.sample(range(len(text) + 1), k=min(len(text), generator.randrange(6))))
    return [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def test_a_stop_string_is_found_however_the_text_is_cut():
    """Against the plain definition: the text up to the first place where any stop string begins."""
    generator = random.Random(3)
    for _ in range(3000):
        text = "".join(generator.choices("ab`\n", k=generator.randrange(14)))
        stops = ["".join(generator.choices("ab`\n", k=generator.randrange(1, 5))) for _ in range(generator.randrange(3))]
        stop_filter = StopFilter(stops)
        shown = ""
        for piece in split_randomly(text, generator):
            shown += stop_filter.feed(piece)
            if stop_filter.stopped:
                break
        else:
            shown += stop_filter.flush()
        places = [text.find(stop) for stop in stops if stop in text]
        assert (shown, stop_filter.stopped) == (text[: min(places, default=len(text))], bool(places)), (text, stops)


def test_only_what_may_become_a_stop_string_is_held_back():
    stop_filter = StopFilter(["```output"])
    assert stop_filter.feed("x = 1\n``") == "x = 1\n"
    assert stop_filter.feed("`py") == "```py"
    assert stop_filter.feed("```out") == ""
    assert stop_filter.flush() == "```out"
