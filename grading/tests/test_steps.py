"""How a working is split into steps, and what calculation alone says of them."""

import pytest

from grading.checking.steps import check_steps, split_steps
from grading.tests.statuses import ANNA, statuses

# --- Splitting


@pytest.mark.parametrize(
    ("work", "steps"),
    [
        ("2x = 4\n\n x = 2 \n", ["2x = 4", "x = 2"]),
        ("First 3 + 4 = 7. Then 7 x 2 = 14.", ["First 3 + 4 = 7.", "Then 7 x 2 = 14."]),
        ("先算3+4=7。再算7×2=14。", ["先算3+4=7。", "再算7×2=14。"]),
        ("It costs $2.50 each. So 2 x $2.50 = $5.", ["It costs $2.50 each.", "So 2 x $2.50 = $5."]),
        ("Mr. Smith has 3 apples. He eats 1.", ["Mr. Smith has 3 apples.", "He eats 1."]),
        ("1. 3 + 4 = 7\n2. 7 x 2 = 14", ["1. 3 + 4 = 7", "2. 7 x 2 = 14"]),
        (r"\begin{aligned} 2x + 3 &= 7 \\ 2x &= 4 \\ x &= 2 \end{aligned}", ["2x + 3  = 7", "2x  = 4", "x  = 2"]),
        ("$$\nx = 2\n$$", ["x = 2"]),
        (r"\begin{cases} x + y = 5 \\ x - y = 1 \end{cases}", [r"\begin{cases} x + y = 5 \\ x - y = 1 \end{cases}"]),
        ("", []),
    ],
)
def test_a_working_is_split_into_steps(work, steps):
    assert split_steps(work) == steps


def test_a_long_working_is_split_so_far_at_most():
    assert len(split_steps("x = 1\n" * 100_000)) == 16_667


# --- Calculation


@pytest.mark.parametrize(
    "step",
    [
        "She has 7 days * 2 cups/day = 14 cups for the week.",
        "That is 45/(5+3) = 5.625 sets.",
        "70/24 = 2.92 boxes",
        "2/3 * 45 = $30",
        "100% - 40% = 60%, so 60% ÷ 2 = 30%",
        "200 + 50% = 300",
        "3 dozen x 12 = 36",
        "14(2) = 28 chickens",
        "Night 2:2(30)-2=58 pages",
        "3 hours and 15 minutes = 3 x 60 + 15 = 195 minutes",
        "60 x 3 = 3 hours",
        "4 pounds - 6 ounces = 58 ounces",
        "There are 3/ 1/4 = 12 quarters in 3",
        "1 1/2 x 10 = 15",
        "1.5万 + 2万 = 3.5万",
        "小明一共有3加5等于8个苹果",
        "5 + 3 = 8 x 2 = 16",
        r"$\frac{3}{4} \cdot 8 = 6$",
        r"$\sqrt{16} + 2^3 = 12$",
        r"$\frac12 + \frac13 = \frac56$",
        "⅙ + 1 = 7/6",
        "⅖ + 1⅕ = 1⅗",
        "3 x 2 ½ = 7½ cups",
        "5㎝×2.5㎝=12.5㎠",
        "2.5㎏ + 500g = 3㎏",
        "12.5℃ - 20℃ = -7.5℃",
        "36 km/h = 10 m/s",
        "5米/秒 = 18千米/小时",
        "2.5 g/cm³ = 2500 kg/m³",
        "0.5 kg/person = 500 g/person",
        "3√2 cm = 30√2 mm",
        "1/4 = 1 out of 4",
        "7 out of 10 students = 70%",
        r"$\binom{5}{2} = 10$",
        "The sunset is at 6:00 PM, and 6:00 + 48 = 6:48.",
        "$5.20 = 520 cents",
        "1/8 = 0.13",
        "1/16 = 6%",
        "0.45 * 0.5 = 0.23",
        "2斤 + 300克 = 1300克",
        "2 l + 500 cm^3 = 2.5 l",
        "1立方米 = 1000升",
    ],
)
def test_calculations_as_people_write_them_are_right(step):
    assert statuses(ANNA, step) == ["checked"]


@pytest.mark.parametrize(
    ("problem", "steps", "first_error"),
    [
        ("Solve 0.5x + 1.5 = 4", ("0,5x = 4 - 1,5", "0,5x = 3,5", "x = 7"), 1),
        ("Anna", ("A = 3,5 cm · 2 cm", "A = 3,5 · 2 = 7,5 cm²"), 1),
        ("Anna", ("2,5 + 3,75 = 5,25",), 0),
        ("Solve 2x = 5", ("x = 2,6",), 0),
        ("解方程 x²-2x-8=0", ("(x-4)(x+2)=0", "x₁=4，x₂=2"), 1),
        ("240 km in 3 hours. How fast?", ("240 ÷ 3 = 70 km/h",), 0),
        ("P(both red)?", ("P = 5/8 · 4/7", "= 20/56", "= 5/13"), 2),
        ("Find ∫ 1/(2x+1) dx", ("u = 2x + 1, du = 2 dx", "= 1/2 ∫ 1/u du", "= 1/2 ln|u| + C", "= 1/2 ln|2x+1| + C"), None),
    ],
)
def test_the_first_wrong_line(problem, steps, first_error):
    assert check_steps(problem, steps).first_error == first_error


