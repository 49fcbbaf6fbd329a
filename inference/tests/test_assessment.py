"""Judging a student's solution: reading the request, and holding the solution against others."""

import pytest

from inference.assessment import Sample, answer, judge, needs_second_opinion, read, sound

PROBLEM = "Tom has 3 bags of 12 marbles. He gives 6 marbles away. How many has he left?"
LOCATE = "Is the Student Solution incorrect? Write only the step number with the first error or 0 if no error is found."
VERDICT = "Is the Student Solution incorrect? Write 'Yes' if it is incorrect, or 'No' if it is correct."
SHOT = f"Problem: What is 1 + 1?\n\nStudent Solution: Step 1 - 1 + 1 = 3\n\nQ: {LOCATE}\n\nA: 1\n\n"
WRONG = r"Step 1 - He has 3 x 12 = 36 marbles.\nStep 2 - He has 36 + 6 = 42 left."
RIGHT = r"Step 1 - He has 3 x 12 = 36 marbles.\nStep 2 - He has 36 - 6 = 30 left."
SAMPLE = "Tom has 3 * 12 = 36 marbles. After giving away 6, he has 36 - 6 = 30. The answer is \\boxed{30}."
OTHER = "Tom has 3 * 12 = 36 marbles, and with 6 more 36 + 6 = 42. The answer is \\boxed{42}."
SLIPPED = "Tom has 3 * 12 = 35 marbles, so 35 - 6 = 29. The answer is \\boxed{29}."


def task(work, question=LOCATE, label="Student Solution"):
    return f"You are an experienced math teacher.\n\n{SHOT}Problem: {PROBLEM}\n\n{label}: {work}\n\nQ: {question}\n\nA:"


def judged(request, texts, *, scores=(), second=None):
    """Held against these samples, with their scores if there are any; `second` ones are texts."""
    samples = [Sample(text, score) for text, score in zip(texts, scores or [None] * len(texts), strict=True)]
    others = None if second is None else sound(request.problem, [Sample(text) for text in second])
    return judge(request, sound(request.problem, samples), others)


def test_the_benchmark_s_own_form_is_read():
    request = read(task(WRONG))
    assert request.problem == PROBLEM
    assert request.steps == ("He has 3 x 12 = 36 marbles.", "He has 36 + 6 = 42 left.")
    assert (request.wanted, request.explicit) == ("step", True)


def test_a_conversation_is_no_part_of_the_problem():
    talk = "Conversation:\n\nTeacher: How did you do it?\n\nStudent: I took 3 x 12 = 36. So he has 42."
    request = read(f"Problem: {PROBLEM}\n\n{talk}\n\nQ: {VERDICT}\n\nA:")
    assert (request.problem, request.wanted) == (PROBLEM, "incorrect")
    assert request.steps == ("I took 3 x 12 = 36.", "So he has 42.")


@pytest.mark.parametrize(
    "work",
    [
        "Step 1: a = 1\nStep 2: b = 2",
        "step 1. a = 1\n step 2. b = 2",
        "第1步：a = 1\n第2步：b = 2",
        "a = 1\nb = 2",
        "Step 1 - a = 1\\nStep 2 - b = 2",
    ],
)
def test_steps_are_read_however_they_are_numbered(work):
    assert read(f"Problem: p?\nStudent's solution: {work}").steps == ("a = 1", "b = 2")


def test_a_step_may_speak_of_steps():
    assert read("Problem: p?\nStudent Solution: Step 1 - a\nStep 2 - b\nStep 1 again: c").steps == ("a", "b\nStep 1 again: c")


@pytest.mark.parametrize(
    "text", ["", "What is 7 x 8?", "Problem: What is 7 x 8?", "Student Solution: 56", "Problem: \nStudent Solution: 56"]
)
def test_what_is_no_request_is_not_taken_for_one(text):
    assert read(text) is None


