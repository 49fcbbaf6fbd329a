"""Lessons over a scripted model: what is asked for, what is said, and what never is."""

from contextlib import aclosing

import pytest

from inference.events import Token
from inference.prompts import Exchange
from inference.sandbox import SessionLost
from inference.sandbox.absent import NoSandbox
from inference.tests.tutoring_engine import Sandbox, ScriptedEngine, solver
from inference.tutoring.events import Keyed, Noted, Progress, Reviewed, Taught, Working
from inference.tutoring.lesson import Lesson

CLIPS = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. "
    "How many clips did Natalia sell altogether in April and May?"
)
SOLUTION = "In May she sold $48/2 = 24$ clips.\nAltogether she sold $48 + 24 = 72$ clips.\nThe answer is $\\boxed{72}$."
GOOD = "How do the clips of May depend on those of April?"
LEAKING = "Is it perhaps 72 altogether?"
WRONG = "Note that 48/2 = 23. What comes next?"
SOLVES = solver(SOLUTION, "72")
LEADING = "How many clips did she sell in May?"
HINTS = ("You never say the final answer", [LEAKING, WRONG, GOOD, LEADING])
REPLIED = ("Do not answer that yet", ["In May it was half of 48: $48/2 = \\boxed{24}$."])


class Student:
    """Goes through a lesson, each request going on from what came before."""

    def __init__(self, *replies, aim="hints", problem=CLIPS, output="72", language="en"):
        self.fixed = {"problem": problem, "aim": aim, "language": language, "sandbox": Sandbox(output)}
        self.engine = ScriptedEngine(*replies)
        self.key, self.progress = None, Progress()
        self.text = ""
        self.events = []

    async def ask(self, request="", attempt="", **more):
        lesson = Lesson(
            engine=self.engine, request=request, attempt=attempt, key=self.key, progress=self.progress, samples=2, **self.fixed | more
        )
        async with aclosing(lesson.teach()) as events:
            self.events = [event async for event in events]
        self.key = next((event.key for event in self.events if isinstance(event, Keyed)), self.key)
        end = self.events[-1]
        assert isinstance(end, Taught)
        assert end.text == "".join(event.text for event in self.events if isinstance(event, Token))
        self.progress, self.text = end.progress, end.text
        return end

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


async def test_a_key_is_made_once_of_solutions_that_agree():
    student = Student(*SOLVES)
    end = await student.ask()
    assert (student.key.answer, student.key.agreeing, student.key.count, student.key.checked) == ("72", 4, 4, True)
    assert student.key.solution.startswith("In May")
    assert "boxed" not in student.key.solution
    assert end.offers == ("attempt", "hint")
    assert "What have you tried?" in end.text
    assert "72" not in end.text
    solved = len(student.engine.prompts)
    await student.ask("attempt", "48/2 = 24")
    assert len(student.engine.prompts) == solved


async def test_where_the_solutions_do_not_agree_nothing_is_taught():
    words = ("within", ["So $\\boxed{1}$.", "So $\\boxed{2}$."])
    student = Student(("```output", ["$\\boxed{3}$", "$\\boxed{4}$"]), ("programs", ["print()\n```\n"]), words)
    end = await student.ask()
    assert "not sure" in end.text
    assert end.offers == ("attempt",)
    assert [event.note for event in student.of(Noted)] == ["unsure"]
    end = await student.ask("attempt", "48/2 = 25")
    assert student.of(Reviewed)[0].review.first_error == 0  # calculations are still checked


class Lost(Sandbox):
    """Its sessions die of whatever they run."""

    async def run(self, code):
        raise SessionLost("The session is gone.")


@pytest.mark.parametrize("sandbox", [NoSandbox("No namespaces here."), Lost("")])
async def test_where_no_python_can_be_run_words_that_agree_are_enough(sandbox):
    student = Student(*SOLVES, aim="check")
    end = await student.ask("", "48/2 = 24\n48 + 24 = 72", sandbox=sandbox)
    assert end.progress.finished
    assert (student.key.answer, student.key.agreeing, student.key.count, student.key.checked) == ("72", 2, 2, False)
    alone = ("within", ["So $\\boxed{1}$.", "So $\\boxed{2}$."])
    student = Student(("programs", ["print()\n```\n"]), alone)
    assert "not sure" in (await student.ask(sandbox=sandbox)).text


