"""Times of day: `4:30 p.m.`, `16:30`, `5 o'clock`, `下午4点30分`, `noon`."""

import re
from dataclasses import dataclass

from grading.checking.numerals import read_numeral
from grading.checking.reasons import template
from grading.checking.text import unwrapped
from grading.checking.verdicts import EQUAL, Verdict, correct, incorrect, undecided

LONGEST = 60  # characters
HALF_DAY = 12 * 3600

ENGLISH = re.compile(
    r"(?:at\s+)?(?P<hour>\d{1,2})(?:\s*:\s*(?P<minute>\d{2})(?:\s*:\s*(?P<second>\d{2}))?(?:\s*h(?:rs|ours)?\b)?)?"
    r"\s*(?P<oclock>o'?\s?clock)?\s*(?:in the )?(?P<half>[ap]\.?\s?m\b\.?|morning|afternoon|evening)?",
    re.IGNORECASE,
)
CONTINENTAL = re.compile(
    r"(?P<hour>\d{1,2})\s*(?:(?:h|Uhr)\s*(?P<minute>\d{2})|(?:[:.]\s*(?P<minute_before>\d{2})\s*)?Uhr)"
)  # `15h45`, `15.45 Uhr`
PAST = re.compile(r"(?P<part>half|(?:a )?quarter|\w+ minutes) (?P<side>past|to) (?P<hour>\w+)", re.IGNORECASE)
DOTTED = re.compile(r"(\d{1,2})\.([0-5]\d)(\s*[ap]\.?\s?m\b\.?)?", re.IGNORECASE)  # `8.35 pm`
NUMERAL = "[0-9零一二两三四五六七八九十]{1,4}"
CHINESE = re.compile(
    rf"(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)?\s*"
    rf"(?:(?P<hour>{NUMERAL})\s*(?:点钟|点整|点|时整|时)\s*(?:(?P<quarter>半|一刻|三刻)|(?P<minute>{NUMERAL})\s*分?\s*(?:(?P<second>{NUMERAL})\s*秒)?)?"
    r"|(?P<hour24>\d{1,2})\s*:\s*(?P<minute24>\d{2}))"
)
NAMED = {"noon": HALF_DAY, "midday": HALF_DAY, "中午": HALF_DAY, "正午": HALF_DAY, "midnight": 0, "午夜": 0, "零点": 0, "半夜12点": 0}
QUARTERS = {"半": 30, "一刻": 15, "三刻": 45}
MORNING = {"凌晨", "清晨", "早上", "早晨", "上午", "morning"}

