import time

import pytest

from grading.checking.prose import is_prose, stated_answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"Adding gives $\boxed{8}$.", "8"),
        ("The final answer is 8. I hope it is correct.", "8"),
        ("Final Answer: The greatest $n$ is 34.", "34"),
        ("First we get 10. So the chance of winning is 2/3.", "2/3"),
        ("So $x \\ge 5$ is what we want.", "x \\ge 5"),
        ("We get the matrix $M$.", "M"),
        ("The error grows by 100%.", "100%"),
        ("$28$ percent", "28\\%"),
        ("The solutions are 3 and 4.", "3 and 4"),
        ("The solutions are $3$ and $4$.", "3, 4"),
        ("The solutions are $2$ and 3.", "2, 3"),
        ("The solutions are 2, $3$ and -4.", "2, 3, -4"),
        ("So they are $2$ and then $3$ on top.", None),
        ("So it is $2$ and then 3 on top.", None),
        ("Therefore the point is B", "B"),
        ("So the total is 5 apples", "5 apples"),
        ("The total is about 5 big red shiny apples on the table", "5"),
        (r"So the chance is $25\%$ percent", "25\\%"),
        ("So she is in room B12", None),
        ("So it is the 3rd", None),
        ("We have $x=1$ and $y=2$ as said", None),
        (r"\boxed{p = 1 \text{ and } p = 2", r"p = 1 \text{ and } p = 2"),
        ("Thus the solutions are x = 3 or x = 4.", None),
        ("The sum of both is negative 5.", "negative 5"),
        ("The roots are 2 and minus 5.", "2 and minus 5"),
        ("It is more than 5.", None),
        ("It is 5 or maybe 7, we do not know.", None),
        ("Question 5: no idea", None),
        ("She pays $5 and he pays $6.", None),
        ("It depends.", None),
        ("还剩16颗", "16"),
    ],
)
def test_what_a_text_says(text, answer):
    assert stated_answer(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "x=5",
        "5 cups",
        r"\sin x \cos x",
        "ab+bc=1",
        r"\begin{pmatrix}1\\\\2\end{pmatrix}",
        "$x$ or $y$",
        "12元",
        "三分之2",
        "二十5元",
        "面积比3:2",
    ],
)
def test_an_answer_is_no_prose(text):
    assert not is_prose(text)


@pytest.mark.parametrize("text", ["So the side is 5 cm long.", "Answer $9$", r"It is \boxed{5}", "答案是5", "还剩16颗", "现价160元"])
def test_prose(text):
    assert is_prose(text)


@pytest.mark.parametrize(
    "bomb", ["is " * 3_000_000, "= or " * 2_000_000, "1," * 5_000_000 + "x", "is 1, " + "1, " * 3_000_000, "$ " * 5_000_000]
)
def test_hostile_prose_of_ten_megabytes_is_read_in_no_time(bomb):
    began = time.process_time()
    stated_answer(bomb)
    assert time.process_time() - began < 2
