"""What the model is asked: system prompts, the ChatML text, and the choice of mode and language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inference.events import Language, Mode
from inference.wire import Wire

COT = r"Please reason step by step, and put your final answer within \boxed{}."
TIR = r"Please integrate natural language reasoning with programs to solve the problem above, and put your final answer within \boxed{}."

ANSWER_IN: dict[Language, str] = {"en": "Answer in English.", "zh": "请用中文回答。"}

CHINESE = re.compile(r"[\u3400-\u9fff]")
# A question that asks for words, not for a value: a program has nothing to add.
ASKS_FOR_WORDS = re.compile(
    r"\b(?:prove|proof|show that|explain|why|derive|what does .{1,40} mean|what is the difference between|definition|define|justify)\b"
    r"|证明|求证|解释|说明|为什么|推导|什么是|是什么意思",
    re.IGNORECASE,
)
NAMES_IN_FORMULAS = re.compile(r"\\[a-zA-Z]+|\b(?:sin|cos|tan|log|ln|exp)\b")
ENGLISH = re.compile(r"\b[A-Za-z]?[a-z]{3,}\b", re.ASCII)
LETTER = re.compile(r"[A-Za-z]")
WORD = re.compile(r"[^\W\d_]{2,}")
SPECIAL_TOKEN = re.compile(r"<\|(\w+)\|>")


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the conversation, and the raw assistant message that answered it."""

    question: str
    text: str


def choose_mode(question: str) -> Mode:
    """Words alone for proofs and explanations; Python for everything else."""
    return "cot" if ASKS_FOR_WORDS.search(question) else "tir"


def has_words(question: str) -> bool:
    """Whether it has a word, and so a language: a formula alone is in none."""
    return WORD.search(NAMES_IN_FORMULAS.sub("", question)) is not None or CHINESE.search(question) is not None


def detect_language(question: str) -> Language:
    """Chinese where the question has a Chinese character."""
    return "zh" if CHINESE.search(question) else "en"


def is_mostly(text: str, language: Language) -> bool:
    """Whether more of a solution is in the language than in the other; names of a Chinese problem may stand in an English one."""
    chinese, english = len(CHINESE.findall(text)), len(ENGLISH.findall(NAMES_IN_FORMULAS.sub("", text)))
    return chinese >= english if language == "zh" else english >= chinese


def neutralise(text: str) -> str:
    """`text` without anything that the tokenizer reads as a special token, as `<|im_end|>`; a reader sees almost the same."""
    return SPECIAL_TOKEN.sub(r"<| \1 |>", text)


def system(question: str, mode: Mode, language: Language, wire: Wire) -> str:
    """The system prompt: English also for Chinese questions, as the models were trained. The answer's language follows the question
    by itself, but for a Chinese one with a letter in it (`360km`, `x+y=10`), which is often answered in English: of that, and of another
    choice, it is said (docs/log.md)."""
    lines = [COT] if mode == "cot" else [TIR, wire.explained]
    if language != detect_language(question) or (language == "zh" and LETTER.search(question)):
        lines.append(ANSWER_IN[language])
    return " ".join(line for line in lines if line)


PLANS: dict[Language, str] = {
    "en": "Let's compute this step by step with Python.",
    "zh": "下面用 Python 一步一步地计算，变量名用英文（如 total_cost）。",
}


def plan(language: Language) -> str:
    """The words with which a message begins whose first block of code is opened for the model.

    Small models mistype names in Chinese from one line to the next; names in English they do not (docs/log.md).
    """
    return f"{PLANS[language]}\n\n"


IN_WORDS: dict[Language, str] = {"en": "Let's work it out in words, step by step.", "zh": "下面改用文字一步一步地推理。"}


def in_words(language: Language) -> str:
    """The words with which a message goes on that began a program where none is run: it would make up what the program prints."""
    return f"{IN_WORDS[language]}\n\n"


def without_code(language: Language) -> str:
    """The words with which a message goes on whose code fails again and again in the same way."""
    fails = "这段代码还是有错，" if language == "zh" else "The code fails again. "
    return f"{fails}{in_words(language)}"


def chat(question: str, *, mode: Mode, language: Language, wire: Wire, history: Sequence[Exchange], instructions: str = "") -> str:
    """The ChatML text that the assistant's message continues. Nothing in the conversation can end its own message.

    `instructions`, a program's, stand before the oldest question: the system prompt is the one that the models were trained with.
    """
    turns = [("system", system(question, mode, language, wire))]
    for exchange in history:
        turns += [("user", exchange.question), ("assistant", exchange.text)]
    turns.append(("user", question))
    if instructions:
        turns[1] = ("user", f"{instructions}\n\n{turns[1][1]}")
    messages = "".join(f"<|im_start|>{role}\n{neutralise(text)}<|im_end|>\n" for role, text in turns)
    return f"{messages}<|im_start|>assistant\n"