@pytest.mark.parametrize(
    ("step", "should_be"),
    [
        ("So 250 x 2 = 2000 lights", "500"),
        ("10 - 6 - 2 = 4", "2"),
        ("0.15 × 80 = 120", "12"),
        ("12 < 10", None),
        ("3 km = 300 m", "3000"),
        (r"$\frac{1}{2} + \frac{1}{3} = \frac{2}{5}$", "5/6"),
        ("7 / 2 = 3", "3.5"),
        ("三班有20×3=50人", "60"),
        ("0.3 * 0.3 = 0.1", "0.09"),
        ("0.2 * 0.3 = 0.1", "0.06"),
        ("0.5 - 0.45 = 0.1", "0.05"),
        ("1.5 * 1.5 = 2.2", "2.25"),
        ("√2 = 1.5", None),
        ("sin 30° = 0.6", None),
        ("sin 30 = 0.6", None),
        ("● 3 + 4.5 = 8", "7.5"),
        ("①3+4.5=8", "7.5"),
        ("是多少？3+4.5=8", "7.5"),
        ("△=4.5-3=2", "1.5"),
        ("2.5㎡ + 1.5㎡ = 5㎡", "4"),
        ("36 km/h = 100 m/s", "10"),
        ("3√2 cm = 300√2 mm", None),
        ("3 cm = 3 mm", "30"),
        ("20 km/h = 20 m/s", None),
        ("3×【2＋1.5】=10", "10.5"),
        ("2 ∙ 3.5 = 8", "7"),
        ("6 ➗ 1.5 = 5", "4"),
        ("2 ✕ 1.5 = 4", "3"),
        ("sin 30º = 0.6", None),
        ("1立方米 = 1升", "1000"),
        ("1斤 = 1克", "500"),
    ],
)
def test_a_wrong_calculation_is_found_with_what_is_right(step, should_be):
    (verdict,) = check_steps(ANNA, [step]).steps
    assert verdict.status == "wrong"
    if should_be is not None:
        assert verdict.should_be == should_be


@pytest.mark.parametrize(
    "step",
    [
        "Let x be the number of apples.",
        "8 scallops = 1 pound",
        "40% = 20 marbles",
        "If x = 3 then we are done",
        "The total = price x 3",
        "15/2 = 7,5",
        "35 * 20 = 7000 m",
        "Area of 4 rooms",
        "□ - 1/2 = 3/2",
        "?+1/2=3/2",
        "□2 - 1/2 = 3/2",
        "3△2 = 3/2",
        "___ + 1/2 = 3/2",
    ],
)
def test_what_claims_nothing_is_unverified(step):
    assert statuses(ANNA, step) == ["unverified"]


def test_a_derivative_may_be_found_part_by_part():
    problem = "Find the derivative of f(x) = 3x^3 - 4x + 7"
    assert statuses(problem, "3x^3 -> 9x^2", "-4x → -4", "9x^2 - 4") == ["unverified", "unverified", "checked"]
    assert statuses(problem, "f′(x) = 9x^2 - 4") == ["checked"]
    (verdict,) = check_steps(problem, ["9x^2 - 4x"]).steps
    assert str(verdict.reason) == "f'(x) and 9x^2 - 4x are not the same expression."


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("x1=2 x2=3", "checked"),
        ("x1=2 x2=4", "wrong"),
        ("x = 2  x = 3", "checked"),
        ("a=1 b=-5 c=6", "unverified"),  # of the formula
    ],
)
def test_values_side_by_side_are_no_product(step, status):
    assert statuses("Solve x^2 - 5x + 6 = 0", step) == [status]


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("25% of $80 is $20", "checked"),
        ("25% of 80 is 25", "wrong"),
        ("3 + 4 is 8 eggs", "wrong"),
        ("3 + 4 is 2 more than 5", "unverified"),
        ("1/4 is 20 dollars", "unverified"),
        ("25% of 80 is 20% more", "unverified"),
    ],
)
def test_what_is_said_to_be_a_number_is_claimed_to_be_it(step, status):
    assert statuses("A jacket costs $80. It is reduced by 25%. What is the new price?", step) == [status]


