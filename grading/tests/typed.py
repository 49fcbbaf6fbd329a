"""Workings as pupils type them: with notes between the lines, letters of their own, rounded values and other ways to write."""

from grading.tests.workings import right, wrong

ROUNDED = (
    right("rounded", "Find √50", "√50 = 5√2 = 5 × 1.41 = 7.05"),
    wrong("rounded", "Find √50", 0, None, "√50 = 5√2 = 5 × 1.14 = 5.7"),
    right("rounded", "Solve 3^x = 20, to 2 decimal places", "x ln3 = ln20", "x = ln20/ln3 = 2.9957/1.0986 = 2.73"),
    right("rounded", "Find the height", "h = 6 × sin(70°) = 6 × 0.9397 = 5.64"),
    right("rounded", "What is a third of 6?", "1/3 x 6 = 0.33 x 6 = 1.98"),
    right("rounded", "Solve 2^x = 10, to 2 decimals", "x = ln10 / ln2", "x = 2.303/0.693", "x = 3.32"),
    right("rounded", "Write 0.454545... as a fraction", "x = 0.4545...", "100x = 45.4545...", "99x = 45", "x = 45/99 = 5/11"),
    right("rounded", "Write 17/12 as a decimal", "17/12 = 1.41666..."),
    wrong("rounded", "Write 17/12 as a decimal", 0, None, "17/12 = 1.4222..."),
    wrong("rounded", "What is two thirds of 9?", 0, None, "2/3*9 = 0.65*9"),
    right("rounded", "What percentage is 7 of 12?", "7/12 x 100 = 58.3%"),
    wrong("rounded", "What percentage is 7 of 12?", 0, None, "7/12 x 100 = 58.4%"),
)

NOTES = (
    right("notes", "Simplify (3 + 2i)(1 - 4i)", "= 3 - 12i + 2i - 8i²", "i² = -1", "= 3 - 10i + 8", "= 11 - 10i"),
    wrong("notes", "Simplify (3 + 2i)(1 - 4i)", 2, None, "= 3 - 12i + 2i - 8i²", "i² = -1", "= 3 - 10i - 8", "= -5 - 10i"),
    right("notes", "Find the 20th term of 5, 8, 11, 14, ...", "a = 5, d = 3", "a_20 = 5 + 19 × 3", "= 5 + 57 = 62"),
)

LINES = (
    right("lines", "Solve 5x - 3 = 2x + 9", "~~5x + 2x = 12~~", "5x - 2x = 12", "3x = 12", "x = 4"),
    right("lines", "Solve 5x - 3 = 2x + 9", "5x - 3 = 2x + 9 (add 3)", "5x = 2x + 12 (minus 2x)", "3x = 12 (divide by 3)", "x = 4"),
    right("lines", "Solve 5x - 3 = 2x + 9", "x=3: 12 vs 15", "x=4: 17 vs 17", "x = 4"),
    right("lines", "Solve 2x + 3y = 13, 3x - y = 3", "(1) 2x+3y=13", "(2) 3x-y=3", "(2)x3 9x-3y=9", "(1)+(3) 11x=22", "x=2", "y=3"),
    right("lines", "Find 3/8 of 56", "1/8 = 7", "3/8 = 21", "3 × 7 = 21"),
)

DERIVATIVES = (
    right("derivatives", "Differentiate y = ln(x^2 + 1)", "let u = x²+1", "dy/dx = 1/u × 2x = 2x/(x²+1)"),
    right("derivatives", "Find the lowest point of y = x^3 - 3x", "dy/dx = 3x^2 - 3 = 0", "x^2 = 1"),
    wrong("derivatives", "Find the lowest point of y = x^3 - 3x", 0, None, "dy/dx = 3x^2 - 3x"),
    wrong("derivatives", "Find the lowest point of y = x^3 - 3x", 0, None, "dy/dx = 2x^3"),
    right("derivatives", "f(x) = x^2 - 4x + 1. Find its minimum.", "f'(x) = 2x - 4", "f'(x) = 0", "2x = 4"),
    wrong("derivatives", "f(x) = x^2 - 4x + 1. Find its minimum.", 0, None, "f'(x) = 2x - 4x"),
)

