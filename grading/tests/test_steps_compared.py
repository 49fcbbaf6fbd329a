"""What other solutions say of a working: a reference, the answer, sampled solutions, scores of steps."""

import pytest

from grading.checking.steps import check_steps
from grading.tests.statuses import ANNA, REFERENCE


def test_with_a_reference_a_wrong_set_up_is_found_mended_and_named():
    report = check_steps(ANNA, ["3 x 12 = 36", "36 + 8 = 44", "44 / 4 = 11 apples"], reference=REFERENCE)
    assert [step.status for step in report.steps] == ["checked", "wrong", "carried"]
    assert (report.first_error, report.answer_is_right) == (1, False)
    assert (report.steps[1].should_be, report.steps[1].misconception) == ("28", "wrong_operation")
    assert "28" not in str(report.steps[1].reason)


def test_another_way_to_the_right_answer_is_no_error():
    steps = ["3 x 12 = 36", "36 / 4 = 9", "8 / 4 = 2", "9 - 2 = 7 apples"]
    report = check_steps(ANNA, steps, reference=REFERENCE)
    assert (report.first_error, report.answer_is_right) == (None, True)


def test_terms_of_a_right_sum_may_be_taken_together_in_another_order():
    problem = "A club had 40 members in May. In June 8 came, in July 5 came. How many members did it have in the three months together?"
    reference = "June: 40 + 8 = 48.\nJuly: 48 + 5 = 53.\nTogether: 40 + 48 + 53 = 141."
    report = check_steps(problem, ["June: 40 + 8 = 48", "The first two months: 40 + 48 = 88", "88 + 5 = 93 together"], reference=reference)
    assert [step.status for step in report.steps] == ["checked", "checked", "wrong"]
    forgotten = check_steps(problem, ["40 + 48 = 88", "88 / 2 = 44"], reference=reference)
    assert forgotten.first_error == 0


def test_terms_taken_together_are_right_also_where_the_answer_is_told_apart():
    problem = "A tank holds 12 gallons. Of 10 gallons 6 were used, then 2. How many does it take to refill it?"
    reference = "There are 10 - 6 - 2 = 2 left.\nIt takes 12 - 2 = 10."
    report = check_steps(problem, ["6 + 2 = 8 were used", "12 - 8 = 4 gallons"], reference=reference, answer="10")
    assert [step.status for step in report.steps] == ["checked", "wrong"]


@pytest.mark.parametrize("amount", ["-40", "$-40", "-$40"])
def test_the_sign_of_an_answer_counts(amount):
    problem = "A mechanic earned $520 on Thursday and $480 on Friday. How much more did he earn on Thursday?"
    report = check_steps(
        problem, ["Thursday: 520", f"Friday is higher by $480 - $520 = {amount}."], reference="520 - 480 = 40", answer="40"
    )
    assert (report.first_error, report.answer_is_right) == (1, False)


def test_a_number_of_the_problem_that_is_said_again_is_not_the_answer():
    problem = "A bottle of soap costs $4 and lasts for 4 washes. How much does Jake spend on a wash a week, for 20 weeks?"
    report = check_steps(
        problem, ["He will spend 20 x $4.00 = $80.00 on soap over 20 weeks."], reference="20 / 4 = 5\n5 * 4 = 20", answer="20"
    )
    assert (report.first_error, report.answer_is_right) == (0, False)


def test_a_size_behind_a_number_is_not_a_part_of_it():
    assert check_steps("How many 200-kilobyte videos fit?", ["It stores 2400 / 200 = 12 200-kilobyte videos."]).steps[0].status == "checked"
    assert check_steps("How many?", ["It stores 6 100 * 2 = 12 200 videos."]).steps[0].status == "checked"


def test_who_goes_on_after_the_answer_is_told_so():
    report = check_steps(ANNA, ["3 x 12 = 36", "36 - 8 = 28", "28 / 4 = 7", "7 x 4 = 28 apples"], reference=REFERENCE)
    assert (report.first_error, report.steps[3].misconception) == (3, "went_on")


