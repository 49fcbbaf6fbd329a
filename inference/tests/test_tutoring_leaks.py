"""What gives an answer away, by value and not by string; and what questions are asked back."""

import pytest

from inference.events import Token
from inference.tests.tutoring_engine import ScriptedEngine
from inference.tutoring.clarify import clarify, is_incomplete, looks_mathematical, solved_or_asked_back
from inference.tutoring.events import Progress
from inference.tutoring.key import steps_of
from inference.tutoring.leaks import leaks, secret_of

PENS = "There are 8 boxes of 12 pens and 5 pens more. How many pens are there?\nA) 96  B) 101  C) 25"
TRAIN = "A train leaves at 1:00 PM, drives two hours, waits 15 minutes, and drives one hour more. When does it arrive?"
DAY = "Today is Sunday. Which day is in three days?"
CLIPS = "Natalia sold clips to 48 friends in April, and half as many in May. How many altogether?"
ROOTS = "Solve 2x^2 + 5x - 3 = 0"
PRODUCT = "Find the derivative of $x^2 \\sin x$."
FRUIT = "There are 50 apples, 30 pears and 20 peaches. How many more apples are there than peaches?"
SUM = "Work out 12 + 18, and then how many of the 30 are left when 5 are taken away."
CHOICE = "Which number is even? (A) 3 (B) 4 (C) 5"
LINEAR = "Solve 2x + 3 = 7"
SQUARE = "Solve x^2 - 2x = 0"
ORDER = "Solve 2x + 7 > 21 for x."
BETWEEN = "For which x is 2x > 4 and x + 5 < 10?"
TERMS = "Simplify 2x + 3 - 3"
GIVEN = "Given a = 2 and b = 6, solve ax + 2 = b."
CORNER = "Which corner of the triangle $ABC$ has the right angle?"
CIRCLE = "Which circle around the origin has the radius 2? Write it with 4 on the right side."


@pytest.mark.parametrize(
    ("problem", "answer", "text"),
    [
        (CLIPS, "72", "Altogether she sold 72."),
        (CLIPS, "72", "It is seventy-two."),
        (CLIPS, "72", "一共七十二个。"),
        (CLIPS, "72", "Now add: 48 + 24."),
        (CLIPS, "72 clips", "Work out $144/2$."),
        (CLIPS, "72", "so $\\boxed{…}$"),
        (ROOTS, "x = \\frac{1}{2}, x = -3", "One of the roots is 0.5."),
        (ROOTS, "x = \\frac{1}{2}, x = -3", "Try $x = -3$."),
        (PRODUCT, "2x\\sin x + x^2\\cos x", "You get $x(2\\sin x + x\\cos x)$."),
        (CHOICE, "B", "I would look at option B."),
        ("Is 2 or 3 the larger number?", "3", "The answer is 3."),
        (FRUIT, "30", "As the next step, work out $50 - 20$."),
        (FRUIT, "30", "下一步这样做：$50 - 20 = 30$"),
        ("7 books cost 49 dollars. How much is one?", "7", "It is $\\frac{49 \\text{ dollars}}{7 \\text{ books}}$."),
        (LINEAR, "x = 2", "So $x = 2$."),
        (LINEAR, "x = 2", "Is $x = 2$?"),
        (LINEAR, "2", "Is $x = 2$?"),
        (LINEAR, "2", "\\[\n2 = x\n\\]"),
        (LINEAR, "x = 2", "Then $x = \\frac{2x}{x} = 2$."),
        (LINEAR, "x = 2", "x equals 2"),
        (LINEAR, "x = 2", "The value of $x$ must be $2$."),
        (LINEAR, "x = 2", "所以x是2。"),
        (SQUARE, "x = 0 or x = 2", "Is x = 2 one of the two?"),
        (SQUARE, "x = 2, x = 0", "Is $x = 0$?"),
        (GIVEN, "2", "Does $x = 2$ fit?"),
        (ORDER, "x > 7", "Divide by 2: $x > 7$."),
        (ORDER, "x > 7", "So $7 < x$."),
        (ORDER, "(7, \\infty)", "Divide by 2: $x > 7$."),
        (ORDER, "x > 7", "These are $(7, \\infty)$."),
        (ORDER, "x > 7", "So x is greater than 7."),
        (ORDER, "x > 7", "所以x大于7。"),
        (BETWEEN, "2 < x < 5", "Together: $2 < x < 5$."),
        (BETWEEN, "2 < x < 5", "The one says that $x > 2$."),
        (BETWEEN, "(2, 5)", "Do you know $(2, 5)$?"),
        (BETWEEN, "(2, 5)", "Together: $2 < x < 5$."),
        (ORDER, "x > 7", "Is $x$ larger than 7?"),
        (TERMS, "2x", "So $2x + 3 - 3 = 2x$."),
        ("Two angles have 30° and 60°. How far apart are they?", "30^\\circ", "It is $\\theta = 30^\\circ$."),
        ("Two angles have 30° and 60°. How far apart are they?", "30°", "It is θ = 30°."),
        ("Solve 4x - \\frac{3}{2} = \\frac{1}{2}", "\\frac{1}{2}", "$x = 0.5$"),
        (CIRCLE, "x^2 + y^2 = 4", "It is $x^2+y^2 = 4$."),
        (PENS, "B", "In all there are $96 + 5 = 101$ pens."),
        (CHOICE, "(B)", "Is 4 even?"),
        (CORNER, "B", "Choose B."),
        (CORNER, "B", "The answer is $\\text{B}$."),
        ("What comes before Thursday? A. Wednesday B. Friday", "A", "So it is Wednesday."),
        (TRAIN, "4:15 PM", "It arrives at $1 + 2 + 1 = 4$ hours, which is 4:15 PM."),
        (TRAIN, "4:15 PM", "Then it is 16:15."),
        ("一列火车下午1点出发，行驶2小时，几点到达？", "下午3点", "所以是下午三点。"),
        ("Is 91 a prime number?", "No", "$91 = 7 \\times 13$, so 91 is not prime: No."),
        (DAY, "Wednesday", "Three days on, $0 + 3 = 3$, which is Wednesday."),
        (DAY, "\\text{Wednesday}", "Is it a wednesday?"),
        ("今天星期日，三天后是星期几？", "星期三", "三天后就是星期三。"),
        ("20 of 80 pupils are ill. Which percentage is that?", "25%", "The share is 0.25."),
        ("20 of 80 pupils are ill. Which percentage is that?", "25%", "Work out $20/80$."),
        ("How long do 180 km take at 72 km/h?", "2 hours 30 minutes", "It takes 150 minutes."),
        ("What is 7 less than 4?", "-3", "It is minus 3."),
        ("What is 4 - 7?", "-3", "是负三。"),
        ("Work out 12 + 18.", "30", "$12 + 18 = 30$"),
        ("Work out 12 + 18.", "30", "It is thirty."),
    ],
)
def test_what_gives_the_answer_away(problem, answer, text):
    assert leaks(text, secret_of(answer, problem))