async def test_the_ladder_of_hints():
    student = Student(*SOLVES, REPLIED, HINTS)
    await student.ask()
    end = await student.ask("hint", "I do not know how to begin")
    assert end.text.startswith("This is asked for: “How many clips did Natalia sell altogether in April and May?”")
    assert student.of(Reviewed) == []  # there are no lines to be marked
    assert not end.progress.tried
    end = await student.ask("hint", "still not")
    assert end.text == LEADING  # of the good ones the nearest to the step
    end = await student.ask("hint", "still not")
    assert "work out $\\frac{48}{2}$" in end.text
    end = await student.ask("hint", "still not")
    assert "48/2 = 24" in end.text
    assert end.progress.worked
    assert end.offers == ("attempt", "hint", "answer")
    assert "72" not in end.text
    end = await student.ask("answer")
    assert (end.answer, end.checked) == ("72", True)
    assert "48 + 24 = 72" in end.text


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("How many clips did she sell in April?", "It was \\boxed{48}."),
        ("How many clips did she sell in May?", "That is not said."),
        ("Did she sell half as many clips in May?", "It was $48/2 = \\boxed{24}$."),
    ],
)
async def test_a_question_that_does_not_come_to_the_step_is_no_idea(question, reply):
    student = Student(*SOLVES, ("Do not answer that yet", [reply]), ("You never say the final answer", [question]))
    await student.ask()
    await student.ask("hint", "no idea")
    end = await student.ask("hint", "no idea")
    assert end.text == "Which of the quantities that you have can be put together next? Think about $48$ and $2$."
    assert [event.note for event in student.of(Noted)] == ["plain"]


SHIRTS = "Davos went to the mall on Monday. He bought 2 shirts that cost $30 each. He got a 40% discount. How much did he pay?"


@pytest.mark.parametrize(
    ("problem", "solution", "answer", "part"),
    [
        (
            SHIRTS,
            "Without it they cost $30 \\times 2 = 60$.\nHe pays $60 \\times 0.6 = 36$.",
            "36",
            "He bought 2 shirts that cost $30 each.",
        ),
        (
            "A box holds 6 eggs. Ann is 9. Bob has 4 boxes. He sells 3 eggs. How many eggs has he left?",
            "There are $6 \\times 4 = 24$ eggs.\nHe has $24 - 3 = 21$ left.",
            "21",
            "A box holds 6 eggs. … Bob has 4 boxes.",
        ),
        (
            "A magazine costs half as much as a book. The book costs $4. A pen costs $1 less than a magazine. How much is the pen?",
            "A magazine costs $\\frac{1}{2} \\times 4 = 2$.\nA pen costs $2 - 1 = 1$.",
            "1",
            "A magazine costs half as much as a book. The book costs $4.",
        ),
        (
            "James has 6 more candies than Robert. John has twice as many as Robert. If John has 54, how many more has he than James?",
            "Say that Robert has $R$ candies: $2R = 54$.\nSo $R = 54 / 2 = 27$.\nJames has $27 + 6 = 33$.\nJohn has $54 - 33 = 21$ more.",
            "21",
            "John has twice as many as Robert. If John has 54, how many more has he than James?",
        ),
    ],
)
async def test_a_nudge_points_to_where_the_problem_says_it(problem, solution, answer, part):
    student = Student(*solver(f"{solution}\nThe answer is $\\boxed{{{answer}}}$.", answer), problem=problem, output=answer)
    await student.ask()
    assert f"“{part}”" in (await student.ask("hint", "no idea")).text
    assert student.of(Noted) == []


async def test_the_question_of_a_problem_is_no_hint_with_a_name_for_its_pronoun():
    solution = "Without it they cost $30 \\times 2 = 60$.\nHe pays $60 \\times 0.6 = 36$.\nThe answer is $\\boxed{36}$."
    replied = ("Do not answer that yet", ["$2 \\times 30 = \\boxed{60}$"])
    echo = ("You never say the final answer", ["How much did Davos pay for the shirts?"])
    student = Student(*solver(solution, "36"), replied, echo, problem=SHIRTS, output="36")
    await student.ask()
    await student.ask("hint", "no idea")
    await student.ask("hint", "no idea")
    assert [event.note for event in student.of(Noted)] == ["plain"]


