"""Answers to problems: (problem, expected, given), where only the problem's text says what the verdict is."""

SYSTEM = "Solve for x: x + y = 5 and y = 3."
OPTIONS = "Which of these is prime? A) 9 B) 11 C) 15 D) 21"

CORRECT = [
    ("Find the length in m.", "5", "500 cm"),
    ("Convert 5 m to cm.", "500", "5 m = 500 cm"),
    ("How many litres are there?", "3", "3000 ml"),
    ("What is the rate in percent?", "12", "12%"),
    ("Find 15% of 80.", "12", "15% of 80 = 12"),
    ("Find |v| for v = (3, 4).", "5", "|v| = 5"),
    (SYSTEM, "x = 2", "y = 3, x = 2"),
    (SYSTEM, "x = 2", "x = 2 and y = 3"),
    ("x + y = 5 and y = 3. What is x?", "2", "y = 3, x = 2"),
    ("Simplify √72.", "6√2", "√72 = 6√2"),
    ("Write 84 as a product of prime factors.", "2^2 × 3 × 7", "84 = 2 x 2 x 3 x 7"),
    ("Work out 2/3 + 1/4.", "11/12", "22/24"),
    ("Mary works as a nurse for 5 hours a day. How long is that?", "5 hours", "5"),
    ("A price is reduced by 1/4. Which part is left?", "3/4", "6/8"),
    ("Put in order, smallest first: 0.5, 0.05", "0.05, 0.5", "0.05 < 0.5"),
    ("Solve dy/dx = 2y.", "y = Ce^{2x}", "y = Ae^(2x)"),
    ("Solve x^2 + 4 = 0.", "no real solutions", "no solution"),
    ("What type of angle is 120°?", "obtuse", "an obtuse angle"),
    ("Which quadrant?", "second quadrant", "second"),
    ("Write 14 in Roman numerals.", "XIV", "xiv"),
    (OPTIONS, "B", "11"),
    (OPTIONS, "B", "B) 11"),
    ("Factorise x² - 9.", "(x-3)(x+3)", "x² - 9 = (x-3)(x+3)"),
]

INCORRECT = [
    ("What is the height in cm?", "10", "10 m"),
    ("Find the area in cm².", "24", "24 cm"),
    ("Convert 5 m to cm.", "500", "500 m"),
    ("How many litres are there?", "3", "3 ml"),
    ("Convert 2 h 45 min into minutes.", "165", "165 hours"),
    (SYSTEM, "x = 2", "y = 2, x = 3"),
    ("Solve x² = x + 2.", "x = 2, x = -1", "x = 2"),
    ("Write 6/8 in its simplest form.", "3/4", "6/8 = 12/16"),
    ("Write the ratio 16 to 24 in its simplest form.", "2:3", "4:6"),
    ("Simplify √72.", "6√2", "3√8"),
    ("Write 84 as a product of prime factors.", "2^2 × 3 × 7", "12 × 7"),
    ("Write the next two terms: 2, 5, 8", "11, 14", "14, 11"),
    ("Put in order, smallest first: 0.5, 0.05", "0.05, 0.5", "0.5, 0.05"),
    ("What type of correlation is it?", "negative correlation", "positive"),
    ("Which quadrant?", "second quadrant", "first quadrant"),
    ("Write 14 in Roman numerals.", "XIV", "XVI"),
    ("Find angle x.", "65°", "65°C"),
    (OPTIONS, "B", "C - 15"),
    ("Solve dy/dx = 2y.", "y = Ce^{2x}", "y = Ae^x"),
    (OPTIONS, "B", "9"),
]

UNDECIDED = [
    ("Find 15% of 80.", "12", "12%"),
    ("What is the height in cm?", "10", "10 kg"),
    ("Convert 5 m to cm.", "500", "5 m"),
    ("Factorise x^2 - 9.", "(x-3)(x+3)", "x²-9"),
    ("Find log_2 32.", "5", "log_2 32"),
    ("x + y = 5 and 2x - y = 1. Find y.", "3", "x = 3"),
    ("What is the probability of a 6?", "1/6", "1:6"),
    ("Write 45 000 in standard form.", "4.5 × 10^4", "45000"),
    ("Write 84 as a product of primes.", "2^2 × 3 × 7", "84"),
    ("Solve x^2 + 4 = 0 over the complex numbers.", "no real solutions", "no solution"),
]