@pytest.mark.parametrize(
    ("problem", "answer", "text"),
    [
        (CLIPS, "72", "How many are half of 48?"),
        (CLIPS, "72", "In May it were 24."),
        (ROOTS, "x = \\frac{1}{2}, x = -3", "Factor it: $(2x - 1)(x + 3) = 0$."),
        (PRODUCT, "2x\\sin x + x^2\\cos x", "The derivative of $x^2$ is $2x$. Use the product rule."),
        (CHOICE, "B", "What does even mean?"),
        (FRUIT, "30", "How many are the 30 pears and the 20 peaches?"),
        (FRUIT, "30", "Do you need the 50 apples or the 30 pears?"),
        (SUM, "30", "What do you get for 12 + 18?"),  # the problem's own calculation
        ("Is 2 or 3 the larger number?", "3", "Where do 2 and 3 lie on the number line?"),  # both stand in the problem
        (LINEAR, "x = 2", "What is x?"),
        (LINEAR, "2", "What is $x$ if $2x + 3 = 7$?"),
        (LINEAR, "x = 2", "What do you get when $2x = 4$ is divided by 2?"),
        (LINEAR, "x = 2", "How often does 2 go into 4?"),
        (SQUARE, "x = 0 or x = 2", "Which of the letters stands for the 2 in $ax^2 + bx$ where $b = -2$ or $b = 2$?"),
        (GIVEN, "2", "What does $ax$ become with $a = 2$?"),
        (ORDER, "x > 7", "What is left when 7 is taken away on both sides of $2x + 7 > 21$?"),
        (ORDER, "x > 7", "What follows from $2x > 14$?"),
        (ORDER, "x > 7", "Can x be 3?"),
        (TERMS, "2x", "What do the numbers in $2x + 3 - 3$ come to?"),
        (TERMS, "2x", "What is x here?"),
        (TERMS, "2x", "If $y = 2x + 3 - 3$, what is y?"),
        (SUM, "30", "Let $x = 12 + 18$."),
        ("Simplify $x^2/x$.", "x", "What is x?"),
        ("Which of the points (1, 2), (2, 4), (3, 5) is not on $y = 2x$?", "(3, 5)", "Call them $A = (1, 2)$, $B = (2, 4)$, $C = (3, 5)$."),
        ("Factor $x^2 - 4$.", "(x - 2)(x + 2)", "What is special about $x^2 - 4$?"),
        ("x is 2 more than y, and x + y = 2. Find x.", "2", "What does it mean that x is 2 more than y?"),
        ("Which of 2 and 4 is larger than 3?", "4", "Is x 3 more than y, or is y 4 times as large?"),
        (BETWEEN, "2 < x < 5", "What if $x = 5$?"),
        ("Tom has 20 pens and gets 5. How many are that?", "25", "Could it be 0.25 of a pen?"),
        ("The angles of a triangle are as 1 to 2 to 3. How many times the least is the largest?", "3", "Together they have 180 degrees."),
        ("Simplify $a^2/a$.", "a", "What is $(a)(a)$?"),  # a letter, and no option
        (CLIPS, "72", "Which operation would you choose?"),
        (CLIPS, "72", "The answer is not 48."),
        ("Which of -3 and 2 solves $x + 5 = 2$?", "-3", "What are -3 and 2 put in for?"),
        ("Mr D. Lee has 6 pens, gives 2 away and gets 2. How many has he? A) 5 B) 6", "B", "He begins with 6 pens."),
        ("Ann works from 9:00 to 11:00. How many hours are that?", "2", "She begins at 9:00."),
        (TRAIN, "4:15 PM", "Are the parts of its way as 60:15?"),
        (LINEAR, "2", "How often does 2 go into 4?"),
        (TERMS, "2x", "What do the numbers in $2 \\cdot x + 3 - 3$ come to?"),
        ("Which of the points (1, 2), (2, 4), (3, 5) is not on $y = 2x$?", "(3, 5)", "Look at (1,2) and (3,5)."),
        ("Which is later, 3:15 PM or 4:15 PM?", "4:15 PM", "Which comes first, 3:15 PM or 4:15 PM?"),
        (CORNER, "B", "Do you choose a corner?"),
        (PENS, "B", "How many pens are 8 boxes of 12?"),
        (PENS, "B", "Work out $8 \\times 12$."),  # another option's value is a step on the way
        (TRAIN, "4:15 PM", "It starts at 1:00 PM. How long does it drive in all?"),
        ("Is 91 a prime number?", "No", "Can you divide 91 by 7? You know how."),
        (DAY, "Wednesday", "Which day comes after Sunday?"),
        ("Is 7 odd or even?", "odd", "What makes a number odd?"),  # the problem says it itself
        ("Work out 12 + 18.", "30", "What do you get for 12 + 18?"),
        ("What is 4 - 7?", "-3", "Where do you come when you go 7 to the left of 4?"),
    ],
)
def test_what_does_not(problem, answer, text):
    assert not leaks(text, secret_of(answer, problem))