def test_of_two_numbers_the_answer_is_the_one_that_the_problem_does_not_state():
    problem = "Sonja mixes 2 ounces of oil with each 8 ounces of nuts. Her batch weighs 20 ounces. How many ounces of oil are in it?"
    right = "Step 1 - The batch has 2 parts.\\nStep 2 - So there are 4 ounces of oil in her 20-ounce batch."
    request = read(f"Problem: {problem}\n\nStudent Solution: {right}\n\nQ: {VERDICT}\n\nA:")
    assert answer(request, judged(request, ["20 / 10 = 2 times, so 2 * 2 = 4. The answer is \\boxed{4}."] * 3)) == "No"


def test_a_chinese_request_is_read():
    request = read("题目：小明有3个苹果，又买了2个，一共几个？\n学生解答：3+2=6\n要求：只写第一个错误的步骤编号。")
    assert (request.problem, request.steps, request.wanted) == ("小明有3个苹果,又买了2个,一共几个?", ("3+2=6",), "step")


@pytest.mark.parametrize(
    ("question", "wrong", "right"),
    [(LOCATE, "2", "0"), (VERDICT, "Yes", "No"), ("Is the solution correct? Answer 'Yes' or 'No'.", "No", "Yes")],
)
def test_the_reply_is_what_was_asked_for(question, wrong, right):
    for work, expected in ((WRONG, wrong), (RIGHT, right)):
        request = read(task(work, question))
        assert answer(request, judged(request, [SAMPLE] * 5 + [SLIPPED])) == expected


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Is the solution correct? Write 'Yes' if it is correct, or 'No' if it is incorrect.", "correct"),
        ("Is the solution correct? Write 'Yes' if it is correct, or 'No' if it contains an error.", "correct"),
        ("Is the solution correct or incorrect? Answer 'Yes' if it is correct.", "correct"),
        ("Is the solution right or wrong? Answer yes if it is not correct and no otherwise.", "incorrect"),
        ("Is it free of errors? Answer yes or no.", "correct"),
        ("Does it contain a mistake? Answer yes or no.", "incorrect"),
        ("Write 'No' if the solution is incorrect and 'Yes' when there are no mistakes.", "correct"),
        ("学生的解答正确吗？只回答“是”或“否”。", "correct"),
        ("对回答'Yes'，错回答'No'。", "correct"),
        ("正确则写'否'，错误则写'是'。", "incorrect"),
        ("解答没有错误吗？回答是或否。", "correct"),
        ("Is the solution correct or incorrect? Answer yes or no.", "report"),
    ],
)
def test_what_yes_stands_for_is_read(question, wanted):
    assert read(task(WRONG, question)).wanted == wanted


def test_a_hostile_text_is_read_in_the_time_that_its_length_takes():
    for hostile in ("$" * 90_000 + "x", "(" + "Ab. " * 25_000, "a" + "\n" * 300_000 + "b", "Step " + "1" * 5000):
        assert read(f"Problem: p?\nStudent: {hostile}").steps


def test_where_our_own_solutions_are_at_odds_only_a_bare_verdict_is_a_guess():
    odds = [f"He has {number} left. The answer is \\boxed{{{number}}}." for number in (11, 12, 13, 14)]
    asked = read(task(WRONG))
    assert answer(asked, judged(asked, [SAMPLE, *odds])) == "2"
    report = read(f"Problem: {PROBLEM}\nStudent Solution: {WRONG}")
    assert answer(report, judged(report, [SAMPLE, *odds])).startswith("No mistake was found.")


@pytest.mark.parametrize(
    ("own", "others", "verdict"),
    [
        (3, 3, "0"),  # it leads: nobody else is asked
        (2, 3, "2"),
        (0, 5, "2"),
    ],
)
def test_nobody_else_is_asked_where_the_student_s_answer_leads(own, others, verdict):
    request = read(task(RIGHT))
    texts = [SAMPLE] * own + [OTHER] * others
    assert answer(request, judged(request, texts)) == verdict
    assert needs_second_opinion(request, [Sample(text) for text in texts]) == (verdict != "0")


