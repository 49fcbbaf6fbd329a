"""Near duplicates of a problem, as they get into training data: persons renamed, punctuation changed, clauses moved, or all of it."""

import re

NAMES = ["Maria", "Kofi", "Ingrid", "Tariq", "Yuki", "Olena", "Pablo", "Zanele", "Henrik", "Leila"]
CHINESE_NAMES = ["小刚", "小芳", "小亮", "小丽", "阿强", "阿珍", "大伟", "小燕"]
NO_NAMES = """
The An If In On At How What When Where Which Who Each Every She Her His They There Their This That These Those It For After Before
Then Of And But To By From One Two Three Four Five Six Seven Eight Nine Ten All Some Both Half Twice You We My Since While With
Let Find Compute Given Suppose Express Evaluate Simplify Factor Solve Determine Calculate Write Monday Tuesday Wednesday Thursday
Friday Saturday Sunday January February March April May June July August September October November December
"""


def renamed(text, random):
    names = dict.fromkeys(name for name in re.findall(r"(?<!\\)\b[A-Z][a-z]{2,}\b", text) if name not in NO_NAMES.split())
    for name, other in zip(names, random.sample(NAMES, len(NAMES)), strict=False):
        text = re.sub(rf"\b{name}\b", other, text)
    for name in dict.fromkeys(re.findall(r"小[明红华军兰东李张王方林强丽刚芳亮]", text)):
        text = text.replace(name, random.choice([other for other in CHINESE_NAMES if other != name]))
    return text


def punctuated(text, random):
    match random.randrange(4):
        case 0:
            return re.sub(r"[^\w\s]", " ", text)
        case 1:
            return re.sub(r"[,.;?!，。？！；]", " ; ", text)
        case 2:
            text = re.sub(r"(?<=\d),(?=\d{3})", "", text).replace(".", "!").replace("'", "’")
            return text.translate(str.maketrans("，。？", ",.?"))
        case _:
            return re.sub(r"[,，]", "", text).replace("?", " ?").replace("$", "").replace("-", " ").upper()


def reordered(text, random):
    clauses = [clause for clause in re.split(r"(?<=[.?!,;，。？！；])\s*(?!\d{3}\b)", text) if clause.strip()]
    random.shuffle(clauses)
    return " ".join(clauses)


def rewritten(text, random):
    return punctuated(reordered(renamed(text, random), random), random)


PLANTINGS = (renamed, punctuated, reordered, rewritten)