REMAINDERS = (
    right("remainders", "Calculate 17 ÷ 5", "17 ÷ 5 = 3 r 2", "17 ÷ 5 = 3R2", "17 / 5 = 3 remainder 2"),
    wrong("remainders", "Calculate 17 ÷ 5", 0, None, "17 ÷ 5 = 3 r 3"),
    wrong("remainders", "Calculate 17 ÷ 5", 0, None, "17 ÷ 5 = 2 r 7"),
    wrong("remainders", "47 sweets are shared by 6 children. How many are left?", 0, None, "47 ÷ 6 = 7 remainder 4"),
    wrong("remainders", "23 ÷ 5 = ?", 0, None, "23 ÷ 5 = 4 ... 4"),
)

SIGNS = (
    right("signs", "Evaluate 27^(2/3)", "(∛27)^2 = 3^2 = 9"),
    right("signs", "Differentiate y = sin(2x)", "dy/dx = 2cos(2x)"),
    wrong("signs", "Differentiate y = sin(2x)", 0, "chain_rule", "dy/dx = cos(2x)"),
    wrong("signs", "Differentiate y = x^2 e^x", 1, "product_rule", "u = x^2, v = e^x", "dy/dx = 2x e^x"),
    right("signs", "z = 2 + 3i. Find |z|.", "|z| = √(4+9) = √13"),
    wrong("signs", "z = 2 + 3i. Find |z|.", 0, None, "|z| = √(4-9)"),
    right("signs", "Find 10⁻³", "10⁻³ = 0.001"),
    right("signs", "Make t the subject of v = u + at", "v - u = at", "t = (v-u)/a"),
    right("signs", "Find the area of a circle with radius 5", "area = pi × 5^2 = 25pi"),
    right("signs", "A hypotenuse is 10 and an angle is 30°. Find the side.", "sin 30 = x/10", "x = 10 sin 30", "x = 5"),
    wrong("signs", "A hypotenuse is 10 and an angle is 30°. Find the side.", 2, None, "sin 30 = x/10", "x = 10 sin 30", "x = 8.66"),
)

FORMS = (
    right("forms", "Write y = x^2 - 8x + 3 in the form (x - a)^2 + b", "y = (x-4)^2 - 16 + 3", "y = (x-4)^2 - 13"),
    wrong("forms", "Write y = x^2 - 8x + 3 in the form (x - a)^2 + b", 0, None, "y = (x-4)^2 + 16 + 3", "y = (x-4)^2 + 19"),
    right("forms", "Show that (n+1)^2 - n^2 is odd", "(n+1)^2 - n^2 = n^2 + 2n + 1 - n^2", "= 2n + 1"),
    wrong("forms", "Show that (n+1)^2 - n^2 is odd", 0, "squared_termwise", "(n+1)^2 - n^2 = n^2 + 1 - n^2", "= 1"),
)

OWN_LETTERS = (
    right("own letters", "What must the side be? Calculate it.", "2x + 3 = 27", "2x = 24", "x = 12"),
    wrong("own letters", "What must the side be? Calculate it.", 1, "sign_lost", "2x + 3 = 27", "2x = 30", "x = 15"),
    right("own letters", "y = 6 when x = 2. Find y when x = 4.", "y = k/x", "6 = k/2", "k = 12"),
    wrong("own letters", "y = 6 when x = 2. Find y when x = 4.", 2, None, "y = k/x", "6 = k/2", "k = 3"),
    right("own letters", "2 adults and 3 children pay 31, 1 and 2 pay 18.", "2a+3c=31", "a+2c=18", "2a+4c=36", "c=5", "a=8"),
    wrong("own letters", "2 adults and 3 children pay 31, 1 and 2 pay 18.", 2, "one_side_only", "2a+3c=31", "a+2c=18", "2a+4c=18", "c=-13"),
    wrong("own letters", "Find the line through (1, 3) and (4, 9).", 2, "sign_lost", "y = 2x + c", "3 = 2(1) + c", "c = 5"),
    right("own letters", "The legs are 5 and 12.", "c^2 = a^2 + b^2", "c^2 = 5^2 + 12^2", "c^2 = 25 + 144", "c^2 = 169", "c = 13"),
    wrong("own letters", "The legs are 5 and 12.", 2, None, "c^2 = a^2 + b^2", "c^2 = 5^2 + 12^2", "c^2 = 17^2", "c = 17"),
    right("own letters", "Two triangles. Find both areas.", "A = 1/2 × 4 × 5", "A = 10", "A = 1/2 × 6 × 5 = 15", "A = 1/2 × 2 × 5"),
    right("own letters", "Two right triangles.", "c² = 3² + 4²", "c² = 25", "c = 5", "c² = 5² + 12²", "c² = 169", "c = 13"),
    right("own letters", "The width?", "w² + 3w - 40 = 0", "w - 5 = 0", "w + 8 = 0", "w = 5", "w = -8"),
)