async def test_of_good_hints_the_one_that_is_nearest_to_the_step_is_shown():
    near = "What do you know about the clips that were sold in May?"
    hints = ("You never say the final answer", ["What comes next?", near, "Who is Ann?", "Is it hard?"])
    student = Student(*SOLVES, REPLIED, hints)
    await student.ask()
    await student.ask("hint", "no idea")
    assert (await student.ask("hint", "no idea")).text == near


@pytest.mark.parametrize("wrapped", [f"Question: {GOOD}", f'"{GOOD}"', f'"{GOOD}', f"Hint: “{GOOD}”"])
async def test_a_hint_stands_without_label_and_quotation_marks(wrapped):
    student = Student(*SOLVES, REPLIED, ("You never say the final answer", [wrapped]))
    await student.ask()
    await student.ask("hint", "no idea")
    assert (await student.ask("hint", "no idea")).text == GOOD


@pytest.mark.parametrize(
    "bad",
    [
        LEAKING,
        WRONG,
        "```python\nprint(1)\n```",
        "先想想四月卖了多少？",
        "Think of the 17 friends?",
        "Add both numbers.",
        "How many clips were there?",
        "She sold 48 in April, how many clips?",
        "Altogether, how many clips did Natalia sell to her friends altogether in April and May?",
        "What did she sell in July as in April?",
        "What does the student know of the clips in May?",
    ],
)
async def test_bad_hints_are_not_shown(bad):
    student = Student(*SOLVES, ("You never say the final answer", [bad]))
    await student.ask()
    for rung in range(4):
        end = await student.ask("hint", "no idea")
        assert bad not in end.text
        assert "72" not in end.text
        assert [event.note for event in student.of(Noted)] == (["plain"] if rung == 1 else []), rung  # the others are quoted
    assert "48/2 = 24" in end.text  # the worked step, of the reference


async def test_the_last_step_is_never_worked():
    student = Student(*SOLVES, ("You never say the final answer", [LEAKING]))
    await student.ask()
    await student.ask("attempt", "48/2 = 24")
    for _ in range(5):
        end = await student.ask("hint", "and now?")
        assert "72" not in end.text


@pytest.mark.parametrize(
    ("problem", "answer", "steps"),
    [
        ("Solve 2x + 3 = 7", "x = 2", "Subtract 3: $2x = 4$.\nDivide by 2:\n\\[x = 2\\]"),
        ("Solve 2x + 7 > 21", "x > 7", "Subtract 7: $2x > 14$.\nDivide by 2: $x > 7$."),
    ],
)
async def test_an_answer_is_not_said_where_its_number_stands_in_the_problem(problem, answer, steps):
    solution = f"{steps}\nThe answer is $\\boxed{{{answer}}}$."
    hints = ("You never say the final answer", [f"Is ${answer}$?"])
    student = Student(*solver(solution, answer), hints, problem=problem, output=answer)
    await student.ask()
    for _ in range(8):
        assert answer not in (await student.ask("hint", "no idea")).text
    assert answer in (await student.ask("answer")).text


async def test_work_is_read_and_the_first_wrong_line_shown():
    student = Student(*SOLVES, aim="check")
    end = await student.ask("", "In May: 48/2 = 24\nTogether: 48 + 24 = 62\nThe answer is 62")
    found = student.of(Reviewed)[0].review
    assert [line.status for line in found.lines] == ["checked", "wrong", "carried"]
    assert found.first_error == 1
    assert "Line 2 is the first" in end.text
    assert "72" not in end.text + str(found)
    end = await student.ask("attempt", "48/2 = 24\n48 + 24 = 72")
    assert end.progress.finished
    assert "right" in end.text
    assert end.offers == ("attempt",)  # another way may be checked as well
    assert "Line 1 does not hold" in (await student.ask("attempt", "48 + 24 = 71")).text


async def test_a_partial_work_is_not_called_wrong_for_not_being_the_answer():
    student = Student(*SOLVES, aim="check")
    end = await student.ask("", "48/2 = 24")
    assert student.of(Reviewed)[0].review.first_error is None
    assert "Go on from there" in end.text


