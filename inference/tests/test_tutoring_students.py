"""What students really write in a lesson: guesses, doubts, ways of their own, words instead of values."""

import pytest

from inference.tests.tutoring_engine import solver
from inference.tests.tutoring_student import SOLVES, Student
from inference.tutoring.events import Reviewed
from inference.tutoring.key import Key, steps_of
from inference.tutoring.progress import is_on_the_way, reached
from inference.tutoring.socratic import questions

EQUATION = "Solve 3(x - 2) = 2x + 5"
BY_LINES = (
    "To solve $3(x - 2) = 2x + 5$, these are the steps:\n\n1. Multiply out:\n\\[\n3(x - 2) = 3x - 6\n\\]\nSo the equation is:\n\\[\n"
    "3x - 6 = 2x + 5\n\\]\n\n2. Take $2x$ from both sides:\n\\[\nx - 6 = 5\n\\]\n\nAdd 6 to both sides:\n\\[\nx = 11\n\\]\n\n"
    "So the solution of $3(x - 2) = 2x + 5$ is $\\boxed{11}$."
)
PENS = "A shop sells pens at 3 for $2. Maria buys 12 pens and pays with a $20 note. How much change does she get?"
PENS_SOLVED = solver("The pens cost $12 \\times 2/3 = 8$ dollars.\nThe change is $20 - 8 = 12$ dollars.\nIt is $\\boxed{12}$.", "12")


@pytest.mark.parametrize(
    "guess",
    [
        *("is it {}?", "Is the answer {}?", "{}?", "x = {}?", "I think it's {}", "maybe {}", "would it be {} dollars?", "i dont know, {}?"),
        *("is {} right?", "是{}吗？", "是不是{}？", "答案是{}吗", "我觉得是{}", "应该是{}元", "{}对吗？"),
    ],
)
async def test_a_guess_is_an_answer(guess):
    student = Student(*PENS_SOLVED, aim="check", problem=PENS, output="12")
    assert not (await student.ask("", guess.format(13))).progress.finished
    assert "13" not in student.text
    assert (await student.ask("attempt", guess.format(12))).progress.finished


async def test_of_an_answer_alone_no_line_is_said_to_be_wrong_or_unchecked():
    student = Student(*PENS_SOLVED, aim="check", problem=PENS, output="12")
    assert "That is not the answer yet. Write down how you came to it" in (await student.ask("", "is it 13?")).text
    assert (await student.ask("attempt", "12")).text == "That is the answer. Well done."


@pytest.mark.parametrize(
    ("work", "said"),
    [
        ("12 / 3 = 4", "line 1 is on no way to the answer that I know"),  # of packs: right, and another way than the key's
        ("12 / 3 = 5", "Line 1 does not hold"),
        ("12 / 3 = 4\n4 * 2 = 8", "Go on from there"),
        ("12 / 3 = 4\n4 * 2 = 8\n20 - 8 = 12", "is right"),
    ],
)
async def test_another_way_than_the_keys_is_not_called_wrong(work, said):
    student = Student(*PENS_SOLVED, aim="check", problem=PENS, output="12")
    assert said in (await student.ask("", work)).text
    assert {line.status for line in student.of(Reviewed)[0].lines} == ({"wrong"} if "5" in work else {"checked"})


@pytest.mark.parametrize("words", ["I don't understand", "why?", "idk", "help"])
async def test_who_is_stuck_at_a_question_is_not_told_that_this_is_wrong(words):
    student = Student(*SOLVES, ("short question whose reply", ["?"]), aim="socratic")
    await student.ask()
    assert (await student.ask("attempt", words)).text.startswith("That is all right.")
    assert "$\\frac{48}{2} = 24$" in (await student.ask("attempt", words)).text
    end = await student.ask("attempt", "70")
    assert end.text == "Not yet. Try once more."  # the full solution is not spoken of before it can be asked for
    assert "answer" not in end.offers
    end = await student.ask("attempt", words)
    assert "You may also ask for the full solution now." in end.text
    assert "answer" in end.offers


