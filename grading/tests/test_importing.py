"""Problems from files: every line is looked at, and says what is wrong with it."""

import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tables import TableError
from grading import importing
from grading.models import Problem
from grading.tests.school import page

GOOD = {"problem": "What is $1 + 1$?", "answer": "2", "topic": "Sums", "points": 3, "solution": "Count."}


def lines(school, *rows):
    return importing.preview("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), school.teacher)


def test_jsonl(school):
    [line] = lines(school, GOOD)
    assert (line.line, line.text, line.answer_latex, line.topic, line.points, line.reference) == (
        1,
        "What is $1 + 1$?",
        "2",
        "Sums",
        3,
        "Count.",
    )


def test_csv(school):
    found = lines(school, "题目,答案,分值", '"What is $\\frac{1}{2} + 1$?",3/2,2 分', "second,,")
    assert [(line.line, line.answer_latex, line.points, line.error) for line in found] == [(2, r"\frac{3}{2}", 2, ""), (3, "", 4, "")]


def test_the_answers_of_known_data_sets(school):
    found = lines(
        school, {"question": "Eggs?", "answer": "She has 9 eggs.\n#### 18"}, {"problem": "Root?", "answer": r"\sqrt{2}", "type": "Algebra"}
    )
    assert [(line.answer, line.topic) for line in found] == [("18", ""), (r"\sqrt{2}", "Algebra")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{nonsense", "not JSON"),
        ("{" * 5000, "not JSON"),
        ({}, "no problem"),
        ({"problem": 7.5, "answer": True, "points": [1]}, ""),
        (GOOD | {"problem": "x" * 8001}, "too long"),
        (GOOD | {"answer": "1" * 501}, "too long"),
        (GOOD | {"topic": "x" * 81}, "too long"),
        (GOOD | {"answer": "(("}, "could not be read"),
        (GOOD | {"points": "many"}, "not a number"),
        (GOOD | {"points": "NaN"}, "not between"),
        (GOOD | {"points": -1}, "not between"),
        (GOOD | {"points": 1e9}, "not between"),
        (GOOD | {"problem": "Solve $2x + 3 = 7$."}, "already"),
        (GOOD, "already"),
    ],
)
def test_a_line_with_an_error(school, row, words):
    first, second = lines(school, GOOD | {"problem": "Something else"} if row != GOOD else GOOD, row)
    assert first.error == ""
    assert (words in second.error) if words else second.error == ""


def test_too_many_lines(school):
    for text in ("{}\n" * 501, "problem\n" + "x\n" * 501):
        with pytest.raises(TableError, match="more than 500"):
            importing.preview(text, school.teacher)


def test_a_file_is_looked_at_mended_and_taken(school):
    client = school.client(school.teacher)
    bad = json.dumps(GOOD | {"reference": "Count.\r\nTwice.\x00\ud83d"}) + "\n{nonsense"  # what JSON escapes, and no database keeps
    preview = client.post(page("import_problems"), {"table": "", "file": SimpleUploadedFile("p.jsonl", bad.encode())})
    assert [line.error for line in preview.context["lines"]] == ["", "This line is not JSON."]
    assert "nonsense" in preview.content.decode()
    assert Problem.objects.filter(owner=school.teacher).count() == 1
    done = client.post(page("import_problems"), {"table": bad, "confirm": 1}, follow=True)
    assert "1 problem was imported" in done.content.decode()
    made = Problem.objects.get(text=GOOD["problem"])
    assert (made.owner, made.points, made.rubric.count(), made.reference) == (school.teacher, 3, 3, "Count.\nTwice.?")


@pytest.mark.parametrize("points", ["0.25", "0.3", "0.5", "0.75", "0.9", "7.5"])
def test_the_rubric_of_an_imported_problem_adds_up_as_it_is_stored(school, points):
    school.client(school.teacher).post(page("import_problems"), {"table": f"text,points\nWhat is it worth?,{points}", "confirm": 1})
    made = Problem.objects.get(text="What is it worth?")
    lines = {item.rule: item.points for item in made.rubric.all()}
    assert sum(lines.values()) == made.points == Decimal(points)
    assert lines["answer"] >= made.points / 2


def test_what_is_no_file_of_problems(school):
    answer = school.client(school.teacher).post(page("import_problems"), {"table": "", "file": SimpleUploadedFile("p.png", b"\x89PNG\x00")})
    assert answer.status_code == 422
    assert "not text" in answer.content.decode()


def test_how_an_answer_is_read_while_it_is_typed(school):
    client = school.client(school.teacher)
    assert r"\frac{3}{4}" in client.post(page("read_answer"), {"answer": "3/4"}).content.decode()
    assert "could not be read" in client.post(page("read_answer"), {"answer": "(("}).content.decode()
    assert "Without an expected answer" in client.post(page("read_answer"), {"answer": ""}).content.decode()


def test_an_answer_that_cannot_be_read_is_refused(school):
    client = school.client(school.teacher)
    answer = client.post(page("create_problem"), {"text": "x", "answer": "((", "topic": "", "reference": ""})
    assert answer.status_code == 422
    assert "could not be read" in answer.content.decode()
    assert Problem.objects.filter(owner=school.teacher).count() == 1


def test_the_bank_is_searched(school):
    school.bank("How long is the way?", "3")
    client = school.client(school.teacher)
    for query, count in (({"q": "way\x00"}, 1), ({"q": ""}, 2), ({"topic": "Equations\x00"}, 2), ({"topic": "No"}, 0), ({"q": "x + 3"}, 1)):
        assert client.get(page("bank"), query, headers={"HX-Request": "true"}).content.decode().count("problem-link") == count