@pytest.mark.parametrize("work", ["180/72 = 2.5\nAnswer: 2 h 30 min", "Answer: 2 h 30 min"])
async def test_an_answer_that_cannot_be_compared_is_not_called_wrong(work):
    solution = "He drives $180/72 = 2.5$ hours.\nThe answer is $\\boxed{2.5}$."
    student = Student(*solver(solution, "2.5"), aim="check", problem="How many hours do 180 km take at 72 km/h?", output="2.5")
    end = await student.ask("", work)
    assert student.of(Reviewed)[0].review.answer_is_right is None
    assert "could not compare your answer" in end.text


EQUATION = "Solve 3x - 4 = 2"
SOLVED = "Add 4: $3x = 6$.\nDivide by 3: $x = 2$.\nThe answer is $\\boxed{x = 2}$."


@pytest.mark.parametrize("work", ["3x - 4 = 2", "$3x - 4 = 2$", "3x - 4 = 2\n3x - 4 = 2", "x + 4 - 4 = 2", "2x - x = 2 + 0"])
async def test_an_equation_that_is_not_solved_yet_is_no_answer(work):
    student = Student(*solver(SOLVED, "x = 2"), aim="check", problem=EQUATION, output="2")
    end = await student.ask("", work)
    assert not end.progress.finished
    assert student.of(Reviewed)[0].review.answer_is_right is None


@pytest.mark.parametrize("work", ["3x = 6\nx = 2", "3x = 6\nx = 6/3 = 2", "3x = 6\nx: 6 / 3 = 2", "3x = 6\n2 = x", "The value of x = 2"])
async def test_a_solved_equation_is_an_answer(work):
    student = Student(*solver(SOLVED, "x = 2"), aim="check", problem=EQUATION, output="2")
    assert (await student.ask("", work)).progress.finished


@pytest.mark.parametrize(
    ("problem", "answer", "work", "is_right"),
    [
        ("Solve x^2 + x = 6", "x = 2, x = -3", "(x - 2)(x + 3) = 0\nx = 2 or x = -3", True),
        ("Solve x^2 + x = 6", "x = 2, x = -3", "x = -3, x = 2", True),
        ("Solve x^2 + x = 6", "x = 2, x = -3", "x = 3 or x = -3", None),
        ("Solve 2x > 14", "x > 7", "x > 7", True),
        ("Solve 2x > 14", "x > 7", "2x > 14", None),
    ],
)
async def test_all_values_of_a_line_are_its_answer(problem, answer, work, is_right):
    solution = f"So it is.\nThe answer is $\\boxed{{{answer}}}$."
    student = Student(*solver(solution, answer), aim="check", problem=problem, output=answer)
    await student.ask("", work)
    assert student.of(Reviewed)[0].review.answer_is_right is is_right


async def test_what_the_problem_gives_is_no_answer():
    solution = "Put a in: $2x + 2 = 6$.\nTake 2 away: $2x = 4$.\nThe answer is $\\boxed{2}$."
    student = Student(*solver(solution, "2"), aim="check", problem="Given a = 2, solve ax + 2 = 6.", output="2")
    assert not (await student.ask("", "a = 2")).progress.finished
    assert (await student.ask("attempt", "x = 2")).progress.finished


async def test_what_the_problem_gives_of_something_else_is_no_reason_against_an_answer():
    problem = "AB = 5 cm, and CD is twice as long minus 5 cm. How long is CD?"
    solution = "Twice as long: $2 \\times 5 = 10$.\nMinus 5: $10 - 5 = 5$.\nThe answer is $\\boxed{5}$."
    student = Student(*solver(solution, "5"), aim="check", problem=problem, output="5")
    assert (await student.ask("", "CD = 5")).progress.finished


async def test_a_calculation_with_letters_has_its_answer_on_the_right():
    solution = "The numbers are $3 - 3 = 0$.\nSo $2x + 3 - 3 = 2x$.\nThe answer is $\\boxed{2x}$."
    student = Student(*solver(solution, "2x"), aim="check", problem="Simplify 2x + 3 - 3", output="2*x")
    assert (await student.ask("", "2x + 3 - 3 = 2x + 0 = 2x")).progress.finished


