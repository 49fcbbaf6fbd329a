import json
import lzma

import pytest

from training.evaluation.transcripts import Response, TranscriptError, read

GOOD = {"expected": "18", "candidates": [{"answer": "18", "correct": True}, {"answer": None, "correct": False}]}
QWEN = {
    "idx": 7,
    "answer": "18",
    "pred": ["18", ""],
    "score": [True, False],
    "pred_score": [[3.5], [-1]],
    "response": [r"So \boxed{ 18 }.", "I do not know."],
}


@pytest.fixture
def written(tmp_path):
    def write(*lines):
        path = tmp_path / "transcripts.jsonl"
        path.write_bytes(b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines))
        return path

    return write


def test_our_form(written):
    whole = {"answer": " 5 ", "correct": True, "score": -1, "tokens": 30, "seconds": 1.5, "rounds": 2, "blocks_failed": 1, "text": "…"}
    row = {"id": 3, "expected": "5", "candidates": [whole], "greedy": {"text": r"\boxed{7}"}, "question": "not looked at"}
    [problem] = read(written(row, b"   "))
    assert problem.id == "3"
    assert problem.expected == "5"
    assert problem.responses == (Response(answer="5", right=True, score=-1.0, tokens=30, seconds=1.5, rounds=2, blocks_failed=1),)
    assert problem.greedy == Response(answer="7")
    assert not problem.labelled


def test_qwens_form(written):
    [problem] = read(written(QWEN))
    assert (problem.line, problem.id, problem.expected) == (1, "7", "18")
    assert problem.responses == (Response(answer="18", right=True, score=3.5), Response(answer=None, right=False, score=-1.0))
    assert problem.labelled


def test_qwens_form_before_it_was_scored(written):
    [problem] = read(written({"idx": 7, "answer": "18", "pred": ["18"], "score": [True], "code": ["…"]}))
    assert problem.responses == (Response(answer="18", right=True),)


def test_answers_are_read_anew_from_the_texts_where_asked(written):
    path = written(QWEN | {"pred": ["81", "18"], "score": [False, True]})
    assert [response.answer for response in read(path)[0].responses] == ["81", "18"]
    assert [response.answer for response in read(path, extract=True)[0].responses] == ["18", None]


def test_a_problem_without_an_id_is_named_by_its_line(written):
    assert [problem.id for problem in read(written(GOOD, b"", GOOD))] == ["line 1", "line 3"]


def candidate(**fields):
    return {"expected": "18", "candidates": [{"answer": "18", "correct": True} | fields]}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5_000, "not JSON"),
        (b"[]", "not a JSON object"),
        ({}, "`candidates` is missing"),
        ({"candidates": GOOD["candidates"]}, "`expected` is missing"),
        (GOOD | {"expected": 18}, "`expected` is missing, or not a text"),
        (GOOD | {"candidates": []}, "0 responses"),
        (GOOD | {"candidates": GOOD["candidates"] * 129}, "258 responses"),
        (GOOD | {"candidates": ["18", "18"]}, "response 0 is not an object"),
        (GOOD | {"candidates": [GOOD["candidates"][0], {}]}, "response 1 has neither `answer` nor `text`"),
        (GOOD | {"greedy": "18"}, "greedy is not an object"),
        (candidate(answer=18), "`answer` is neither a text nor null"),
        (candidate(answer=" "), "no answer, but is labelled right"),
        ({"expected": "18", "candidates": [{"text": ["18"]}]}, "`text` is missing, or not a text"),
        (candidate(correct=1), "the label is neither true nor false"),
        (candidate(score="high"), "`score` is 'high'"),
        (candidate(score=True), "`score` is True"),
        (candidate(score=float("nan")), "`score` is nan"),
        (candidate(score=10**400), "`score` is 1000"),
        (candidate(score=["x" * 1_000_000]), r"`score` is \['x{5,20}\.\.\.x+'\], not a number"),
        (candidate() | {"id": ["a"]}, "the id .* is neither a number nor a printable text"),
        (candidate() | {"id": "a" * 101}, "the id .* is neither a number nor a printable text"),
        (candidate() | {"id": "\x1b[2J"}, "the id .* is neither a number nor a printable text"),
        (candidate(tokens=-1), "`tokens` is -1"),
        (candidate(tokens=1.5), "`tokens` is 1.5, not a whole number"),
        (GOOD | {"candidates": [{"answer": "18", "score": 1.0}, {"answer": "18"}]}, "some responses have a score"),
        (QWEN | {"pred_score": [[1.0]]}, "`pred_score` has 1 entries, `pred` 2"),
        (QWEN | {"pred": "18"}, "`pred` is missing, or not a list"),
        (QWEN | {"pred_score": [[1.0, 2.0], [1.0]]}, r"`score` is \[1.0, 2.0\]"),
        (QWEN | {"score": [1, 0]}, "the label is neither true nor false"),
    ],
)
def test_a_bad_line_is_named_with_its_reason(written, line, reason):
    path = written(GOOD, line)
    with pytest.raises(TranscriptError, match=rf"^{path}, line 2: .*{reason}"):
        read(path)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (GOOD, candidate(), "1 responses, where line 1 has 2"),
        (candidate(score=1.0), candidate(), "has scores and line 1 has none, or the other way round"),
        (candidate(), candidate() | {"greedy": {"answer": "18"}}, "has a greedy response and line 1 has none"),
        (QWEN, QWEN, "problem 7 stands in line 1 already"),
    ],
)
def test_problems_that_cannot_be_measured_together(written, first, second, reason):
    with pytest.raises(TranscriptError, match=rf"line 2: {reason}"):
        read(written(first, second))


def test_an_endless_line(written, monkeypatch):
    monkeypatch.setattr("training.evaluation.transcripts.LONGEST_LINE", 1_000)
    with pytest.raises(TranscriptError, match="line 1: 1000 bytes or longer"):
        read(written(b" " * 1_000_000))


def test_an_empty_file_and_none(written, tmp_path):
    with pytest.raises(TranscriptError, match="there is no problem in it"):
        read(written(b""))
    with pytest.raises(TranscriptError, match=r"absent\.jsonl: No such file or directory"):
        read(tmp_path / "absent.jsonl")
    with pytest.raises(TranscriptError, match="Is a directory"):
        read(tmp_path)


def test_a_compressed_file_is_read_as_well(written, tmp_path):
    plain = written(GOOD)
    packed = tmp_path / "packed.jsonl.xz"
    packed.write_bytes(lzma.compress(plain.read_bytes()))
    assert read(packed) == read(plain)


@pytest.mark.parametrize("damage", [lambda data: data[:-10], lambda data: b"no xz at all", lambda data: data[:20] + b"damage" + data[26:]])
def test_a_damaged_compressed_file(written, tmp_path, damage):
    packed = tmp_path / "packed.jsonl.xz"
    packed.write_bytes(damage(lzma.compress(written(GOOD).read_bytes())))
    with pytest.raises(TranscriptError, match=r"packed\.jsonl\.xz: "):
        read(packed)
