"""What a question about a problem comes to, as the model replies to it: so a question can be told to lead to a step, whose value the
reply is. A reply is seldom that by chance; but a good question is lost where the reply is wrong.
"""

import re
from collections.abc import Sequence
from fractions import Fraction

from grading.checking.extract import final_answer
from grading.checking.working.computations import is_in
from grading.checking.working.quantities import value_of
from inference.engines import Engine
from inference.events import Language
from inference.together import together
from inference.tutoring.writing import write

TOKENS = 80
REPLIES = 4  # to a question whose likeliest reply, which is one of them, is the step's value
TEMPERATURE = 0.7
# Yes or no is no value, nor is a way that nobody went: "How did she find the total?"
FOR_A_VALUE = re.compile(r"\b(?:how(?! did\b)|what|which)\b|多少|几|多[长大高远重久快深宽]", re.IGNORECASE)
SYSTEM: dict[Language, str] = {
    "en": "You answer questions about a maths problem. Use only what the problem says.",
    "zh": "你回答关于一道数学题的问题，只依据题目所说的内容。",
}
USER: dict[Language, str] = {
    "en": "{known}\n\nDo not answer that yet. First only this: {question} Reply in one short sentence with the calculation, and put the "
    "number in \\boxed{{}}.",
    "zh": "{known}\n\n先不要回答这个问题，只回答：{question}请用一句话写出算式，并把得数写在 \\boxed{{}} 里。",
}


async def leading(known: str, value: str, questions: Sequence[str], language: Language, *, engine: Engine) -> list[str]:
    """The questions that come to `value`, from what is `known`: the problem and what was worked out of it. They do so at once, and in most
    of all the replies that have a number. Raises `EngineError`.
    """
    wanted = value_of(value)
    asking = {question: USER[language].format(known=known, question=question) for question in questions if FOR_A_VALUE.search(question)}
    likeliest = await together(_replies(user, language, [0], engine) for user in asking.values())
    passed = {question: replies for question, replies in zip(asking, likeliest, strict=True) if _comes_to(replies, wanted)}
    more = await together(_replies(asking[question], language, range(1, REPLIES), engine) for question in passed)
    return [question for question, others in zip(passed, more, strict=True) if _comes_to([*passed[question], *others], wanted)]


async def _replies(user: str, language: Language, seeds: Sequence[int], engine: Engine) -> list[list[Fraction]]:
    """The number of each reply; of seed 0 the likeliest one's."""
    texts = await together(
        write(engine, SYSTEM[language], user, max_tokens=TOKENS, temperature=TEMPERATURE if seed else 0.0, seed=seed) for seed in seeds
    )
    return [_number(text) for text in texts]


def _comes_to(replies: Sequence[Sequence[Fraction]], wanted: Sequence[Fraction]) -> bool:
    told = [numbers for numbers in replies if numbers]
    hits = sum(any(is_in(number, wanted) for number in numbers) for numbers in told)
    return 2 * hits > len(told)


def _number(text: str) -> list[Fraction]:
    """The boxed number, if there is one; of a calculation in the box what it comes to."""
    return value_of((final_answer(text) or "").rpartition("=")[2])