def test_a_step_has_the_words_before_it_and_is_a_formula_again():
    (step, _) = steps_of("15 and 25 cups", "1. **All cups of the morning**:\n\\[\n15 + 25 = 40 \\text{ cups}\n\\]\nThen $2 + 2 = 4$.")
    assert (step.text, step.lead) == ("$15 + 25 = 40 \\text{ cups}$", "1. **All cups of the morning**:")


def test_a_formula_with_escaped_dollar_signs_is_a_formula_again_and_shown_without_its_units():
    (step,) = steps_of("23 slices at 4 dollars", "The revenue:\n\\[\n23 \\text{ slices} \\times \\$4 \\text{ per slice} = \\$92\n\\]")
    assert step.text == "$23 \\text{ slices} \\times \\$4 \\text{ per slice} = \\$92$"
    assert step.shown == "23 \\times 4"


def test_a_calculation_that_was_displayed_is_a_formula_again():
    (step,) = steps_of("20 kg, 8 are used", "剩下的油量是：\n\\[\n20 - 8 = 12\n\\]\n因此，还剩 12 千克。")
    assert step.worked == "剩下的油量是：\n\n$20 - 8 = 12$"


def test_what_announces_a_calculation_in_words_is_no_step_of_its_own():
    solution = "我们用20乘以2/5来找到用去了多少千克油：\n\\[\n20 \\times \\frac{2}{5} = 8\n\\]\n还剩 $20 - 8 = 12$ 千克。"
    first, second = steps_of("一桶油重20千克，用去了2/5，还剩多少千克", solution)
    assert (first.lead, first.value) == ("我们用20乘以2/5来找到用去了多少千克油：", "8")
    assert second.value == "12"