async def test_an_equation_is_asked_for_line_by_line():
    student = Student(*solver(BY_LINES, "11"), aim="socratic", problem=EQUATION, output="11")
    assert "Write the line that you get" in (await student.ask()).text
    end = await student.ask("attempt", "3x - 6 = 2x + 5")
    assert end.text.startswith("What could be checked so far is right.")
    assert "Write the line that you get" in end.text
    assert (await student.ask("attempt", "x = 10")).text == "Not yet. Try once more."
    assert (await student.ask("attempt", "x - 6 = 7")).text.startswith("Not yet. Try once more. You may also ask")
    assert (await student.ask("attempt", "is it 11?")).progress.finished


async def test_a_result_on_the_way_is_no_miss_where_it_is_gone_line_by_line():
    problem = "A rectangle is 12 cm long and its perimeter is 40 cm. What is its area?"
    solution = "Half of it: $20 = 12 + w$.\nSo $w = 8$.\nThe area is $A = 12w$.\nThe answer is $\\boxed{96}$."
    student = Student(*solver(solution, "96"), ("", ["?"]), aim="socratic", problem=problem, output="96")
    assert "Write the line that you get" in (await student.ask()).text
    for reply in ("width is 8", "8"):
        end = await student.ask("attempt", reply)
        assert end.text.startswith("That is on the way, but it is not the answer yet.")
        assert end.progress.misses == 0
    assert (await student.ask("attempt", "9")).text == "Not yet. Try once more."
    assert (await student.ask("attempt", "96 cm²")).progress.finished


async def test_one_number_for_an_inequality_is_a_miss():
    problem = "Solve 2(x - 1) < x + 3"
    solution = "Without brackets: $2x - 2 < x + 3$.\nSo $x - 2 < 3$.\nThe answer is $\\boxed{x < 5}$."
    student = Student(*solver(solution, "x < 5"), ("", ["?"]), aim="socratic", problem=problem, output="x < 5")
    assert "Write the line that you get" in (await student.ask()).text
    said = "That is one number. You are asked for all the numbers for which the inequality holds."
    assert (await student.ask("attempt", "x = 5")).text == said
    assert "You may also ask for the full solution now." in (await student.ask("attempt", "x = 4")).text
    assert (await student.ask("attempt", "x < 5")).progress.finished


@pytest.mark.parametrize(("said", "is_on_the_way"), [("the pens cost 8", True), ("the pens cost 9", False), ("I do not know", False)])
async def test_a_result_in_words_is_known_to_be_on_the_way(said, is_on_the_way):
    student = Student(*PENS_SOLVED, aim="check", problem=PENS, output="12")
    assert ("on the way" in (await student.ask("", said)).text) is is_on_the_way


async def test_the_first_hint_for_an_equation_does_not_speak_of_quantities():
    solution = "As $-2 \\times -3 = 6$, it is $(x - 2)(x - 3) = 0$.\nSo $x = 2$ or $x = 3$.\nThe answer is $\\boxed{2, 3}$."
    student = Student(*solver(solution, "2, 3"), aim="hints", problem="Solve x^2 - 5x + 6 = 0", output="2, 3")
    await student.ask()
    assert "both sides" in (await student.ask("hint", "I don't know where to start")).text


async def test_a_step_is_shown_with_what_it_is_for_and_the_problem_alone_is_none():
    steps = steps_of(EQUATION, BY_LINES.replace("\\boxed{11}", "11"))
    assert [step.text for step in steps] == ["$3(x - 2) = 3x - 6$", "$3x - 6 = 2x + 5$", "$x - 6 = 5$", "$x = 11$"]
    assert [step.lead for step in steps] == [
        "1. Multiply out:",
        "So the equation is:",
        "2. Take $2x$ from both sides:",
        "Add 6 to both sides:",
    ]
    student = Student(*solver(BY_LINES, "11"), aim="steps", problem=EQUATION, output="11")
    await student.ask()
    assert "1. Multiply out:\n\n$3(x - 2) = 3x - 6$" in (await student.ask("next")).text


