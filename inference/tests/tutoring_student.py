"""A student over a scripted model, and problems for one."""

from contextlib import aclosing

from inference.events import Token
from inference.tests.tutoring_engine import Sandbox, ScriptedEngine, solver
from inference.tutoring.events import Keyed, Progress, Taught
from inference.tutoring.lesson import Lesson

CLIPS = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. "
    "How many clips did Natalia sell altogether in April and May?"
)
SOLUTION = "In May she sold $48/2 = 24$ clips.\nAltogether she sold $48 + 24 = 72$ clips.\nThe answer is $\\boxed{72}$."
GOOD = "How do the clips of May depend on those of April?"
LEAKING = "Is it perhaps 72 altogether?"
WRONG = "Note that 48/2 = 23. What comes next?"
SOLVES = solver(SOLUTION, "72")
LEADING = "How many clips did she sell in May?"
HINTS = ("You never say the final answer", [LEAKING, WRONG, GOOD, LEADING])
REPLIED = ("Do not answer that yet", ["In May it was half of 48: $48/2 = \\boxed{24}$."])
EQUATION = "Solve 3x - 4 = 2"
SOLVED = "Add 4: $3x = 6$.\nDivide by 3: $x = 2$.\nThe answer is $\\boxed{x = 2}$."
QUADRATIC = "Solve $x^2 + x - 6 = 0$."
FACTORED = "Factor: $(x - 2)(x + 3) = 0$.\nSo $x - 2 = 0$ or $x + 3 = 0$.\nSo $x = 2$ or $x = -3$.\nThe answer is $\\boxed{x = 2, x = -3}$."


class Student:
    """Goes through a lesson, each request going on from what came before."""

    def __init__(self, *replies, aim="hints", problem=CLIPS, output="72", language="en"):
        self.fixed = {"problem": problem, "aim": aim, "language": language, "sandbox": Sandbox(output)}
        self.engine = ScriptedEngine(*replies)
        self.key, self.progress = None, Progress()
        self.text = ""
        self.events = []

    async def ask(self, request="", attempt="", **more):
        lesson = Lesson(
            engine=self.engine, request=request, attempt=attempt, key=self.key, progress=self.progress, samples=2, **self.fixed | more
        )
        async with aclosing(lesson.teach()) as events:
            self.events = [event async for event in events]
        self.key = next((event.key for event in self.events if isinstance(event, Keyed)), self.key)
        end = self.events[-1]
        assert isinstance(end, Taught)
        assert end.text == "".join(event.text for event in self.events if isinstance(event, Token))
        self.progress, self.text = end.progress, end.text
        return end

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]