def test_so_is_who_came_to_the_answer_in_another_way_than_the_reference():
    steps = ["8 / 4 = 2 of each box are given away", "3 x 12 = 36", "36 / 4 = 9", "9 - 2 = 7 apples", "7 + 8 = 15 apples"]
    report = check_steps(ANNA, steps, reference=REFERENCE)
    assert [step.status for step in report.steps[:4]].count("wrong") == 0
    assert (report.first_error, report.steps[4].misconception) == (4, "went_on")


def test_the_answer_s_number_of_other_things_is_not_the_answer():
    problem = "6 models walk 2 times each in suits and 3 times each in gowns. A walk takes 2 minutes. How long do they walk?"
    reference = "6 x 2 = 12 walks.\n6 x 3 = 18 walks.\n12 + 18 = 30 walks.\n30 x 2 = 60 minutes."
    steps = ["A model makes 2 x (2 + 3) = 10 trips.", "6 x 10 = 60 trips", "60 x 2 = 120 minutes"]
    assert check_steps(problem, steps, reference=reference).first_error == 0


def test_a_chain_of_equalities_is_one_calculation():
    problem = "Of 10 glasses of 6 ounces 4/5 are filled. How many ounces are missing?"
    reference = "6 x 4/5 = 24/5 ounces are in a glass.\n24/5 x 10 = 48 ounces.\n6 x 10 = 60 ounces.\n60 - 48 = 12 ounces."
    steps = [
        "A glass lacks 1 - 4/5 = 1/5.",
        "A glass lacks 6 x 1/5 = 1.2 ounces.",
        "All lack 1.2 x 10 = 12 ounces.",
        "60 - 12 = 48 ounces.",
    ]
    assert check_steps(problem, steps, reference=reference).first_error == 3


LIFTS = "Maya lifts a fourth of what America lifts, 240 pounds. Then America comes to 300. How many pounds can Maya lift, if it is half?"


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("America added 300 - 240 = 60 pounds.", "wrong"),
        ("In the beginning, Maya lifted 240 / 4 = 60 pounds.", "checked"),
        ("In the beginning, that was 240 / 4 = 60 pounds.", "checked"),
        ("America lifts 240, so Maya lifts 240 / 4 = 60 pounds.", "checked"),
    ],
)
def test_a_number_belongs_to_whom_it_is_told_of(step, status):
    reference = "At first Maya lifts 240 / 4 = 60 pounds.\nThen Maya lifts 300 / 2 = 150 pounds."
    report = check_steps(LIFTS, [step, "So Maya lifts 60 x 2 = 120 pounds."], reference=reference)
    assert [step.status for step in report.steps] == [status, "carried" if status == "wrong" else "wrong"]


def test_the_answer_s_value_may_be_a_step_on_the_way():
    problem, reference = "3 bags of 4 apples are doubled. 12 are sold. How many are left?", "3 x 4 = 12\n12 x 2 = 24\n24 - 12 = 12"
    assert check_steps(problem, ["3 x 4 = 12", "12 x 2 = 24", "24 - 10 = 14 apples"], reference=reference).first_error == 2


def test_who_answers_another_question_is_told_so():
    report = check_steps(ANNA, ["3 x 12 = 36", "36 - 8 = 28", "So there are 28 apples."], reference=REFERENCE)
    assert (report.first_error, report.steps[2].misconception) == (2, "other_question")


def test_with_the_answer_alone_the_step_is_found_that_leads_to_it_when_done_otherwise():
    report = check_steps(ANNA, ["3 x 12 = 36", "36 + 8 = 44", "44 / 4 = 11 apples"], answer="7")
    assert (report.first_error, report.steps[1].should_be) == (1, "28")


@pytest.mark.parametrize(
    ("last", "answer"),
    [("30 + 60 = 90 minutes", "1.5 hours"), ("3 x 50 = 150 cents", "\\$1.50"), ("3/6 = 0.5", "50%"), ("3/6 = 50%", "1/2")],
)
def test_a_right_answer_may_be_in_another_unit(last, answer):
    report = check_steps("How much is it?", [last], answer=answer)
    assert (report.first_error, report.answer_is_right) == (None, True)