async def test_a_solution_that_was_shown_is_not_offered_again():
    student = Student(*PENS_SOLVED, aim="steps", problem=PENS, output="12")
    await student.ask()
    await student.ask("attempt", "12")
    assert (await student.ask("answer")).offers == ()


async def test_hints_for_an_equation_are_of_the_problem_and_the_reference_alone():
    """Questions of the model's that come to no number are not checked by anything: "Is this the number of friends James has?"."""
    student = Student(*solver(BY_LINES, "11"), problem=EQUATION, output="11")
    await student.ask()
    said = [(await student.ask("hint", "no idea")).text for _ in range(4)]
    assert "What could be done to both sides" in said[0]
    assert "what can be done to it to come nearer" in said[1]
    assert "“Multiply out …”" in said[2]
    assert said[3] == "The next step, worked:\n\n1. Multiply out:\n\n$3(x - 2) = 3x - 6$"


RECTANGLE = "一个长方形的长是宽的2倍，周长是36厘米，求它的面积。"
RECTANGLE_SOLVED = (
    "设宽为 $w$。\n由周长：\n$2 \\times (2w + w) = 36$\n化简：\n$6w = 36$\n所以：\n$w = 6$\n长是：\n$2 \\times 6 = 12$\n"
    "面积是：\n$12 \\times 6 = 72$\n答案是 $\\boxed{72}$。"
)


@pytest.mark.parametrize(
    ("problem", "solution", "work", "at"),
    [
        (EQUATION, BY_LINES, "3x - 2x = 5 + 6", 4),  # is x = 11, in other words
        (EQUATION, BY_LINES, "3x - 2x - 6 = 5", 3),
        (EQUATION, BY_LINES, "3x - 2x - 6 = 4", 0),
        ("Solve $4(2x+1) + 3x = 5x+26$.", "Expand: $8x+4+3x=5x+26$.\nSo $6x = 22$.\nDivide: $x = 22/6 = 11/3$.", "11x + 4 = 5x + 26", 1),
        (RECTANGLE, RECTANGLE_SOLVED, "6x = 36, x = 6", 3),  # the student's letter is another
        (RECTANGLE, RECTANGLE_SOLVED, "7x = 35", 0),
    ],
)
def test_what_is_written_in_other_words_or_letters_is_done(problem, solution, work, at):
    steps = steps_of(problem, solution.replace("\\boxed{11}", "11"))
    assert reached(problem, steps, work) == at


@pytest.mark.parametrize(
    ("solution", "work", "at"),
    [
        ("As $5 + 7 = 12$:\n$x = 5$", "2x + 7 = x + 12", 0),  # copied from the problem
        ("As $5 + 7 = 12$:\n$x = 5$", "I subtract x: x + 7 = 12", 1),
        ("From $2x + 7 = x + 12$ follows $2x - x = 5$", "2x - x = 5", 1),
        ("We know:\n$2x + 7 = x + 12$", "I do not know", 0),
    ],
)
def test_what_the_problem_says_is_no_step(solution, work, at):
    problem = "Solve 2x + 7 = x + 12"
    steps = steps_of(problem, solution)
    assert reached(problem, steps, work) == at


@pytest.mark.parametrize(
    ("work", "at"),
    [("Maria buys 12 pens", 0), ("the pens cost 8", 1), ("they cost 8, so it is 20 - 8 = 12", 2), ("x = 8", 1), ("8 = 12", 2)],
)
def test_a_number_of_the_problem_is_a_result_where_something_is_equal_to_it(work, at):
    assert reached(PENS, steps_of(PENS, "The pens cost $12 \\times 2/3 = 8$ dollars.\nThe change is $20 - 8 = 12$ dollars."), work) == at


