"""Before a question is solved: is it one of mathematics, and is it whole? Where it is not, one question back, or a short refusal.

Rules decide what is plain, the model what they leave open; what neither is sure of is solved. Not covered: a problem that lacks one of
several values, and one that refers to a figure.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from grading.checking.working.quantities import stated
from inference.engines import Engine
from inference.events import Event, Language, Started, Token
from inference.prompts import ASKS_FOR_WORDS, CHINESE, detect_language
from inference.tutoring.events import Progress, Taught
from inference.tutoring.phrases import say
from inference.tutoring.writing import write

LONGEST = 200  # characters of a question back
SHORT = 80  # characters of a question that lacks what it speaks of; a longer one says enough
NUMBER = re.compile(
    r"\d+|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|twenty|hundred)\b|[二两三四五六七八九十百千万]+", re.IGNORECASE
)
FORMULA = re.compile(
    r"\$|\\[a-zA-Z]+|[=<>≤≥≠±√∫∑^×÷%]|\b[a-zA-Z]\s*[-+*/]\s*(?:[a-zA-Z]\b|\d)|\d\s*[-+*/×÷]\s*\d|\b(?:sin|cos|tan|log|ln)\b"
)
# Words that are hardly used but in mathematics.
TERMS = re.compile(
    r"\b(?:solv(?:e|es|ing)|calculat\w*|comput(?:e|es|ed|ing)|factori[sz]\w*|ratio|percent\w*|median|probabilit\w*|equation\w*|deriv\w*|"
    r"integrals?|matrix|matrices|vector\w*|triangle\w*|rectangle\w*|angles?|perimeter|radius|polygon\w*|(?:hex|oct)agon\w*|"
    r"prime numbers?|primes|divisib\w*|divisors?|multipl(?:y|ie[sd]|ying|ication)|subtract\w*|fraction\w*|decimals?|polynomial\w*|"
    r"theorem\w*|count(?:s|ed|ing)?|draw (?:a|the) (?:plot|graph)|geometr\w*|algebra\w*|arithmetic|digits?|"
    r"logarithm\w*|permutation\w*|coordinates|variance|modulo|modulus|integers?)\b"
    r"|计算(?!机)|化简|方程|不等式|函数|导数|矩阵|向量|三角形|三角函数|正方形|长方形|面积|周长|体积|半径|质数|素数|整除|小数|整数|根号|无理数|有理数|"
    r"公约数|公倍数|概率|百分比|几何|代数|数列|对数|方差|斜率|坐标",
    re.IGNORECASE,
)
HOW_MUCH = re.compile(r"\bhow (?:many|much|far|long|old|fast|often|tall|heavy)\b|多少|几", re.IGNORECASE)
# Everyday words that problems have as well.
WORDS = re.compile(
    r"\b(?:evaluat\w*|simplif\w*|factors?|expand|plot|sum|product|difference|average|mean|inequalit\w*|function\w*|integrat\w*|limit|circle\w*|"
    r"square\w*|area|volume|prime|division|divide\w*|add|roots?|proof|prove|math\w*|number\w*|total|twice|half|interest|"
    r"speed|even|odd|set|sequence\w*|series|combination\w*|graph\w*|slope|axis|statistic\w*)\b"
    r"|求|解|积分|极限|圆|角|分数|平均|百分|比例|证明|数|倍|一共|总共|速度|利息|排列|组合|统计|图像",
    re.IGNORECASE,
)
# It speaks of something that ought to stand beside it. In Chinese a task without an object ("化简", "解方程") does so as well; how it is
# done ("怎么化简分式", "解方程的步骤") is a question of its own.
TASK_ENDS = r"(?=\W|$|一下|吧|吗|好吗|可以吗|求值|并|后|再)"
REFERS = re.compile(
    r"\b(?:(?:the|this|that|these|following) (?:equation|inequality|expression|problem|question|system|integral|sum|function|exercise)s?)\b"
    r"|(?:这|那|下面|下列|以下|上面)的?(?:个|道|些)?(?:方程|(?:不等|分|根|多项|代数|算|各)?式|题目?|问题|函数|积分|分数)"
    rf"|(?<!怎么)(?<!怎样)(?<!如何)(?:解(?:方程|不等式)组?|化简(?:\w{{1,3}}式|分数)){TASK_ENDS}"
    rf"|(?<!\w怎么)(?<!\w怎样)(?<!\w如何)化简{TASK_ENDS}",
    re.IGNORECASE,
)
# What follows "the sum" and the like where it is said which: "of the angles of a triangle"; not "of these numbers", "of the numbers",
# "for x", nor what breaks off ("of the roots of").
NOT_SAID = (
    r"(?:all )?(?:of )?(?:(?:these|those|this|that|it|them|my|our|the following)\b|(?:the|its|their) \w+\W*$)"
    r"|(?:\w+ )?(?:equations|inequalities)\b|.*\b(?:of|to|and|by|between|that|which|satisfy)\W*$"
)
NAMED = re.compile(
    rf" (?:of (?!{NOT_SAID})|for (?!{NOT_SAID}|(?:[b-z]|me|us|all|real|homework|class|school|today|tomorrow)\b|a\W*$)"
    r"|whose\b|(?:rule|test|sign|symbol|notation)\b)",
    re.IGNORECASE,
)
# A task without what it is to be done with ("find the area", "solve for x"), and one that stands somewhere else ("question 3 on page 12").
THINGS = r"(?:area|perimeter|volume|circumference|radius|mean|median|average|slope|angle|derivative(?! of x)|value|answer)s?"
BARE = re.compile(
    r"(?:(?:please|can you|could you|help me) )*(?:"
    rf"(?:find|calculate|compute|determine|work out) (?:(?:the )?{THINGS}(?: of [a-z])?|[a-z])"
    r"|(?:solve|simplify|factor|factori[sz]e|expand|evaluate|differentiate|integrate|graph|plot)(?: (?:for [a-z]|it|this|that))?"
    r"|(?:do |solve |answer |what is the answer (?:to|of) )?(?:the |my )?(?:question|problem|exercise) \d+\w?(?: (?:on|from|of) page \d+)?"
    r"|(?:see|look at) the (?:picture|photo|image|figure))\W*"
    r"|(?:请|帮我|帮忙)?(?:求出?|计算|算)(?:它的|这个)?(?:面积|周长|体积|半径|平均数|[a-zA-Z])\W*"
    r"|(?:请|帮我)?(?:做|解答?)?第[\d一二三四五六七八九十]+[题道]\w{0,4}\W*"
    r"|is (?:it|that|this|(?:the|my) answer) [-\d.,/]+\W*|(?:答案)?(?:是不是|是)[-\d.]+\s*吗?\W*",  # a guess at nothing
    re.IGNORECASE,
)
SPOKEN_FORMULA = re.compile(r"\b[a-z] (?:plus|minus|times|over|squared|cubed|equals|to the)\b", re.IGNORECASE)
KINDS: dict[Language, str] = {
    "en": "You sort messages to a maths tutor. Reply with one word. MATHS: a question of mathematics, also of arithmetic in everyday life. "
    "OTHER: anything else. Never reply to the message itself.",
    "zh": "你给发给数学老师的消息分类。只回答一个词。MATHS：数学问题，包括日常生活中的算术。OTHER：其他任何内容。不要回答消息本身。",
}
# Without examples a small model calls everything MATHS, or replies to the message (docs/benchmarks.md, "What is no mathematics").
SORTED: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        ("What is a quarter of 60?", "MATHS"),
        ("Tell me who painted the Mona Lisa.", "OTHER"),
        ("A bus leaves at noon on a Monday and drives for two days and three hours. When does it arrive?", "MATHS"),
        ("Write a birthday card for my aunt.", "OTHER"),
        ("I do not understand fractions.", "MATHS"),
        ("What is the capital of Spain?", "OTHER"),
        ("Anna turns left again and again, each time by a quarter turn. Where does she look in the end?", "MATHS"),
        ("How do I cook rice?", "OTHER"),
    ),
    "zh": (
        ("60的四分之一是多少？", "MATHS"),
        ("蒙娜丽莎是谁画的？", "OTHER"),
        ("一辆车星期一中午出发，开了两天零三小时，什么时候到？", "MATHS"),
        ("帮我给阿姨写一张生日贺卡。", "OTHER"),
        ("我不懂分数。", "MATHS"),
        ("把“早上好”翻译成法语。", "OTHER"),
        ("为什么不能除以零？", "MATHS"),
        ("米饭怎么做？", "OTHER"),
    ),
}
MISSING: dict[Language, str] = {
    "en": "A student's problem cannot be solved, because something is missing from it. Ask the student one short question for it.",
    "zh": "学生的题目缺少信息，无法解答。请用一个简短的问题问学生缺少了什么。",
}


async def solved_or_asked_back(
    problem: str, otherwise: AsyncGenerator[Event], *, engine: Engine, language: Language
) -> AsyncGenerator[Event]:
    """The events of `otherwise` where the question can be solved; or else a question back, or a refusal."""
    said = await clarify(problem, engine=engine, language=language)
    if said is None:
        async with aclosing(otherwise):
            async for event in otherwise:
                yield event
        return
    yield Started(mode="cot", language=language, model=engine.model)
    yield Token(text=said)
    asked_back = is_incomplete(problem)
    yield Taught(text=said, progress=Progress(asked_back=asked_back, refused=not asked_back), offers=())


async def clarify(problem: str, *, engine: Engine, language: Language) -> str | None:
    """What to say instead of solving; None where the question can be solved. Raises `EngineError`."""
    if is_incomplete(problem):
        return await _question_back(problem, engine, language)
    if not looks_mathematical(problem) and await _is_other(problem, engine):
        return say("off_topic", language)
    return None


def looks_mathematical(text: str) -> bool:
    """Whether it has a formula or a term of mathematics; or a number and asks how much, or two numbers and an everyday word of problems."""
    if FORMULA.search(text) or TERMS.search(text):
        return True
    numbers = len(NUMBER.findall(text))
    return (numbers > 0 and HOW_MUCH.search(text) is not None) or (numbers > 1 and WORDS.search(text) is not None)


def is_incomplete(text: str) -> bool:
    """Whether it is a bare task, or speaks of an equation or the like that is not there: no formula, no number, no word of which one."""
    if BARE.fullmatch(text.strip()):
        return True
    if len(text) > SHORT or ASKS_FOR_WORDS.search(text) or FORMULA.search(text) or SPOKEN_FORMULA.search(text):
        return False
    return not stated(_without_articles(text)) and any(not NAMED.match(text, found.end()) for found in REFERS.finditer(text))


def _without_articles(text: str) -> str:
    """In Chinese the "one" of "one equation" is no value."""
    return re.sub(r"[一这那下]?[个道些]", "", text) if CHINESE.search(text) else re.sub(r"\bone\b", "", text, flags=re.IGNORECASE)


async def _is_other(problem: str, engine: Engine) -> bool:
    language = detect_language(problem)
    reply = await write(engine, KINDS[language], problem, examples=SORTED[language], max_tokens=6)
    return reply.strip(" .。\"'").upper().startswith("OTHER")


async def _question_back(problem: str, engine: Engine, language: Language) -> str:
    """The model's question, if it is one and no more; or else a plain one."""
    asked = await write(engine, MISSING[language], problem, max_tokens=80)
    is_one = asked.count("?") + asked.count("？") == 1 and asked.endswith(("?", "？")) and len(asked) <= LONGEST and "\n" not in asked
    return asked if is_one and detect_language(asked) == language else say("incomplete", language)
