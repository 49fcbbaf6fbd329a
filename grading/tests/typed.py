"""Workings as pupils type them: with notes between the lines, letters of their own, rounded values and other ways to write."""

from grading.tests.workings import right, wrong

ROUNDED = (
    right("rounded", "Find √50", "√50 = 5√2 = 5 × 1.41 = 7.05"),
    wrong("rounded", "Find √50", 0, None, "√50 = 5√2 = 5 × 1.14 = 5.7"),
    right("rounded", "Solve 3^x = 20, to 2 decimal places", "x ln3 = ln20", "x = ln20/ln3 = 2.9957/1.0986 = 2.73"),
    right("rounded", "Find the height", "h = 6 × sin(70°) = 6 × 0.9397 = 5.64"),
    right("rounded", "What is a third of 6?", "1/3 x 6 = 0.33 x 6 = 1.98"),
    wrong("rounded", "What is two thirds of 9?", 0, None, "2/3*9 = 0.65*9"),
    right("rounded", "What percentage is 7 of 12?", "7/12 x 100 = 58.3%"),
    wrong("rounded", "What percentage is 7 of 12?", 0, None, "7/12 x 100 = 58.4%"),
)

TYPED = (*ROUNDED,)
