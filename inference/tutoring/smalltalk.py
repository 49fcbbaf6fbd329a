"""What students say that is no question of its own: a greeting, thanks, a guess at the answer, and that they did not understand.

A small model solves the last problem once more on "thanks" and "is it 12?", and begs pardon for a right solution on "why?".
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from grading.checking.answers import Outcome, check
from grading.checking.fitting import is_refuted
from grading.checking.numbers import read_number
from grading.checking.units import read_unit
from inference.events import Event, Language, Started, Token
from inference.tutoring.clarify import looks_mathematical
from inference.tutoring.events import Progress, Taught
from inference.tutoring.guesses import said_plainly
from inference.tutoring.key import on_page
from inference.tutoring.phrases import say
from inference.tutoring.wishes import wished

LONGEST = 100  # characters: what is longer is a question of its own
END = r"[\s!.~,。！～，]*(?:so much|very much|a lot|again|lemma|teacher|老师|你|您|啦|了|呀|啊)?[\s!.~。！～]*"
SAID = {
    "greeting": re.compile(rf"(?:hi|hello|hey|good (?:morning|afternoon|evening)|你好|您好|早上好|下午好|晚上好|嗨){END}", re.IGNORECASE),
    "welcome": re.compile(
        rf"(?:(?:ok|okay|great|good|cool|perfect|明白了?|懂了|知道了|好的?)[\s,!.，。！]*)?"
        rf"(?:(?:many )?thanks|thank (?:you|u)|thx|ty|cheers|谢谢|多谢|感谢|辛苦){END}",
        re.IGNORECASE,
    ),
    "seen": re.compile(
        rf"(?:ok|okay|i see|(?:i )?got it|i understand(?: now| it)?|great|cool|nice|bye|goodbye"
        rf"|好的?|嗯|哦|我?(?:明白|懂|知道)了|再见|拜拜){END}",
        re.IGNORECASE,
    ),
}
# Wishes that go on with no problem. What is less plain (`tell me a story problem`, `translate it`) is left to the model.
OFF_TOPIC = re.compile(
    r"(?:(?:please|now|can you|could you|ok(?:ay)?,?) )*(?:"
    r"(?:write|compose|make up|sing|tell)(?: me| us)? (?:an? |some |my |another )?(?:\w+ ){0,2}?"
    r"(?:poems?|songs?|raps?|jokes?|essays?|love letters?|fairy tales?|horoscope|haikus?)\b"
    r"|(?:what is|what[’']s|how is) the (?:weather|capital of|news|score of the (?:match|game))\b"
    r"|who (?:is|was) the (?:president|king|queen|prime minister) of\b)"
    r"|(?:请|现在|帮我|给我|你?能)*(?:写(?:一?[首篇封])?[^，。,]{0,6}(?:诗|作文|歌词?|情书)|[讲说](?:一?个)?笑话|唱(?:一?首)?歌)"
    r"|(?:今天|明天)[^，。,]{0,6}天气|[^，。,]{1,6}的首都是",
    re.IGNORECASE,
)
NOT_UNDERSTOOD = re.compile(
    r"(?:(?:but|sorry|hmm?|um+|wait)[\s,.]*)?"
    r"(?:why(?: is (?:that|this|it)(?: so)?)?|how come|huh|what do you mean|i[’']?m (?:confused|lost)"
    r"|i (?:still )?(?:do not|don[’']?t|did not|didn[’']?t) (?:understand|get)(?: it| this| that)?(?: at all)?"
    r"|(?:please )?explain(?: it| this| that)?(?: again| more| please| better)*"
    r"|(?:但是|可是)?(?:这是)?(?:为什么|为啥)呢?|我?(?:还是)?(?:不太?|没)(?:明白|懂|理解|看懂|听懂)"
    r"|看不懂|听不懂|怎么来的|什么意思|(?:请|能)?再(?:讲|解释|说)一[遍下次])[\s?？!.。！…吗]*",
    re.IGNORECASE,
)
SAYS_WHAT = re.compile(r"\b(?:it|that|this|answer|result|i)\b|答案|结果|我|是不是", re.IGNORECASE)
AGAIN: dict[Language, str] = {
    "en": "Explain it again, in simpler words and smaller steps, with the reason for each. I do not say that it is wrong.",
    "zh": "请用更简单的话、更小的步骤再解释一遍，并说明每一步的理由。我没有说它是错的。",
}


def reply_to(text: str, language: Language) -> str | None:
    """What to say to a greeting, thanks, or what is surely off the topic also behind a problem; None where a text is more than that."""
    if OFF_TOPIC.match(text.strip()) and not looks_mathematical(text):
        return say("off_topic", language)
    if len(text) > LONGEST:
        return None
    return next((say(name, language) for name, said in SAID.items() if said.fullmatch(text.strip())), None)


def spelled_out(question: str, language: Language) -> str:
    """A follow-up that says no more than that its writer did not understand, with what is wanted."""
    return f"{question}\n\n{AGAIN[language]}" if is_lost(question) else question


def is_lost(question: str) -> bool:
    """Whether it says no more than that its writer did not understand."""
    return NOT_UNDERSTOOD.fullmatch(question.strip()) is not None


def reply_to_guess(text: str, answer: str, language: Language, *, problem: str = "") -> str | None:
    """What to say to "is it 12?" behind a solution of `problem` that came to `answer`; None where it is no such guess, cannot be compared,
    or the answer is wrong. Blocks for seconds at most."""
    if len(text) > LONGEST:
        return None
    guess = said_plainly(text)
    number = read_number(guess)
    if number is None or guess == " ".join(text.split()):
        return None
    is_doubtful = "呢" in text or bool(number.unit and read_unit(number.unit) is None)  # "12 even?", 12是质数吗, 那么3呢: of a number
    if (is_doubtful and not SAYS_WHAT.search(text)) or is_refuted(problem, answer):
        return None
    outcome = check(answer, guess).outcome
    if outcome is Outcome.UNDECIDED:
        return None
    return say("guess_same" if outcome is Outcome.CORRECT else "guess_other", language, answer=on_page(answer))


async def replied(
    text: str, otherwise: AsyncGenerator[Event], *, model: str, language: Language, begins: bool, answer: str = "", problem: str = ""
) -> AsyncGenerator[Event]:
    """The events of `otherwise`, unless a greeting, thanks, a wish that has nothing to do with mathematics, or a guess at the `answer` that
    was shown to `problem` is all that was said. `begins`: no question was asked before."""
    said = reply_to(text, language)
    if said is None and begins and wished(text):  # "a hint, please", and no problem
        said = say("incomplete", language)
    said = said or await asyncio.to_thread(reply_to_guess, text, answer, language, problem=problem)
    if said is None:
        async with aclosing(otherwise):
            async for event in otherwise:
                yield event
        return
    await otherwise.aclose()
    yield Started(mode="cot", language=language, model=model)
    yield Token(text=said)
    yield Taught(text=said, progress=Progress(refused=begins), offers=())
