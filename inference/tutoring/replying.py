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
    """The questions that come to `value`, from what is `known`: the problem and what was worked out of it. Raises `EngineError`."""
    asking = [question for question in questions if FOR_A_VALUE.search(question)]
    asked = [USER[language].format(known=known, question=question) for question in asking]
    texts = await together(write(engine, SYSTEM[language], user, max_tokens=TOKENS) for user in asked)
    wanted = value_of(value)
    return [question for question, text in zip(asking, texts, strict=True) if any(is_in(number, wanted) for number in _number(text))]


def _number(text: str) -> list[Fraction]:
    """The boxed number, if there is one; of a calculation in the box what it comes to."""
    return value_of((final_answer(text) or "").rpartition("=")[2])