VALUES = (
    right("values", "x + y = 5 and xy = 3. Find x² + y².", "x²+y²=(x+y)²-2xy=25-6=19"),
    wrong("values", "x + y = 5 and xy = 3. Find x² + y².", 0, None, "x²+y²=(x+y)²-xy=25-6=19"),
    wrong("values", "x + y = 5 and xy = 3. Find x² + y².", 1, None, "x²+y²=(x+y)²-2xy", "= 25-3", "= 22"),
    right("values", "If x - y = 3 and xy = 10, find x² + y².", "x²+y² = (x-y)²+2xy", "= 9 + 20 = 29"),
)

REJECTED = (
    right("rejected", "Solve log2(x) + log2(x-2) = 3", "log2(x(x-2)) = 3", "x² - 2x = 8", "(x-4)(x+2)=0", "x=4 (x=-2 not possible)"),
    right("rejected", "Solve √(x+6) = x", "x + 6 = x^2", "(x-3)(x+2)=0", "x=3 or x=-2", "x=-2 is impossible so x=3"),
    right("rejected", "解方程 √(x+6)=x", "x+6=x²", "(x-3)(x+2)=0", "x=3或x=-2", "x=-2不满足原方程，所以x=3"),
)

LOGARITHMS = (
    wrong("logarithms", "Solve log2(x) + log2(x-2) = 3", 0, None, "log2(x + x - 2) = 3", "2x - 2 = 8", "x = 5"),
    right("logarithms", "计算 lg25+lg4", "lg25+lg4=lg(25×4)=lg100=2"),
    wrong("logarithms", "计算 lg25+lg4", 0, None, "lg25+lg4=lg(25+4)=lg29"),
)

DEGREES = (
    wrong("degrees", "Solve 2sin x = 1 for 0° ≤ x ≤ 360°", 0, None, "sin x = 2"),
    wrong("degrees", "Solve 3 tan x = √3 for 0° ≤ x ≤ 360°", 0, "coefficient_subtracted", "tan x = √3 - 3"),
    right("degrees", "Solve 2sin x = 1 for 0° ≤ x ≤ 360°", "sin x = 1/2", "x = 30° or x = 150°"),
    right("degrees", "Solve 2sin x = 1 for 0 ≤ x ≤ 360", "sin x = 1/2", "x = 30 or x = 150"),
)

FRACTIONS = (
    right("fractions", "Work out 2 1/2 ÷ 1 1/4", "5/2 ÷ 5/4 = 5/2 x 4/5 = 20/10 = 2"),
    wrong("fractions", "Work out 2 1/2 ÷ 1 1/4", 0, "divided_wrong_way", "5/2 ÷ 5/4 = 2/5 x 5/4 = 10/20 = 1/2"),
    right("fractions", "x² - 3x + m = 0 has two equal roots. Find m.", "9 - 4m = 0", "m = 9/4"),
    wrong("fractions", "已知一元二次方程x²-3x+m=0有两个相等的实数根，求m的值", 1, "divided_wrong_way", "Δ=9-4m=0", "∴m=4/9"),
    right("fractions", "若方程 2x+a=3 的解是 x=-1，求 a", "把x=-1代入，得-2+a=3", "a=5"),
    wrong("fractions", "若方程 2x+a=3 的解是 x=-1，求 a", 1, "sign_lost", "把x=-1代入，得-2+a=3", "a=1"),
)

