import time

import pytest

from grading.checking.extract import boxed_answer, final_answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"So $\boxed{5}$.", "5"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"First \boxed{1}, then \boxed{2}.", "2"),
        (r"\boxed{\left\{ -3, \frac{1}{2} \right\}}", r"\left\{ -3, \frac{1}{2} \right\}"),
        (r"\fbox{7}", "7"),
        (r"\boxed {8}", "8"),
        (r"\boxed 9", "9"),
        (r"\boxed{\text{no } \} brace}", r"\text{no } \} brace"),
        (r"\boxed{\boxed{5}}", "5"),
        (r"It is \boxed{4} and not \boxed{", "4"),
        (r"\boxed{}", None),
        (r"\boxed{ }", None),
        (r"\boxed{{5}}", "5"),
        (r"\boxed{{{5}}}", "5"),
        (r"\boxed{{1}+{2}}", "{1}+{2}"),
        (r"\boxed{\{5\}}", r"\{5\}"),
        (r"$\boxed{1}$ and $\boxed{2}$", "1, 2"),
        (r"\boxed{(2,2)} \quad \text{and} \quad \boxed{(6,2)}", "(2,2), (6,2)"),
        (r"\boxed{1} cats and \boxed{2} dogs", "1, 2"),
        (r"\boxed{5}. Once more: \boxed{5}", "5"),
        (r"\(\boxed{\frac{3}{6}}\) or \(\boxed{\frac{1}{2}}\)", r"\frac{1}{2}"),
        (r"$\boxed{\frac12}$ or $\boxed{0.5}$", "0.5"),
        (r"$\boxed{x}$ or $\boxed{x}$ or $\boxed{1}$", "x, 1"),
        (r"$\boxed{\frac{14}{4}}$ or $\boxed{3.43}$", r"\frac{14}{4}, 3.43"),
        (r"\boxed{1} and not \boxed{2}", "2"),
        (r"\boxed{1}, but then we see that it has to be \boxed{2}", "2"),
        ("```python\n# \\boxed{x}\n```\n```output\n\\boxed{1}\n```\n", None),
        ("It is \\boxed{2}.\n```py\n# \\boxed{x}\n  ```\nDone.", "2"),
        ("```\n\\boxed{3}\n```", "3"),
        ("no box", None),
        ("", None),
    ],
)
def test_the_last_complete_box(text, answer):
    assert boxed_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is 5.", "5"),
        ("The answer is $$5$$.", "5"),
        (r"The answer is \(5\).", "5"),
        (r"The answer is \[5\].", "5"),
        ("The answer is $5$ and $6$.", "$5$ and $6$"),
        (r"It is \boxed{5}. The final answer is $4$.", "4"),
        (r"It is \boxed{5}. The final answer is 4.", "4"),
        ("The final answer is: $x = 3$.\nI hope this helps.", "x = 3"),
        ("**Answer:** 12 cm", "12 cm"),
        ("48/2 = <<48/2=24>>24\n#### 24", "24"),
        ("所以答案是5。", "5"),
        ("最终答案：**12元**。", "12元"),
        ("答案为 $\\frac{1}{2}$", "\\frac{1}{2}"),
        ("答案是 3。不对，答案是 4。", "4"),
        (r"鸡的数量是 \(\boxed{23}\)，兔的数量是 \(\boxed{12}\)。", "鸡的数量是 23，兔的数量是 12"),
        (r"因此，鸡有 $\boxed{23}$ 只，兔有 $\boxed{12}$ 只。", "鸡有 23 只，兔有 12 只"),
        (r"先算得 $\boxed{5}$。再算得 $\boxed{7}$。", "7"),
        (r"因为 $\boxed{5}$ 不对，所以是 $\boxed{7}$。", "7"),
        ("答：x=2，y=3。", "x=2，y=3"),
        ("答：鸡有23只，兔有12只。", "鸡有23只，兔有12只"),
        ("答：还剩120页，共用3天。", "还剩120页"),
        ("答：5，8-3=5", "5"),
        ("The answer is 7. But the box says \\boxed{8}", "8"),
        ("The answer is 3.5 metres.", "3.5 metres"),
        ("So he has 5.\nA: 5", "5"),
        ("The answer to the first question is 12.", "12"),
        (r"The sum is \boxed{255}. Final Answer: The final answer is $10,455$.", "10,455"),
        (r"It is \boxed{5}. This final answer is what we wanted.", "5"),
        ("```python\nprint('The answer is', x)\n```\n```output\nThe answer is 7\n```\nThat is it.", None),
        ("The answer is 5.\n```python\nprint('The answer is', x)", "5"),
        ("<tool>python\nprint('The answer is', x)\n</tool>\n<output>\nThe answer is 7\n</output>\nThe answer is 6.", "6"),
        ("The answer lies elsewhere", None),
        ("Nothing here", None),
    ],
)
def test_an_answer_said_in_words_is_the_fallback(text, answer):
    assert final_answer(text) == answer


@pytest.mark.parametrize(
    "bomb",
    [
        "\\boxed{" * 1_500_000,
        "answer is" + " " * 10_000_000,
        "{" * 10_000_000,
        "答案是" * 3_000_000,
        "####" * 2_500_000,
        "```python\n" * 1_000_000,
        "```" * 3_000_000,
        "<output>" * 1_000_000,
        "<tool>" + " " * 10_000_000,
    ],
)
def test_hostile_text_of_ten_megabytes_is_read_in_no_time(bomb):
    began = time.process_time()
    final_answer(bomb)
    assert time.process_time() - began < 2