def test_a_step_with_two_values_has_none_that_could_be_asked_for():
    (first, second) = steps_of("x²-5x+6=0", "公式：\n\\[x = \\frac{5 \\pm 1}{2}\\]\n大的是 $x = \\frac{5 + 1}{2} = 3$。")
    assert (first.value, first.expression, second.value) == ("", "", "3")


def test_what_is_known_already_is_no_step_and_takes_no_words_from_one():
    solution = "先展开：\n\\[3(x-2) = 2x + 5\\]\n\\[3x - 6 = 2x + 5\\]\n现在有：\n1. $3x - 6 = 2x + 5$\n两边减 $2x$：\n\\[x - 6 = 5\\]"
    steps = steps_of("解方程：3(x-2)=2x+5", solution)
    assert [(step.lead, step.text) for step in steps] == [
        ("先展开：", "\\[3x - 6 = 2x + 5\\]"),
        ("两边减 $2x$：", "\\[x - 6 = 5\\]"),
    ]


@pytest.mark.parametrize(
    ("line", "is_step"),
    [
        (r"$\text{Raymond's jewels} = 40$", False),
        (r"$\text{Aaron's jewels} = 25$", True),
        ("$r = 40$", False),
        ("Let $r$ be Raymond's.\nThen $r = 40$.", False),
        ("$r = 25$", True),
        (r"$\text{Raymond's jewels} = 40 = 2 \cdot 20$", True),
    ],
)
def test_what_the_problem_gives_is_no_step(line, is_step):
    steps = steps_of("If Raymond has 40 jewels, how many are half of them?", f"{line}\nHalf of them are $40/2 = 20$.")
    assert len(steps) == 1 + is_step
    assert steps[-1].value == "20"


@pytest.mark.parametrize(
    ("line", "expression", "value"),
    [
        (r"$\frac{2}{3} \times 120 = \frac{240}{3} = 80$", r"\frac{2}{3} \times 120", "80"),
        ("$5 + 3 = 8 * 2 = 16$", "8 * 2", "16"),
        ("$5 + 3 = 8$, and $8 * 2 = 16$", "8 * 2", "16"),
        ("$10 / 3 = 3.33$", "10 / 3", "3.33"),
        ("$2 + 3 * 4 = 2 + 12 = 14$", "2 + 3 * 4", "14"),
    ],
)
def test_a_step_is_worked_out_as_it_was_set_up(line, expression, value):
    (step,) = steps_of("How many?", line)
    assert (step.expression, step.value) == (expression, value)


def test_a_letter_may_come_to_a_number_that_the_problem_gives():
    assert [step.text for step in steps_of("Solve 2x + 5 = 15", "Take 5 away: $2x = 10$\nSo $x = 5$")] == [
        "Take 5 away: $2x = 10$",
        "So $x = 5$",
    ]
    steps = steps_of("Twice a number and 4 is 12. What is it?", "It says $2n + 4 = 12$.\n$2n = 8$\n$n = 4$")
    assert steps[-1].text == "$n = 4$"


def test_the_steps_of_a_solution_are_those_that_take_it_on():
    steps = steps_of(CLIPS, "Let us see.\nIn May it were $48/2 = 24$ clips.\nSo the sum is needed.\nIt is $48 + 24 = 72$.")
    assert [(step.expression, step.value) for step in steps] == [("48/2", "24"), ("48 + 24", "72")]


@pytest.mark.parametrize(
    "text",
    [
        "Solve the equation",
        "Solve the equation for x.",
        "Solve the equation for me, please",
        "Solve the equation for all real values",
        "Solve the system of equations by elimination",
        "Find the equation of the line",
        "What is the sum of these numbers?",
        "What is the sum of the numbers?",
        "Find the integral of the function.",
        "Find the sum of all the roots of",
        "How do I solve this problem?",
        "What is the answer to this problem?",
        "Simplify the expression",
        "解方程",
        "请解方程组。",
        "能帮我解方程吗？",
        "请帮我做这道题",
        "这个方程怎么解？",
        "化简",
        "先化简，再求值",
        "化简求值",
        "化简下列各式",
        "化简分式",
        "怎么化简？",
        "这个分式怎么化简？",
        *("find the area", "Find x.", "solve for x", "please simplify", "evaluate it", "Please do question 3", "see the picture"),
        *("What is the answer to problem 7?", "Do exercise 5 on page 12", "求面积", "帮我求x", "第3题怎么做？"),
        *("is it 4?", "Is the answer -2.5?", "是不是4？", "答案是12吗"),
        *("Solve this equation, the one with x", "这些题我一道也不会"),
    ],
)
def test_what_speaks_of_something_that_is_not_there(text):
    assert is_incomplete(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is the sum of the interior angles of a triangle?",
        "How do I solve the equation of a circle?",
        "Find the integral of x squared",
        "Find the derivative of x",
        "What is the integral of e to the x?",
        "Is the sum of odd numbers even?",
        "Expand the expression a plus b squared",
        "What is the equation for compound interest?",
        "Find the function whose derivative is itself",
        "How does the integral test work?",
        "怎么化简分式？",
        "分式怎么化简？",
        "化简分式的步骤是什么？",
        "解方程的步骤是什么？",
        "解方程需要检验吗？",
        "如何解方程？",
        "如何解方程组？",
        *("Find the area of a circle of radius r", "What is a derivative?", "How do I factor polynomials?", "求面积公式", "什么是平均数"),
        *("is 4 prime?", "Is it 4 more than 3 times 7?", "4是不是质数？"),
        *("Why has the equation a solution?", "Solve the equation $ax + b = c$", "Is 7 more than the sum?"),
        "We learned about a balance and what may be done on its left and right. How is that used with the equation?",
    ],
)
async def test_what_names_the_thing_it_speaks_of_is_not_asked_back(text):
    assert await clarify(text, engine=ScriptedEngine((text, ["MATHS"])), language="en") is None