AMOUNTS = (
    right("amounts", "Milk is 80p a litre. How much are 3 litres and a bar at 45p?", "3 × 80p = 240p", "240p + 45p = 285p = £2.85"),
    wrong("amounts", "Milk is 80p a litre. How much are 3 litres?", 0, None, "3 × 80p = 210p"),
    wrong("amounts", "Milk is 80p a litre. How much are 3 litres and a bar at 45p?", 1, None, "3 × 80p = 240p", "240p + 45p = 295p"),
)

ROOTS = (
    right("roots", "One root of x² - 7x + k = 0 is 3. Find k.", "9 - 21 + k = 0", "k = 12"),
    wrong("roots", "One root of x² - 7x + k = 0 is 3. Find k.", 1, "sign_slip", "9 - 21 + k = 0", "k = -12"),
)

GLUED = (
    right("glued", "解方程 lgx+lg(x+3)=1", "lg[x(x+3)]=1", "x²+3x=10", "(x+5)(x-2)=0", "x=-5（舍去），x=2"),
    right("glued", "求y=xlnx的导数", "y'=lnx+x·1/x=lnx+1"),
    wrong("glued", "求y=x·sinx的导数", 0, None, "y'=xcosx"),
    wrong("glued", "化简 (sinx+cosx)²", 0, "squared_termwise", "=sin²x+cos²x", "=1"),
    right("glued", "The cost is 3 euros each. Find the cost of 5.", "cost = 5 × 3 = 15"),
)

CASES = (
    right("cases", "Solve (x-1)/(x+2) > 0", "x-1 > 0 and x+2 > 0 → x > 1", "x-1 < 0 and x+2 < 0 → x < -2", "x < -2 or x > 1"),
    wrong("cases", "Solve (x-1)(x-4) > 0", 1, None, "x - 1 > 0 and x - 4 > 0", "x > 2"),
)

FUNCTIONS = (
    right("functions", "求f(x)=x³-3x²-9x+5的极值", "f'(x)=3x²-6x-9=3(x-3)(x+1)"),
    wrong("functions", "求f(x)=x³-3x²-9x+5的极值", 0, None, "f'(x)=3x²-6x-9=3(x+3)(x-1)"),
    right("functions", "Find the stationary points of y = x^3 - 12x", "dy/dx = 3x^2 - 12 = 3(x^2 - 4) = 0", "x = ±2"),
    right("functions", "已知f(x)=x²-2x，求f(x+1)", "f(x+1)=(x+1)²-2(x+1)=x²+2x+1-2x-2=x²-1"),
    wrong("functions", "已知f(x)=x²-2x，求f(x+1)", 0, None, "f(x+1)=(x+1)²-2x+1=x²+2"),
    wrong("functions", "f(x) = 2x + 1, g(x) = x^2. Find f(g(x)).", 0, None, "f(g(x)) = (2x+1)²"),
    right("functions", "f(x) = 2x + 1. Find x so that f(x+1) = 7.", "f(x+1) = 2x + 3", "2x+3 = 7", "x = 2"),
)

TWO_UNITS = (
    right("two units", "Convert 2 h 45 min to minutes", "2 h 45 min = 165 min"),
    wrong("two units", "Convert 2 h 45 min to minutes", 0, "unit_slip", "2 h 45 min = 245 min"),
)

TYPED = (
    *ROUNDED,
    *NOTES,
    *LINES,
    *DERIVATIVES,
    *REMAINDERS,
    *SIGNS,
    *FORMS,
    *OWN_LETTERS,
    *VALUES,
    *REJECTED,
    *LOGARITHMS,
    *DEGREES,
    *FRACTIONS,
    *AMOUNTS,
    *ROOTS,
    *GLUED,
    *CASES,
    *FUNCTIONS,
    *TWO_UNITS,
)