HALF_MISSING = template("The time is right; morning or afternoon is not said.")
OTHER_HALF = template("The time is right, but of the other half of the day.")
TIMES_DIFFER = template("The times differ.")
HALF_UNCLEAR = template("It is not clear which half of the day is meant.")
TIME_OR_RATIO = template("It is not clear whether a time or a ratio is meant.")


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds since midnight, or since the last twelve o'clock where the half of the day is not said (`whole` is False).

    `certain`: a time beyond doubt; `4:30` by itself may be a ratio.
    """

    seconds: int
    whole: bool
    certain: bool
    written24: bool = False


def read_clock(text: str) -> Clock | None:
    """The time of day that a plain text is, or None."""
    if not text or len(text) > LONGEST:
        return None
    text = " ".join(unwrapped(text).split()).strip().strip(".")
    if text.lower() in NAMED:
        return Clock(NAMED[text.lower()], whole=True, certain=True)
    if match := CHINESE.fullmatch(text):
        return _chinese(match)
    if match := CONTINENTAL.fullmatch(text):
        return _clock(match["hour"], match["minute"] or match["minute_before"], None, "", certain="Uhr" in text)
    if match := PAST.fullmatch(text):
        return _past(match)
    if (match := DOTTED.fullmatch(text)) and match[3]:
        text = f"{match[1]}:{match[2]}{match[3]}"
    match = ENGLISH.fullmatch(text)
    return _english(match) if match else None


def read_dotted(text: str) -> Clock | None:
    """`20.35`, which is a time where one is expected."""
    return read_clock(text.replace(".", ":")) if DOTTED.fullmatch(text) else None


def compare_clocks(expected: Clock, given: Clock) -> Verdict:
    """Times of day, also where one side leaves open which half of it is meant (`3:30`, `3:30 pm`)."""
    if not (expected.certain or given.certain) and expected.seconds != given.seconds and _same_ratio(expected, given):
        return undecided(TIME_OR_RATIO)
    if expected.whole and given.whole:
        if expected.seconds == given.seconds:
            return correct(EQUAL)
        return incorrect(OTHER_HALF if (expected.seconds - given.seconds) % HALF_DAY == 0 else TIMES_DIFFER)
    if (expected.seconds - given.seconds) % HALF_DAY:
        return incorrect(TIMES_DIFFER)
    if expected.written24 != given.written24:
        return undecided(HALF_UNCLEAR)
    return correct(HALF_MISSING if expected.whole else EQUAL)


def _english(match: re.Match[str]) -> Clock | None:
    half = (match["half"] or "").lower().replace(".", "").replace(" ", "")
    if match["minute"] is None and not half and not match["oclock"]:
        return None
    return _clock(match["hour"], match["minute"], match["second"], half, certain=bool(half or match["oclock"] or match["second"]))


def _past(match: re.Match[str]) -> Clock | None:
    """`half past eight`, `quarter to 9`, `ten minutes past 7`."""
    part, hour = match["part"].lower().split()[-1], _integer(match["hour"].lower())
    minutes = {"half": 30, "quarter": 15}.get(part) or _integer(match["part"].lower().split()[0])
    if hour is None or minutes is None or not 1 <= hour <= 12 or not 1 <= minutes <= 30:
        return None
    seconds = (hour * 60 + (minutes if match["side"].lower() == "past" else -minutes)) * 60
    return Clock(seconds % HALF_DAY, whole=False, certain=True)


def _chinese(match: re.Match[str]) -> Clock | None:
    hour, minute = match["hour"] or match["hour24"], match["minute"] or match["minute24"]
    if match["hour24"] and not match["half"]:
        return _clock(hour, minute, None, "", certain=False)
    minute = str(QUARTERS[match["quarter"]]) if match["quarter"] else minute
    half = "" if not match["half"] else "am" if match["half"] in MORNING else "noon" if match["half"] == "中午" else "pm"
    return _clock(hour, minute, match["second"], half, certain=True)


def _clock(hour: str, minute: str | None, second: str | None, half: str, *, certain: bool) -> Clock | None:
    h, m, s = (_integer(part) for part in (hour, minute or "0", second or "0"))
    if h is None or m is None or s is None or h > 24 or m > 59 or s > 59 or (h == 0 and half == "pm"):
        return None
    seconds = (h % 24) * 3600 + m * 60 + s
    if h > 12 or h == 0:
        return Clock(seconds, whole=True, certain=certain, written24=True)
    if not half:
        return Clock(seconds % HALF_DAY, whole=False, certain=certain or hour.startswith("0"))
    afternoon = half in ("pm", "afternoon", "evening") or (half == "noon" and h != 11)
    return Clock(seconds % HALF_DAY + (HALF_DAY if afternoon else 0), whole=True, certain=True)


def _integer(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    value = read_numeral(text)
    return int(value) if value is not None and value.denominator == 1 else None


def _same_ratio(left: Clock, right: Clock) -> bool:
    """Whether `4:30` and `2:15`, read as ratios, are one."""
    (hours, minutes), (other_hours, other_minutes) = divmod(left.seconds, 3600), divmod(right.seconds, 3600)
    return bool(minutes) and hours * other_minutes == other_hours * minutes