@pytest.mark.parametrize(
    "lines",
    [["60 / 5 = 12", "2 x 12 = £24, 3 x 12 = £36"], ["60 / 5 = 12", "12 x 2 = £24", "12 x 3 = £36"], ["2 x 12 = 24 and 3 x 12 = 36"]],
)
def test_an_answer_of_several_values_is_what_the_last_calculations_come_to(lines):
    report = check_steps("Share £60 in the ratio 2:3", lines, answer="24, 36")
    assert (report.first_error, report.answer_is_right) == (None, True)
    assert check_steps("Share £60 in the ratio 2:3", lines, answer="20, 40").answer_is_right is False


def test_an_exact_answer_may_be_rounded_behind_it():
    report = check_steps("Find the area of a circle of radius 3 cm.", ["A = πr² = π×3² = 9π = 28.3 cm²"], answer="9π")
    assert (report.first_error, report.answer_is_right) == (None, True)
    rounded_wrongly = check_steps("Find the area of a circle of radius 3 cm.", ["A = πr² = π×3² = 9π = 27.3 cm²"], answer="9π")
    assert (rounded_wrongly.first_error, rounded_wrongly.answer_is_right) == (0, False)


def test_a_wrong_answer_is_not_held_against_the_set_up_before_a_line_that_is_wrong():
    lines = ["(4+7+9+x)/4 = 8", "20+x = 8", "x = -12"]
    assert check_steps("The mean of 4, 7, 9 and x is 8. Find x.", lines, answer="12").first_error == 1


@pytest.mark.parametrize("lines", [["k² - 64 = 0", "k² = 64", "k = 8"], ["k² - 49 = 0", "k² = 49", "k = 7"]])
def test_what_follows_from_the_line_before_is_not_proved_where_the_answer_is_wrong(lines):
    problem = "The equation x² + kx + 16 = 0 has equal roots. Find k."
    report = check_steps(problem, lines, answer="8, -8")
    assert (report.first_error, report.answer_is_right) == (2, False)


def test_a_negative_answer_is_where_it_is_said():
    assert check_steps("What number plus 7 is -5?", ["n + 7 = 5", "n = -2"], answer="-12").first_error == 1


def test_an_answer_in_words_that_is_wrong_is_the_last_step():
    assert check_steps("Which is larger, 2/3 or 3/4?", ["2/3 < 3/4", "The answer is 2/3"], answer="3/4").first_error == 1


def test_sampled_solutions_say_how_many_agree():
    other = "3 * 12 = 36\n36 + 8 = 44\n44 / 4 = 11"
    report = check_steps(ANNA, ["There are 36 apples.", "36 - 8 = 28", "28 / 4 = 7 apples"], samples=[REFERENCE] * 6 + [other] * 2)
    assert [(step.status, step.agreeing, step.sampled) for step in report.steps] == [("agrees", 8, 8), ("checked", 6, 8), ("checked", 6, 8)]


def test_what_most_samples_answer_is_taken_for_right():
    steps = ["3 x 12 = 36", "36 + 8 = 44", "44 / 4 = 11 apples"]
    assert check_steps(ANNA, steps, samples=[REFERENCE] * 7 + ["11"]).first_error == 1
    assert check_steps(ANNA, steps, samples=[REFERENCE] * 4 + ["11"] * 4).first_error is None


def test_a_doubtful_step_score_counts_where_nothing_else_does():
    steps = ["3 x 12 = 36", "36 + 8 = 44", "44 / 4 = 11 apples"]
    assert check_steps(ANNA, steps, step_scores=[0.9, 0.2, 0.4]).first_error == 1
    assert check_steps(ANNA, steps, step_scores=[0.2, 0.9, 0.9], reference=REFERENCE).first_error == 1
    with pytest.raises(ValueError, match="2 scores for 3 steps"):
        check_steps(ANNA, steps, step_scores=[0.2, 0.9])


def test_a_working_without_a_calculation_has_no_other_answer():
    assert not check_steps("Solve 2x + 3 = 7", ["Subtract", "it is nine"], answer="x = 2").answer_is_right
