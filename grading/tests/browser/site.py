"""A site for the browser whose script makes schools (see script.py)."""

from tutor.tests.browser.site import Site

PROBLEMS = [
    {"text": "Solve $2x + 3 = 7$.", "answer": "x = 2", "topic": "Equations"},
    {"text": "What is $\\frac{1}{2} + \\frac{1}{3}$?", "answer": "5/6", "topic": "Fractions"},
    {"text": "Show that\n\n$$\\sum_{k=1}^n k = " + " + ".join(map(str, range(1, 40))) + "$$\n\nfor $n = 39$.", "topic": "Series"},
]
RIGHT, WRONG = "2x + 3 = 7\n2x = 4\nx = 2", "2x + 3 = 7\n2x = 10\nx = 5"


class GradingSite(Site):
    module = "grading.tests.browser.script"
