"""Hints over a scripted model: they point on, and never say what is to be found."""

import pytest

from inference.prompts import Exchange
from inference.tests.tutoring_engine import solver
from inference.tests.tutoring_student import (
    CLIPS,
    EQUATION,
    GOOD,
    HINTS,
    LEADING,
    LEAKING,
    REPLIED,
    SOLUTION,
    SOLVED,
    SOLVES,
    WRONG,
    Student,
)
from inference.tutoring.events import Noted, Reviewed
from inference.tutoring.hints import Place, objection, plain_hint
from inference.tutoring.key import steps_of
from inference.tutoring.leaks import secret_of


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
    assert end.text == "What can be found out with $48$ next, and with which other quantity or fact?"
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
            "Poppy has a puzzle of 1000 pieces. She places a quarter of them. Her mom places 10. How many are left?",
            "She places $1000/4 = 250$.\nThere are $1000 - 250 = 750$ left.\nThen $750 - 10 = 740$.",
            "740",
            "Poppy has a puzzle of 1000 pieces. She places a quarter of them.",
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


@pytest.mark.parametrize(
    ("replies", "notes"),
    [
        (["$\\boxed{24}$", "$\\boxed{23}$", "$\\boxed{96}$", "$\\boxed{24}$"], ["plain"]),
        (["$\\boxed{23}$", "$\\boxed{24}$", "$\\boxed{24}$", "$\\boxed{24}$"], ["plain"]),
        (["$\\boxed{24}$", "Half of them.", "$\\boxed{24}$", "$\\boxed{96}$"], []),
        (["$\\boxed{24}$", "Half of them.", "Half of them.", "Half of them."], []),
    ],
)
async def test_a_question_is_no_hint_unless_most_replies_come_to_the_step(replies, notes):
    student = Student(*SOLVES, ("Do not answer that yet", replies), ("You never say the final answer", [GOOD]))
    await student.ask()
    await student.ask("hint", "no idea")
    await student.ask("hint", "no idea")
    assert [event.note for event in student.of(Noted)] == notes


async def test_of_good_hints_the_one_that_is_nearest_to_the_step_is_shown():
    near = "What do you know about the clips that were sold in May?"
    hints = ("You never say the final answer", ["What comes next?", near, "How did they sell the clips in May?", "Is it hard?"])
    student = Student(*SOLVES, REPLIED, hints)
    await student.ask()
    await student.ask("hint", "no idea")
    assert (await student.ask("hint", "no idea")).text == near


@pytest.mark.parametrize("wrapped", [f"Question: {GOOD}", f"思考问题：{GOOD}", f'"{GOOD}"', f'"{GOOD}', f"Hint: “{GOOD}”"])
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
    student = Student(*SOLVES, REPLIED, ("You never say the final answer", [bad]))
    await student.ask()
    for rung in range(4):
        end = await student.ask("hint", "no idea")
        assert bad not in end.text
        assert "72" not in end.text
        assert [event.note for event in student.of(Noted)] == (["plain"] if rung == 1 else []), rung  # the others are quoted
    assert "48/2 = 24" in end.text  # the worked step, of the reference


CAGE = "鸡兔同笼，头35个，脚94只，鸡和兔各几只？"
CAGED = "得到方程 $x + y = 35$。\n全是鸡有 $35 × 2 = 70$ 只脚。\n还差 $94 - 70 = 24$ 只脚。\n兔有 $24 ÷ 2 = 12$ 只。"


@pytest.mark.parametrize(
    ("at", "hint"),
    [
        (0, "再看看题目里的这一部分：“头35个”。它说的是什么？怎样用式子写出来？"),  # nothing follows from it alone
        (1, "再看看题目里的这一部分：“头35个”。由它可以先求出什么？"),
        (2, "再看看题目里的这一部分：“脚94只”。把它和已经求出的量放在一起，可以求出什么？"),
    ],
)
def test_a_nudge_asks_of_a_part_of_the_problem_what_can_be_found_out_from_it(at, hint):
    steps = steps_of(CAGE, CAGED)
    place = Place(problem=CAGE, posed=CAGE, steps=steps, at=at, work="", secret=secret_of("鸡23只，兔12只", CAGE), language="zh")
    assert plain_hint(place, "nudge") == hint