@pytest.mark.parametrize(("second", "verdict"), [([SAMPLE] * 2 + [OTHER], "0"), ([SAMPLE] + [OTHER] * 2, "2"), ([], "2")])
def test_of_both_opinions_half_the_votes_of_the_leading_answer_are_enough(second, verdict):
    request = read(task(RIGHT))
    assert answer(request, judged(request, [OTHER] * 3, second=second)) == verdict


def test_a_report_needs_no_second_opinion():
    report = read(f"Problem: {PROBLEM}\nStudent Solution: {RIGHT}")
    assert not needs_second_opinion(report, [Sample(OTHER)] * 5)


def test_votes_are_weighed_by_the_reward_model_s_scores():
    request = read(task(RIGHT))
    assert answer(request, judged(request, [SAMPLE, OTHER, OTHER], scores=[4.0, -4.0, -4.0])) == "0"
    assert answer(request, judged(request, [SAMPLE, OTHER, OTHER], scores=[-4.0, 4.0, 4.0])) == "2"


def test_a_solution_of_our_own_that_calculates_wrongly_has_no_vote():
    report = read(f"Problem: {PROBLEM}\nStudent Solution: {RIGHT}")
    said = answer(report, judged(report, [SAMPLE, *[SLIPPED] * 4]))
    assert said == "No mistake was found. 1 of 1 solutions of our own come to the same answer."


@pytest.mark.parametrize(
    ("last", "answer_", "verdict"),
    [
        ("30 + 60 = 90 minutes", "1.5 \\text{ hours}", "0"),
        ("30 + 60 = 90 minutes", "90", "0"),
        ("2 + 3 = 5 minutes", "5 \\text{ hours}", "1"),
    ],
)
def test_units_count_where_both_have_one(last, answer_, verdict):
    request = read(f"Problem: How long?\n\nStudent Solution: Step 1 - {last}\n\nQ: {LOCATE}")
    assert answer(request, judged(request, [f"The answer is \\boxed{{{answer_}}}."] * 4)) == verdict


def test_where_words_alone_go_wrong_it_is_behind_the_last_right_step():
    work = r"Step 1 - He has 3 x 12 = 36 marbles.\nStep 2 - He keeps none of them.\nStep 3 - So nothing is left."
    request = read(task(work))
    assert answer(request, judged(request, [SAMPLE] * 4)) == "2"


def test_without_a_question_the_reason_is_given():
    request = read(f"Problem: {PROBLEM}\nStudent Solution: {WRONG}")
    said = answer(request, judged(request, [SAMPLE] * 4))
    assert said.startswith("Step 2 is the first wrong one.")
    assert said.endswith("0 of 4 solutions of our own come to the same answer.")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("学生的解答正确吗？只回答“是”或“否”。", "否"),
        ("学生的解答有错误吗？只回答“是”或“否”。", "是"),
        ("学生的解答是否正确？对回答'Yes'，错回答'No'。", "No"),
    ],
)
def test_yes_and_no_are_said_in_the_words_that_are_asked_for(question, said):
    request = read(task(WRONG, question))
    assert answer(request, judged(request, [SAMPLE] * 4)) == said


def test_a_report_is_in_the_problem_s_language():
    request = read("题目：小明有12个苹果，吃了3个，现在有几个？\n学生解答：12 - 3 = 8")
    sample = "现在有 $12 - 3 = 9$ 个。答案是 $\\boxed{9}$。"
    said = answer(request, judged(request, [sample] * 4), lambda reason: f"〔{reason}〕")
    assert said == "第 1 步是第一处错误。〔12 - 3 is not equal to 8.〕我们自己的 4 个解答中，有 0 个得到同样的答案。"


def test_a_wrong_majority_does_not_outvote_nothing():
    """Where no solution of our own came to an answer, only calculation speaks."""
    request = read(task(RIGHT))
    assert answer(request, judged(request, [])) == "0"
    slip = read(task(r"Step 1 - He has 3 x 12 = 38 marbles.\nStep 2 - He has 38 - 6 = 32 left."))
    assert answer(slip, judged(slip, [])) == "1"