@pytest.mark.parametrize("work", ["48/2 = 24\nclips: 48 + 24 = 72", "48/2 = 24\ntotal = 72", "total clips sold = 48 + 24 = 72 clips"])
async def test_a_line_of_words_and_numbers_has_its_answer_on_the_right(work):
    student = Student(*SOLVES, aim="check")
    assert (await student.ask("", work)).progress.finished


QUADRATIC = "Solve $x^2 + x - 6 = 0$."
FACTORED = "Factor: $(x - 2)(x + 3) = 0$.\nSo $x - 2 = 0$ or $x + 3 = 0$.\nSo $x = 2$ or $x = -3$.\nThe answer is $\\boxed{x = 2, x = -3}$."


@pytest.mark.parametrize(
    ("problem", "solution", "answer", "work"),
    [
        (EQUATION, SOLVED, "x = 2", "3x = 6"),
        (QUADRATIC, FACTORED, "x = 2, x = -3", "(x - 2)(x + 3) = 0"),
        (QUADRATIC, FACTORED, "x = 2, x = -3", "(x + 3)(x - 2) = 0\nx + 3 = 0 or x - 2 = 0"),
        ("3 times a number minus 4 is 2. Which number?", f"Let it be x: $3x - 4 = 2$.\n{SOLVED}", "x = 2", "3x - 4 = 2\n3x = 6"),
        (QUADRATIC, FACTORED, "x = 2, x = -3", "D = 1^2 - 4*1*(-6) = 25"),  # another way than the key's
    ],
)
async def test_an_equation_on_the_way_is_not_called_wrong(problem, solution, answer, work):
    student = Student(*solver(solution, answer), aim="check", problem=problem, output=answer.replace("x = ", ""))
    await student.ask("", work)
    assert student.of(Reviewed)[0].review.first_error is None
    await student.ask("attempt", f"{work}\n3x - 3x = 1")
    assert student.of(Reviewed)[0].review.first_error == len(work.splitlines())


async def test_step_by_step():
    student = Student(*SOLVES, aim="steps")
    end = await student.ask()
    assert end.offers == ("attempt", "next")
    end = await student.ask("next")
    assert "48/2 = 24" in end.text
    assert "72" not in end.text
    end = await student.ask("attempt", "48 + 24 = 73")
    assert student.of(Reviewed)[0].review.first_error == 0
    end = await student.ask("attempt", "48 + 24 = 72")
    assert end.progress.finished
    assert end.offers == ("answer",)


APPLES = "Ann has 30 apples, buys 20 and gives 20 to Bob. How many apples has she now?"
COUNTED = "First: $30 + 20 = 50$.\nThen: $50 - 20 = 30$.\nThe answer is $\\boxed{30}$."


@pytest.mark.parametrize(
    ("attempt", "at"),
    [
        ("I am stuck, what should I do with the 30 apples?", 0),
        ("30 + 20", 0),
        ("30 + 20 = 50", 1),
        ("After buying she has 50 apples.", 1),
        ("30 + 20 = 50\nApples now: 50 - 20 = 30", 2),
    ],
)
async def test_a_number_of_the_problem_is_no_step_that_was_done(attempt, at):
    student = Student(*solver(COUNTED, "30"), aim="steps", problem=APPLES, output="30")
    await student.ask()
    assert (await student.ask("attempt", attempt)).progress.at == at


async def test_of_two_steps_with_one_result_the_first_is_the_one_that_was_done():
    solution = "First: $10 + 20 = 30$.\nThen: $30 + 5 = 35$.\nLast: $35 - 5 = 30$.\nThe answer is $\\boxed{30}$."
    student = Student(*solver(solution, "30"), aim="steps", problem="Add 10 to 20 and then 5. Take 5 away.", output="30")
    await student.ask()
    assert (await student.ask("attempt", "10 + 20 = 30, and then?")).progress.at == 1


