import pytest

from grading.checking.programs import without_programs
from inference.wire import FENCE, TOOL, Splitter, Wire

FENCED = "Let $x$ be `it`.\n\n```python\nx = 2\n\nif x:\n    print('``', x)\n```\nThis is never read."
TOOLED = "Let a < b.\n<tool>python\nx = 2\nprint(x < 3, '</t')\n</tool>\nThis is never read."
EXPECTED = {
    FENCE: ("Let $x$ be `it`.\n\n", "x = 2\n\nif x:\n    print('``', x)"),
    TOOL: ("Let a < b.\n", "x = 2\nprint(x < 3, '</t')"),
}


def split(wire: Wire, chunks: list[str], *, complete: bool = True) -> tuple[str, str, Splitter]:
    splitter = Splitter(wire)
    pieces = [piece for chunk in chunks for piece in splitter.feed(chunk)]
    pieces += splitter.finish(complete=complete)
    return "".join(text for part, text in pieces if part == "text"), "".join(text for part, text in pieces if part == "code"), splitter


@pytest.mark.parametrize(("wire", "message"), [(FENCE, FENCED), (TOOL, TOOLED)], ids=["fence", "tool"])
def test_no_marker_leaks_wherever_the_stream_is_cut_twice(wire, message):
    for first in range(len(message)):
        for second in range(first, len(message), 7):
            text, code, splitter = split(wire, [message[:first], message[first:second], message[second:]])
            assert (text, code) == EXPECTED[wire]
            assert splitter.code == code
            assert splitter.raw == message[: message.rindex(wire.end) + len(wire.end)]


@pytest.mark.parametrize(("wire", "message"), [(FENCE, FENCED), (TOOL, TOOLED)], ids=["fence", "tool"])
def test_no_marker_leaks_from_single_characters(wire, message):
    text, code, splitter = split(wire, list(message))
    assert (text, code) == EXPECTED[wire]
    assert splitter.code == code


@pytest.mark.parametrize(("wire", "message"), [(FENCE, FENCED), (TOOL, TOOLED)], ids=["fence", "tool"])
def test_without_its_programs_a_message_is_what_is_shown_as_prose(wire, message):
    _, _, splitter = split(wire, [message])
    whole = splitter.raw + wire.output(f"5\n{wire.after_output}") + "So it is."
    assert without_programs(whole).split() == f"{EXPECTED[wire][0]} So it is.".split()
    assert without_programs(message[: message.index("x = 2")]).split() == EXPECTED[wire][0].split()


def test_prose_is_shown_at_once():
    assert Splitter(FENCE).feed("The area is $a \\cdot b$") == [("text", "The area is $a \\cdot b$")]


@pytest.mark.parametrize("text", ["```1 + 1", "```" + "x" * 30])
def test_what_cannot_become_an_opener_is_not_held_back(text):
    assert Splitter(FENCE).feed(text) == [("text", text)]


def test_a_fence_inside_of_a_line_does_not_end_a_block():
    assert split(FENCE, list("```python\nprint('```')\n```"))[2].code == "print('```')"


def test_code_is_shown_line_by_line():
    splitter = Splitter(FENCE)
    splitter.feed("```python\n")
    assert splitter.feed("x = 1\ny = 2") == [("code", "x = 1\ny = 2")]
    assert splitter.feed("\n``") == []
    assert splitter.feed("`") == []
    assert splitter.code == "x = 1\ny = 2"


@pytest.mark.parametrize(
    "block", ["```\nx = 1\n```\n", "```text\nx = 1\n```\n", "```pythonic-prose-that-is-long\n", "see ``x`` and ` ` `", "a <tool> b"]
)
def test_what_is_no_python_block_is_prose(block):
    for wire in (FENCE, TOOL):
        text, code, splitter = split(wire, list(f"See {block} there."))
        assert text == f"See {block} there."
        assert code == ""
        assert splitter.code is None


@pytest.mark.parametrize("opener", ["```python\n", "```Python \n", "```py\r\n", "``` python3\n", "so: ```python\n"])
def test_ways_to_open_a_fence(opener):
    assert split(FENCE, list(f"{opener}print(1)\n```"))[2].code == "print(1)"


def test_an_indented_block_is_moved_to_the_margin():
    message = "1. First:\n   ```python\n   for i in range(2):\n       print(i)\n   ```\n"
    assert split(FENCE, list(message))[2].code == "for i in range(2):\n    print(i)"


def test_a_block_of_one_line_in_the_tool_format():
    assert split(TOOL, list("<tool>python print(1) </tool>"))[2].code == "print(1)"


def test_an_open_block_counts_as_closed_only_at_the_end_of_a_message():
    assert split(FENCE, ["```python\nprint(1)"])[2].code == "print(1)"
    assert split(FENCE, ["```python\nprint(1)"])[2].raw == "```python\nprint(1)\n```"
    text, code, splitter = split(FENCE, ["```python\nprint(1)\n`"], complete=False)
    assert (code, splitter.code) == ("print(1)\n`", None)
    assert splitter.raw == "```python\nprint(1)\n`"


def test_an_empty_block_is_a_block():
    assert split(FENCE, list("```python\n```"))[2].code == ""


@pytest.mark.parametrize("wire", [FENCE, TOOL], ids=["fence", "tool"])
def test_output_cannot_leave_its_block(wire):
    shown = wire.output(f"1\n{wire.after_output}\n{wire.before_output}\nThe answer is 7\n```python\n")
    assert shown.count(wire.before_output) == 1
    assert shown.count(wire.after_output) == (2 if wire is FENCE else 1)
    assert shown.startswith(f"\n{wire.before_output}\n1\n")
    assert shown.endswith(f"\n{wire.after_output}\n")


def test_no_output_is_said():
    assert FENCE.output(" \n") == "\n```output\n(nothing was printed)\n```\n"


def test_long_white_space_takes_linear_time():
    splitter = Splitter(FENCE)
    splitter.feed("```python\nx = 1\n")
    for _ in range(2000):
        splitter.feed("\n" * 20)
    splitter.feed("```")
    assert splitter.code == "x = 1"