@pytest.mark.parametrize(
    ("work", "at"), [("2x < 10", 1), ("2x = 10", 0), ("x < 5", 2), ("x = 5", 0), ("it is about 5", 0), ("x < 5 = 5", 0)]
)
def test_an_inequality_is_not_done_by_an_equation(work, at):
    problem = "Solve 2x + 3 < 13"
    assert reached(problem, steps_of(problem, "Take 3 away:\n$2x < 10$\nDivide:\n$x < 5$"), work) == at


@pytest.mark.parametrize(("said", "is_so"), [("x = 5", True), ("5 + 5", False)])
def test_an_equation_of_the_solution_is_on_the_way_though_its_number_is_the_problem_s(said, is_so):
    problem, solution = "Solve x + 5 = 2x", "Take $x$ from both sides:\n$x = 5$"
    assert is_on_the_way(problem, steps_of(problem, solution), solution, said) is is_so


@pytest.mark.parametrize(("solution", "by_lines"), [(BY_LINES, True), ("So $x = 11$.", False), ("It is so.", False)])
def test_a_way_of_one_step_is_not_gone_line_by_line(solution, by_lines):
    key = Key(answer="11", solution=solution, agreeing=2, count=2, checked=True)
    last = questions(key, steps_of(EQUATION, solution.replace("\\boxed{11}", "11")))[-1]
    assert (last.expected, last.step, last.by_lines) == ("11", None, by_lines)


@pytest.mark.parametrize(
    ("said", "is_so"),
    [
        ("there are 4 packs", True),  # said in the solution, and no step's result
        ("each pack of 3 costs 2", False),  # all of it is the problem's
        ("of the 12 pens each 3 make a pack, so 4", True),
        ("4 packs, so they cost 9", False),
    ],
)
def test_what_is_on_the_way_has_something_of_the_solution_and_nothing_else(said, is_so):
    solution = "She buys 4 packs.\nThe pens cost $4 \\times 2 = 8$ dollars.\nThe change is $20 - 8 = 12$ dollars."
    assert is_on_the_way(PENS, steps_of(PENS, solution), solution, said) is is_so


@pytest.mark.parametrize(
    ("work", "is_finished"), [("面积是72平方厘米吗？", True), ("它的面积是72平方厘米", True), ("宽是6厘米", False), ("面积是36", False)]
)
async def test_an_answer_said_in_a_sentence_is_one(work, is_finished):
    student = Student(*solver(RECTANGLE_SOLVED, "72"), aim="check", problem=RECTANGLE, output="72", language="zh")
    end = await student.ask("", work)
    assert end.progress.finished == is_finished
    assert "这还不是答案" not in end.text  # it may be of something on the way


async def test_a_number_of_the_problem_that_is_the_answer_too_is_no_answer_in_a_sentence():
    student = Student(*PENS_SOLVED, aim="check", problem=PENS, output="12")
    assert not (await student.ask("", "Maria buys 12 pens")).progress.finished


async def test_a_zero_that_was_read_off_a_photo_as_a_letter_is_one():
    solution = "Factor: $(2x - 1)(x - 3) = 0$.\nThe answer is $\\boxed{1/2, 3}$."
    student = Student(*solver(solution, "1/2, 3"), aim="check", problem="Find x for wich 2x² - 7x + 3 = O", output="1/2, 3")
    end = await student.ask("", "2x² - 7x + 3 =O\n(2x - 1)(x - 3) = 0\n2x-1 = 0 or x-3=0\nx=1/2 , x=3")
    assert end.text == "Your work is right, and so is its answer. Well done."


async def test_where_there_is_no_written_solution_the_answer_is_shown_as_a_formula():
    words = "Let's compute this step by step with Python.\n\n```python\nprint(1)\n```\n\nThe answer is $\\boxed{\\frac{15}{8}}$."
    student = Student(*solver(words, "\\frac{15}{8}"), aim="explain", problem="$\\frac{3}{4} \\div \\frac{2}{5}$", output="1.875")
    assert "Python" not in (await student.ask("", "3/4 * 5/2 = 15/8")).text
    assert student.text.endswith("$\\frac{15}{8}$")