@pytest.mark.parametrize(
    ("attempt", "at"),
    [
        ("x^2 + x - 6 = 0, and now?", 0),
        ("(x - 2)(x + 3) = 0", 1),
        ("0 = (x + 3)(x - 2)", 1),
        ("(x - 2)(x + 3) = 0\nx + 3 = 0 or x - 2 = 0", 2),
        ("x - 2 = 0", 0),  # half of a step
    ],
)
async def test_a_step_without_a_number_as_its_result_is_done_where_its_equations_are_written(attempt, at):
    student = Student(*solver(FACTORED, "x = 2, x = -3"), aim="steps", problem=QUADRATIC, output="2, -3")
    await student.ask()
    assert (await student.ask("attempt", attempt)).progress.at == at


async def test_a_hint_speaks_of_the_last_step_at_the_last_one_alone():
    solution = SOLVED.replace("{x = 2}", "{2}")
    student = Student(*solver(solution, "2"), ("You never say the final answer", [LEAKING]), problem=EQUATION, output="2")
    await student.ask()
    texts = [(await student.ask("hint", "no idea")).text for _ in range(4)]
    assert not [text for text in texts if "last one" in text or "last step" in text]
    assert "$3x = 6$" in texts[3]
    texts = [(await student.ask("hint", "3x = 6")).text for _ in range(4)]
    assert "it is the last one that is missing" in texts[2]
    assert "Only the last step is missing" in texts[3]


async def test_questions_are_asked_one_at_a_time_and_replies_checked():
    wording = ("short question whose reply", ["How many clips did she sell in May?"])
    student = Student(*SOLVES, REPLIED, wording, aim="socratic")
    end = await student.ask()
    assert "How many clips did she sell in May?" in end.text
    end = await student.ask("attempt", "25")
    assert "Not yet" in end.text
    assert "24" not in end.text
    end = await student.ask("attempt", "24 clips")
    assert end.text.startswith("Right.")
    assert "what is the answer" in end.text
    end = await student.ask("attempt", "70")
    assert "72" not in end.text
    end = await student.ask("attempt", "it is 72")
    assert end.progress.finished


async def test_a_question_that_comes_to_something_else_is_not_asked():
    wording = ("short question whose reply", ["How many clips did she sell in April?"])
    student = Student(*SOLVES, ("Do not answer that yet", ["It was $\\boxed{48}$."]), wording, aim="socratic")
    end = await student.ask()
    assert "April" not in end.text
    assert "What do you get for $\\frac{48}{2}$?" in end.text


async def test_a_step_that_is_missed_twice_is_shown():
    student = Student(*SOLVES, ("short question whose reply", [LEAKING]), aim="socratic")
    end = await student.ask()
    assert "$\\frac{48}{2}$" in end.text  # the plain question: the model's leaks
    await student.ask("attempt", "1")
    end = await student.ask("attempt", "2")
    assert "$\\frac{48}{2} = 24$" in end.text
    assert "what is the answer" in end.text


async def test_a_step_that_is_a_part_of_the_answer_is_not_shown_however_often_it_is_missed():
    problem = "Ann has 12 cards, Bob has twice as many, and Cid has 5 more than Bob. How many have Bob and Cid?"
    solution = "Bob has $12 \\times 2 = 24$ cards.\nCid has $24 + 5 = 29$ cards.\nThe answer is $\\boxed{24, 29}$."
    wording = ("short question whose reply", ["How many cards has Bob?"])
    student = Student(
        *solver(solution, "24, 29"), ("Do not answer that yet", ["\\boxed{24}"]), wording, aim="socratic", problem=problem, output="24, 29"
    )
    await student.ask()
    for _ in range(6):
        end = await student.ask("attempt", "idk")
        assert "24" not in end.text
        assert "29" not in end.text
    assert end.offers == ("attempt", "answer")
    end = await student.ask("attempt", "24")
    assert end.text.startswith("Right.")
    assert (await student.ask("attempt", "24 and 29")).progress.finished


async def test_work_that_comes_with_the_problem_is_read_before_a_question_is_asked():
    wording = ("short question whose reply", ["How many clips did she sell in May?"])
    student = Student(*SOLVES, REPLIED, wording, aim="socratic")
    end = await student.ask("", "48/2 = 25")
    assert student.of(Reviewed)[0].review.first_error == 0
    assert end.progress.work == "48/2 = 25"
    assert "Line 1 does not hold" in end.text
    assert "How many clips did she sell in May?" in end.text
    student = Student(*SOLVES, REPLIED, wording, aim="socratic")
    end = await student.ask("", "48/2 = 24\n48 + 24 = 72")
    assert end.progress.finished
    assert "?" not in end.text