@pytest.mark.parametrize(
    "text",
    [
        CLIPS,
        ROOTS,
        CHOICE,
        "解方程 x + 1 = 3",
        "How many sides does a hexagon have?",
        "Explain what a derivative is",
        "证明根号二是无理数",
        "Ann has three apples. How many are left when she eats one?",
        "小明有五个苹果，吃了两个，还剩几个？",
        "A book costs 7 dollars. How much do 12 of them cost?",
        "Add 17 and 25",
        "What is the area of a room of 3 by 4 metres?",
        "求 12 和 18 的最大公约数",
        "2x + 3y for x = 1",
    ],
)
async def test_what_is_whole_goes_to_the_solver_without_a_question_to_the_model(text):
    assert looks_mathematical(text)
    assert await clarify(text, engine=ScriptedEngine(), language="en") is None


@pytest.mark.parametrize(
    ("language", "text", "words"), [("en", "Write me a love letter", "maths tutor"), ("zh", "帮我写一封情书", "数学辅导助手")]
)
async def test_what_is_off_topic_is_refused_in_the_student_s_language(language, text, words):
    assert words in await clarify(text, engine=ScriptedEngine((text, ["OTHER"])), language=language)


@pytest.mark.parametrize(
    "text",
    [
        "求你帮我写一封情书",
        "解释一下李白的诗",
        "你几岁了？",
        "推荐一台计算机",
        "Write a love letter to my math teacher",
        "Recommend a product for dry skin",
        "Who won the World Cup in 2018 and 2022?",
        "Add me on Snapchat",
        "How old are you?",
        "Which country has the best computer?",
        "Write an e-mail to my boss",
    ],
)
async def test_about_what_only_sounds_like_mathematics_the_model_is_asked(text):
    said = await clarify(text, engine=ScriptedEngine((text, ["OTHER"])), language="en")
    assert "maths tutor" in said
    assert await clarify(text, engine=ScriptedEngine((text, ["MATHS"])), language="en") is None


async def test_a_refusal_and_a_question_back_are_remembered():
    async def solving():
        yield Token(text="2")

    async def progress(text, reply):
        events = solved_or_asked_back(text, solving(), engine=ScriptedEngine((text, [reply])), language="en")
        return [event async for event in events][-1].progress

    whole = solved_or_asked_back("Solve 2x = 4", solving(), engine=ScriptedEngine(), language="en")
    assert [event async for event in whole] == [Token(text="2")]
    assert await progress("Write me a love letter", "OTHER") == Progress(refused=True)
    assert await progress("Solve the equation", "Which one?") == Progress(asked_back=True)


async def test_where_the_model_is_not_sure_the_question_is_solved():
    text = "Who is taller, Ann or Bob, if Bob is shorter?"
    assert await clarify(text, engine=ScriptedEngine((text, ["I think it is"])), language="en") is None


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("Which equation do you mean?", "Which equation do you mean?"),
        ("The answer is 5.", "Something is missing"),
        ("What? And why?", "Something is missing"),
        ("哪个方程？", "Something is missing"),
        ("Which one? I do not see it.", "Something is missing"),
        ("I see.\nWhich equation do you mean?", "Something is missing"),
        (f"Which {'very ' * 40}long equation do you mean?", "Something is missing"),
    ],
)
async def test_one_question_is_asked_back(reply, said):
    assert said in await clarify("Solve the equation", engine=ScriptedEngine(("Solve the equation", [reply])), language="en")