PLACE = Place(problem=CLIPS, posed=CLIPS, steps=steps_of(CLIPS, SOLUTION), at=0, work="", secret=secret_of("72", CLIPS), language="en")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((text, None) for text in (GOOD, LEADING, "Which of the 2 months comes next?")),
        *((text, "form") for text in (WRONG, "Add both numbers.", "What? And why?", f"Is it {'very ' * 80}hard?")),
        ("先想想四月卖了多少？", "language"),
        ("How many clips were there?", "echo"),
        (LEAKING, "leak"),
        ("Think of the 17 friends?", "number"),
        *((text, "name") for text in ("What did she sell in July as in April?", "What does the student know of the clips in May?")),
        ("As 48 - 1 = 48, what did she sell in May?", "claim"),
    ],
)
def test_each_objection_has_its_name(text, reason):
    assert objection(PLACE, text) == reason


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


async def test_a_chinese_problem_is_quoted_by_clauses_and_no_formula_is_cut():
    problem = "已知 $a = 12, b = 3$，小红带了1,000元，问 $a - b$ 是多少？"
    solution = "我们有 $12 - 3 = 9$。\n再检查 $9 + 3 = 12$。\n答案是 $\\boxed{9}$。"
    student = Student(*solver(solution, "9"), problem=problem, output="9", language="zh")
    await student.ask()
    assert "“已知 $a = 12, b = 3$”" in (await student.ask("hint", "不会")).text


@pytest.mark.parametrize(
    ("problem", "solution", "parts"),
    [
        ("Of 20 students 20% dance.", r"They are $\frac{20}{100} \times 20 = 4$.", "Think about $20\\%$ and $20$."),
        ("Of 20 students 20% dance.", "They are $20/100 * 20 = 4$.", "Think about $20\\%$ and $20$."),
        ("20 of 100 students dance. What part is that?", "It is $20/100 = 0.2$.", "Think about $20$ and $100$."),
        ("Rent is 1/4 of his 6000.", r"Rent is $\frac{1}{4} \times 6000 = 1500$.", "Think about $1/4$ and $6000$."),
        ("He keeps half of 2500.", r"He keeps $\frac{1}{2} \times 2500 = 1250$.", "Think about $1/2$ and $2500$."),
        ("30% of 120 are ready.", r"It is $30\% \text{ of } 120 = 0.30 \times 120 = 36$.", "Think about $30\\%$ and $120$."),
        ("Ann has 12, three times as many as Bob, and Cem has four times as many.", "Bob has $12/3 = 4$.", "Think about $12$ and $3$."),
        ("A quarter of a litre is 0.5 shared by 2.", "It is $0.5/2 = 0.25$.", "Think about $0.5$ and $2$."),
        ("How many halves of 0.5 are in 3?", "There are $3/0.5 = 6$.", "Think about $3$ and $0.5$."),
        ("30% less than 30.", "It is $30 - 0.30 * 30 = 21$.", "Think about $30$ and $30\\%$."),
        ("A price of 2.50 for each of 4.", "It is $2.50 * 4 = 10$.", "Think about $2.50$ and $4$."),
        ("Ann has 48 clips and 3 boxes.", "In each are $48/3 = 16$.", "Think about $48$ and $3$."),
        ("一共有48个，用去一半。", "用去 $48 / 2 = 24$ 个。", "接下来用 $48$ 可以求出什么？"),
        ("How long is a day in hours?", "It has $2 * 12 = 24$.", "Think about $2$ and $12$."),
    ],
)
def test_the_plain_idea_names_what_has_been_told(problem, solution, parts):
    language = "zh" if "一" in problem else "en"
    steps = steps_of(problem, solution)
    place = Place(problem=problem, posed=problem, steps=steps, at=0, work="", secret=secret_of("999", problem), language=language)
    assert parts in plain_hint(place, "idea")


@pytest.mark.parametrize(
    ("problem", "asked"),
    [
        (
            "Ann does 4 times as much as Bob, calculate what Bob does if Ann does 40.5 pounds",
            "“calculate what Bob does if Ann does 40.5 pounds”",
        ),
        ("一个长方形的长是8厘米，宽是5厘米，求它的周长。", "“求它的周长”"),
        ("Ann has 4 and Bob has 40. How many have they? Find it.", "“How many have they?”"),
        ("Ann has 4 hens and Bob has 40. How many have they, all together?", "“How many have they, all together?”"),
        ("Ann walks 4 km an hour, how far does she come in 2.5 hours?", "“how far does she come in 2.5 hours?”"),
        ("There are 1,200 hens. If 200 go, how many of 1,200 are left?", "“how many of 1,200 are left?”"),
    ],
)
def test_a_nudge_says_what_is_asked_for_without_a_question_mark_too(problem, asked):
    language = "zh" if "一" in problem else "en"
    place = Place(problem=problem, posed=problem, steps=[], at=0, work="", secret=secret_of("1", problem), language=language)
    assert asked in plain_hint(place, "nudge")