async def test_a_wrong_step_is_admitted_and_mended():
    shown = SOLUTION.replace("48/2 = 24", "48/2 = 22").replace("48 + 24 = 72", "48 + 22 = 70").replace("{72}", "{70}")
    student = Student(*SOLVES, aim="explain")
    end = await student.ask("challenge", shown=shown, quote="In May she sold $48/2 = 22$ clips.")
    assert "this step is wrong" in end.text
    assert end.answer == "72"
    assert "48/2 = 24" in end.text


async def test_a_hint_for_a_follow_up_knows_what_it_goes_on_from():
    asks, replied = "What are twice the 24 clips?", ("Do not answer that yet", ["It is $\\boxed{50}$."])
    twice = solver("Now $2 * 24 + 2 = 50$.\nThat is $50 - 2 = 48$.\nThe answer is $\\boxed{48}$.", "48")
    student = Student(*twice, replied, (HINTS[0], [asks]), problem="And twice that?")
    student.fixed |= {"history": [Exchange("How many clips are half of 50 without 1?", "It is $\\boxed{24}$.")]}
    await student.ask()
    await student.ask("hint", "I do not know")
    end = await student.ask("hint", "I do not know")
    assert asks in end.text
    assert "half of 50 without 1?\n24\nAnd twice that?" in student.engine.prompts[-1]


async def test_a_key_that_a_doubt_proves_wrong_is_made_anew():
    wrong = "In May she sold $48/4 = 12$ clips.\nAltogether she sold $48 + 12 = 60$ clips.\nThe answer is $\\boxed{60}$."
    student = Student(*solver(wrong, "60"), aim="steps", output="60")
    await student.ask()
    shown = (await student.ask("answer")).text
    assert "48/4 = 12" in shown
    student.engine.replies = SOLVES
    end = await student.ask("challenge", shown=shown, quote="In May she sold $48/4 = 12$ clips.")
    assert [event.instead for event in student.of(Keyed)] == [True]
    assert end.answer == student.key.answer == "72"
    assert "48/2 = 24" in (await student.ask("answer")).text


async def test_a_doubt_that_changes_nothing_leaves_the_key():
    student = Student(*SOLVES, aim="steps")
    await student.ask()
    await student.ask("challenge", shown=SOLUTION, quote="In May she sold $48/2 = 24$ clips.")
    assert student.of(Keyed) == []


async def test_a_right_step_is_defended_with_the_evidence():
    student = Student(*SOLVES, aim="explain")
    end = await student.ask("challenge", shown=SOLUTION, quote="In May she sold $48/2 = 24$ clips.", wording=lambda r: f"[{r.template}]")
    assert "it stands: [The calculation is right.]" in end.text
    assert "4 of 4 new solutions" in end.text
    assert end.answer is None


async def test_each_doubt_is_looked_into_with_new_solutions():
    wrong = "In May she sold $48/4 = 12$ clips.\nAltogether she sold $48 + 12 = 60$ clips.\nThe answer is $\\boxed{60}$."
    student = Student(*solver(wrong, "60"), aim="explain", output="60")
    assert "48/4 = 12" in (await student.ask("", "48/2 = 24")).text
    student.engine.replies = SOLVES
    for _ in range(2):
        before = len(student.engine.prompts)
        end = await student.ask("challenge", shown=wrong, quote="In May she sold $48/4 = 12$ clips.")
        assert "this step is wrong" in end.text
        assert end.answer == "72"
        assert len(student.engine.prompts) > before


async def test_what_was_mended_can_be_doubted_again():
    shown = SOLUTION.replace("48/2 = 24", "48/2 = 22")
    student = Student(*SOLVES, aim="explain")
    end = await student.ask("challenge", shown=shown, quote="Altogether she sold $48 + 24 = 72$ clips.")
    assert "goes on from an earlier one that is wrong" in end.text
    for _ in range(2):
        end = await student.ask("challenge", shown=end.progress.solution, quote="Altogether she sold $48 + 24 = 72$ clips.")
        assert "it stands" in end.text
        assert end.answer is None