@pytest.mark.parametrize(
    "step",
    [
        "sin π/6 = 1/2",
        "cos 2π/3 + 1 = 0.5",
        r"$\sin\pi/6 = 1/2$",
        "sin(30) = 0.5",
        "x = 10 * sin 30 = 5",
        "sin(30) = -0.988",
        "arcsin(0.5) = 30°",
        "tan^{-1}(1) = 45",
        "arctan(1) = π/4",
    ],
)
def test_an_angle_without_a_sign_is_in_degrees_or_in_radians(step):
    assert statuses("How long is the opposite side?", step) == ["checked"]


@pytest.mark.parametrize(
    ("problem", "step", "status"),
    [
        ("f(x) = 2x^2 - 3x + 1. What is f(-2)?", "f(-2) = 8 + 6 + 1 = 15", "checked"),
        ("f(x) = 2x^2 - 3x + 1. What is f(-2)?", "f(-2) = 8 - 6 + 1 = 3", "wrong"),
        ("f(x) = 2x^2 - 3x + 1. What is f(-2)?", "f(1/3) = 0.22", "checked"),  # rounded
        ("f(x) = x + 1 and g(x) = 2x. Find f(g(3)).", "f(g(3)) = 8", "wrong"),
        ("Let f(x) = x^3 - 3x. Find f'(2).", "f'(2) = 12", "wrong"),
        ("f(x) = f(x - 1) + 2 and f(0) = 1. Find f(3).", "f(1) = 3", "unverified"),
    ],
)
def test_the_value_of_a_function_is_what_the_problem_says_that_it_is(problem, step, status):
    assert statuses(problem, step) == [status]


def test_an_error_is_carried_forward_and_not_counted_again():
    report = check_steps(ANNA, ["3 x 12 = 35", "35 - 8 = 27", "27 / 4 = 7"])
    assert [step.status for step in report.steps] == ["wrong", "carried", "wrong"]
    assert report.first_error == 0


def test_a_line_that_does_not_depend_on_the_wrong_one_is_checked():
    assert statuses("Solve x + y = 7, x - y = 3", "2x = 4", "2y = 4") == ["wrong", "checked"]


def test_bars_around_a_number_are_read():
    assert statuses("Solve |2x-1| = 5", "2x - 1 = 5 or 2x - 1 = -5", "x = 3 or x = 2") == ["checked", "wrong"]


def test_a_solution_that_is_all_there_makes_the_answer_right():
    assert check_steps("Solve 2x + 3 = 7", ["2x = 4", "x = 2"]).answer_is_right is True
    assert check_steps("Solve 2x + 3 = 7", ["2x = 4"]).answer_is_right is None


@pytest.mark.parametrize(
    ("problem", "steps"),
    [
        ("Calculate 0.3*0.3", ["0.3*0.3=0.1"]),
        ("Calculate 35*20", ["35*20 = 7000 m"]),
        ("先化简，再求值：(x+1)²-x²，其中x=2", ["原式=x²+2x+1-x²=2x+1", "当x=2时，原式=4"]),
        ("先化简，再求值：(x+1)²-x²，其中x=2", ["原式=x²+2x+1-x²=2x+1", "当x=2时", "原式=4"]),
    ],
)
def test_an_end_that_was_not_found_right_makes_no_answer_right(problem, steps):
    assert check_steps(problem, steps).answer_is_right is None


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("\\frac{49 \\text{ dollars}}{7 \\text{ books}} = 7 \\text{ dollars}", "checked"),
        ("\\frac{49 \\text{ 元}}{7 \\text{ 本}} = 8", "wrong"),
        ("\\frac{\\$100}{4 \\text{ people}} = \\$25", "checked"),
        ("\\frac{45 \\text{ minutes}}{3} = 15 \\text{ minutes}", "checked"),
        ("\\frac{90 \\text{ minutes}}{60 \\text{ minutes/hour}} = 1.5 \\text{ hours}", "checked"),
        ("\\frac{30 \\text{ minutes}}{1 \\text{ hour}} = 0.5", "checked"),
        ("\\frac{2 \\text{ thousand}}{4} = 500", "checked"),
        ("\\frac{1800 \\text{ cm}^3}{50 \\text{ cm}^3/\\text{balloon}} = 36 \\text{ balloons}", "checked"),
        ("\\frac{60 \\text{ m}^2}{5 \\text{ m}^2 \\text{ per roll}} = 13 \\text{ rolls}", "wrong"),
        ("\\frac{25 \\text{ apples} - 3 \\text{ apples}}{2} = 12 \\text{ apples}", "wrong"),
        ("\\frac{2 PR}{3} = 4", "unverified"),  # nobody has said what PR is
    ],
)
def test_a_fraction_with_units_is_calculated(step, status):
    assert check_steps("", [step]).steps[0].status == status