WHY = "Why do you divide by 2?"
BECAUSE = "She sold half as many in May.\nHalf of 48 clips are $48/2 = 24$ clips."


async def test_a_doubted_reply_is_judged_in_the_conversation_that_it_belongs_to():
    student = Student((CLIPS, [BECAUSE]), *solver("You divide because of $1 + 1 = 2$.\nThe answer is $\\boxed{2}$.", "2"), problem=WHY)
    asked = {"shown": BECAUSE, "quote": "Half of 48 clips are $48/2 = 24$ clips.", "history": [Exchange(CLIPS, SOLUTION)]}
    end = await student.ask("challenge", **asked)
    assert all(CLIPS in prompt for prompt in student.engine.prompts)
    assert "it stands: The calculation is right." in end.text
    assert "Mended" not in end.text


@pytest.mark.parametrize("shown", [BECAUSE, f"{BECAUSE}\nThe answer is: it depends on the month."])
async def test_what_comes_to_no_answer_that_can_be_compared_is_not_mended(shown):
    student = Student(*SOLVES, problem=WHY, aim="explain")
    end = await student.ask("challenge", shown=shown, quote="Half of 48 clips are $48/2 = 24$ clips.")
    assert end.text == "I looked at this step again, and it stands: The calculation is right."
    end = await student.ask("challenge", shown=shown, quote="She sold half as many in May.")
    assert "cannot decide this step" in end.text
    assert end.answer is None


async def test_the_answer_that_was_shown_with_a_solution_is_the_one_to_compare():
    shown = "In May she sold $48/4 = 12$ clips.\nSo she sold $48 + 12 = 60$ of them."
    student = Student(*SOLVES, aim="explain")
    end = await student.ask("challenge", shown=shown, shown_answer="60", quote="In May she sold $48/4 = 12$ clips.")
    assert "this step is wrong" in end.text
    assert end.answer == "72"


async def test_a_lesson_in_chinese():
    problem = "小明有12个苹果，吃了3个，又买了5个，现在有几个苹果？"
    solution = "吃了以后还剩 $12 - 3 = 9$ 个。\n现在有 $9 + 5 = 14$ 个。\n答案是 $\\boxed{14}$。"
    hints = ("绝不说出最终答案", ["现在是十四个吗？", "小红还剩几个苹果？", "那么小明现在有几个苹果？", "吃了3个苹果以后还剩几个？"])
    replied = ("先不要回答这个问题", ["$12 - 3 = 9$，\\boxed{9}"])
    student = Student(*solver(solution, "14"), replied, hints, problem=problem, output="14", language="zh")
    end = await student.ask()
    assert "你试过什么" in end.text
    end = await student.ask("hint", "不会")
    assert "“小明有12个苹果，吃了3个”" in end.text
    end = await student.ask("hint", "还是不会")
    assert end.text == "吃了3个苹果以后还剩几个？"
    end = await student.ask("attempt", "12 - 3 = 8")
    assert "第 1 行还不对" in end.text


async def test_a_chinese_problem_is_quoted_by_clauses_and_no_formula_is_cut():
    problem = "已知 $a = 12, b = 3$，小红带了1,000元，问 $a - b$ 是多少？"
    solution = "我们有 $12 - 3 = 9$。\n再检查 $9 + 3 = 12$。\n答案是 $\\boxed{9}$。"
    student = Student(*solver(solution, "9"), problem=problem, output="9", language="zh")
    await student.ask()
    assert "“已知 $a = 12, b = 3$”" in (await student.ask("hint", "不会")).text


async def test_the_student_sees_what_the_tutor_is_at():
    student = Student(*SOLVES, HINTS)
    await student.ask()
    assert [event.stage for event in student.of(Working)] == ["preparing"]
    await student.ask("hint", "48/2 = 24")
    assert [event.stage for event in student.of(Working)] == ["reading", "wording"]


async def test_a_key_has_no_place_in_a_log():
    student = Student(*SOLVES)
    await student.ask()
    with pytest.raises(TypeError):
        student.of(Keyed)[0].payload()
    assert "72" not in repr(student.of(Keyed)[0])
