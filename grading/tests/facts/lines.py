"""Workings, line by line. A line is what is right, or a tuple of that and of wrong ones that could stand in its place: in each case the
wrong line is the first that is wrong, and without one no line is."""

type Line = str | tuple[str, ...]

NAMED = [  # quantities that have words for names
    (
        "Find the mean and the standard deviation of 2, 4, 4, 6, 9.",
        ("mean = (2+4+4+6+9)/5 = 25/5 = 5", "mean = (2+4+4+6+9)/5 = 26/5 = 5.2"),
        ("variance = (9+1+1+1+16)/5 = 28/5 = 5.6", "variance = (9+1+1+1+16)/5 = 27/5 = 5.4"),
        ("sd = √5.6 = 2.37", "sd = √5.6 = 2.8"),
    ),
    ("Find gcd(84, 36).", ("84 = 2×36 + 12", "84 = 2×36 + 14"), "36 = 3×12 + 0", "gcd = 12"),
    ("Find the LCM of 12 and 18.", "12 = 2²×3", "18 = 2×3²", ("LCM = 2²×3² = 36", "LCM = 2²×3² = 24")),
    (
        "Find tan θ where sin θ = 5/13.",
        "sin θ = 5/13",
        ("adjacent = √(13² - 5²) = √144 = 12", "adjacent = √(13² - 5²) = √194"),
        "tan θ = 5/12",
    ),
    ("Find perimeter and area, 5 by 3.", "perimeter = 2×5 + 2×3", ("= 16", "= 15"), "area = 5×3", ("= 15", "= 16")),
    (
        "求长方形的周长和面积，长5厘米，宽3厘米",
        "周长=(5+3)×2",
        ("=16（厘米）", "=15（厘米）"),
        "面积=5×3",
        ("=15（平方厘米）", "=16（平方厘米）"),
    ),
    ("Add 12, 15 and 9.", "total = 12 + 15 + 9", ("total = 36", "total = 35"), "average = 36 ÷ 3", ("average = 12", "average = 13")),
]

USED_AGAIN = [  # letters that stand for one thing after another
    ("A car goes 60 km/h for 2 h, another 80 km/h for 3 h. How far does each go?", ("d = 60×2", "d = 60×2 = 100"), "d = 80×3", "d = 240"),
    ("Two circles have radius 3 and 5. Find the areas.", "A = π×3²", "A = π×5²", ("A = 25π", "A = 10π")),
    ("A rectangle 3 by 4 and a square of side 5. Find each perimeter.", "P = 2(3+4)", ("P = 14", "P = 24"), "P = 4×5", ("P = 20", "P = 9")),
    ("甲车速度60，行2小时；乙车速度80，行3小时。各行多少千米？", "s=60×2", "s=80×3", ("s=240", "s=230")),
    ("Work out both sums.", "x = 3+4", "x = 5+7", ("x = 12", "x = 13")),
    ("Work out the number.", "x = 2*3+4*5", ("x = 6+20", "x = 5+20"), "x = 26"),
    ("Work out the number.", "x = (20-5)/3", ("x = 15/3", "x = 25/3"), "x = 5"),
    ("How many ways can 4 people stand in a row?", "n = 4!", "n = 24"),
    ("Two dice. Find P(7) and P(8).", "p = 6/36 = 1/6", ("p = 1 - 5/36 - 26/36 = 5/36", "p = 1 - 5/36 - 26/36 = 4/36")),
]

REARRANGED = [
    ("Make r the subject of A = πr²", "A = πr²", "r² = A/π", ("r = √(A/π)", "r = A/π")),
    ("Make t the subject of the formula v = u + at.", ("v - u = at", "v + u = at"), ("(v - u)/a = t", "v - u/a = t")),
    ("Solve v = u + at for t.", ("v - u = at", "v + u = at"), ("t = (v - u)/a", "t = (v + u)/a")),
    ("Make h the subject of $V = \\frac{1}{3}\\pi r^2 h$.", ("3V = πr²h", "V/3 = πr²h"), ("h = 3V/(πr²)", "h = 3V/(πr)")),
    ("Rearrange F = 9C/5 + 32 to make C the subject.", "F - 32 = 9C/5", ("5(F-32) = 9C", "5F-32 = 9C"), "C = 5(F-32)/9"),
    ("Make x the subject: y = (x+1)/(x-2)", "y(x-2) = x+1", ("xy - 2y = x + 1", "xy - 2 = x + 1"), "xy - x = 2y + 1", "x = (2y+1)/(y-1)"),
    ("Make u the subject of 1/f = 1/u + 1/v", "1/u = 1/f - 1/v", ("1/u = (v-f)/(fv)", "u = f - v"), "u = fv/(v-f)"),
    ("Make g the subject of T = 2π√(l/g)", "T/(2π) = √(l/g)", "T²/(4π²) = l/g", ("g = 4π²l/T²", "g = 2π²l/T²")),
    ("Express y in terms of x: 2x + 3y = 12", "3y = 12 - 2x", ("y = 4 - 2x/3", "y = 4 - 2x")),
    ("已知2x+3y=12，用含x的式子表示y。", ("3y = 12 - 2x", "3y = 12 + 2x"), "y = 4 - 2x/3"),
]

LOGARITHMS = [  # those without a base
    ("Differentiate y = x log(x)", "dy/dx = log(x) + x * 1/x", ("dy/dx = log(x) + 1", "dy/dx = log(x) + x")),
    ("Differentiate log x", "1/(x ln 10)"),
    ("Find the integral of 1/x", ("log(x) + C", "log(2)/x + C")),
    ("Solve log(x) = 2", "x = e^2", "x = 7.39"),
    ("Solve log(x) = 2", ("x = 10^2", "x = 2*10"), "x = 100"),
    ("Evaluate log(100)", ("log(100) = 2", "log(100) = 3")),
]

COUNTING = [
    ("How many pairs of 5?", ("C(5,2) = 5!/(2!3!)", "C(5,2) = 5!/(2!2!)", "C(5,2) = 20"), ("= 120/12", "= 120/6"), ("= 10", "= 20")),
    ("排列与组合", ("A_6^3=6×5×4=120", "A_6^3=6×5×4=130"), ("C_5^2·A_3^3=10×6=60", "C_5^2·A_3^3=10×3=30"), ("C₅²=10", "C₅²=20")),
    (
        "How many teams?",
        ("10C3 = (10×9×8)/(3×2×1) = 120", "10C3 = 10×9×8 = 720"),
        ("5P3 = 5!/2!", "5P3 = 5!/3!"),
        ("^5C_2 = 10", "^5C_2 = 5"),
        ("₁₀C₃ = 120", "₁₀C₃ = 100"),
        (r"$\mathrm{C}_5^2 = 10$", r"$\mathrm{C}_5^2 = 12$"),
    ),
    ("Two of 3 white and 5 black balls. P(both white)?", ("P(both) = C(3,2)/C(8,2) = 3/28", "P(both) = C(3,2)/C(8,2) = 3/23")),
    ("How many orders of 5 books?", "number of orders = 5!", "= 120"),
    ("Find AB for A(6,3) and B(2,1).", "A(6,3), B(2,1)", ("AB = √(16+4) = √20", "AB = √(16+4) = 5")),
]

PIECES = [  # what a function is depends on where; a matrix and an event are no equation; an ellipsis leaves something out
    ("f(x) = x² if x < 0, 2x + 1 if x ≥ 0. Find f(-2) and f(3).", ("f(-2) = (-2)² = 4", "f(-2) = (-2)² = -4"), "f(3) = 2(3) + 1 = 7"),
    (r"$f(x) = \begin{cases} x+1 & x<0 \\ x^2 & x \ge 0 \end{cases}$. Find f(2).", ("$f(2) = 2^2 = 4$", "$f(2) = 2^2 = 5$")),
    ("已知f(x)={x+1 (x≤0), x² (x>0)}，求f(f(-3))", ("f(-3)=-3+1=-2", "f(-3)=-3+1=-4"), "f(f(-3))=f(-2)=-2+1=-1"),
    ("Let f(x) = x² + 1 for x > 0. Find f(3).", ("f(3) = 9 + 1 = 10", "f(3) = 6 + 1 = 7")),
    (
        "X ~ B(10, 0.2). Find P(X = 2).",
        "P(X=2) = C(10,2) × 0.2² × 0.8^8",
        "= 45 × 0.04 × 0.1678",
        ("= 0.302", "= 0.203"),
        ("P(X ≤ 1) = 0.1 + 0.3 = 0.4", "P(X ≤ 1) = 0.1 + 0.3 = 0.5"),
    ),
    (
        "Prove by induction that 1 + 2 + ... + n = n(n+1)/2.",
        "assume it for n = k: 1 + 2 + ... + k = k(k+1)/2",
        "n = k+1: 1 + 2 + ... + k + (k+1) = k(k+1)/2 + (k+1)",
        "= (k+1)(k+2)/2",
    ),
]

BOUND = [  # limits, sums and derivatives
    (
        r"Evaluate $\lim_{x \to 0} \frac{\sin 3x}{x}$.",
        r"$= \lim_{x\to 0} 3 \cdot \frac{\sin 3x}{3x}$",
        (r"$= 3 \cdot 1$", r"$= 3 \cdot 0$"),
        ("$= 3$", "$= 1$"),
    ),
    ("求极限 lim(x→2) (x²-4)/(x-2)", "原式=lim(x→2) (x+2)(x-2)/(x-2)", ("=lim(x→2)(x+2)", "=lim(x→2)(x-2)"), ("=4", "=0")),
    ("Find lim(x→1) (x²-1)/(x-1).", "= (x-1)(x+1)/(x-1)", "= x+1", ("= 2", "= 0")),
    ("Find the limit of (3n+1)/(n+2) as n→∞.", "= (3+1/n)/(1+2/n)", ("= 3", "= 1/2")),
    (
        "Differentiate f(x) = x² from first principles.",
        "f'(x) = lim(h→0) ((x+h)² - x²)/h",
        "= lim(h→0) (2xh + h²)/h",
        ("= lim(h→0) (2x + h)", "= lim(h→0) (x + h)"),
        ("= 2x", "= x"),
    ),
    (r"Evaluate $\sum_{k=1}^{5} (2k+1)$.", ("3 + 5 + 7 + 9 + 11", "3 + 5 + 7 + 9"), ("= 35", "= 36")),
    (r"Find $\sum_{n=1}^{\infty} \frac{1}{2^n}$.", r"$= \frac{1/2}{1-1/2}$", ("$= 1$", "$= 2$")),
    ("Find the second derivative of y = 4x^3 - x^2.", ("y' = 12x^2 - 2x", "y' = 12x^2 - x"), ("y'' = 24x - 2", "y'' = 24x")),
    ("Find f''(x) for f(x) = x^4 - 2x.", "f'(x) = 4x^3 - 2", ("f''(x) = 12x^2", "f''(x) = 12x^2 - 2")),
    (
        r"Evaluate $\int_0^2 (3x^2 - 4)\,dx$.",
        ("$= [x^3 - 4x]_0^2$", "$= [x^3 - 4]_0^2$"),
        ("$= (8 - 8) - 0$", "$= (8 - 4) - 0$"),
        ("$= 0$", "$= 4$"),
    ),
    ("计算 ∫₀^π sin x dx", ("=[-cos x]₀^π", "=[cos x]₀^π"), "=-cos π + cos 0", ("=2", "=0")),
    ("Find ∫_0^1 x e^x dx.", ("= [xe^x]_0^1 - ∫_0^1 e^x dx", "= [xe^x]_0^1 + ∫_0^1 e^x dx"), ("= e - (e - 1)", "= e - (e + 1)"), "= 1"),
]

REMAINDERS = [
    (
        "Find 7^100 mod 5.",
        ("7 ≡ 2 (mod 5)", "7 ≡ 3 (mod 5)"),
        ("2^4 = 16 ≡ 1 (mod 5)", "2^4 = 16 ≡ 2 (mod 5)"),
        "7^100 ≡ (2^4)^25 ≡ 1 (mod 5)",
    ),
    ("Solve 3x ≡ 4 (mod 7).", "3·5 = 15 ≡ 1 (mod 7)", ("x ≡ 5·4 = 20 ≡ 6 (mod 7)", "x ≡ 5·4 = 20 ≡ 5 (mod 7)")),
    ("What is 2^10 mod 7?", (r"$3^{20} \equiv 1 \pmod{10}$", r"$3^{20} \equiv 3 \pmod{10}$"), ("17 mod 5 = 2", "17 mod 5 = 3")),
]

SOLVED = [
    (
        "Solve z² + 2z + 5 = 0.",
        ("z = (-2 ± √(4-20))/2", "z = (-2 ± √(4+20))/2"),
        ("= (-2 ± √(-16))/2", "= (-2 ± √(-24))/2"),
        ("= (-2 ± 4i)/2", "= (-2 ± 8i)/2"),
        ("= -1 ± 2i", "= -1 ± 4i", "= 1 ± 2i"),
    ),
    ("Solve √(2x+1) = x - 1.", "x² - 4x = 0", ("x = 0 or x = 4", "x = 0 or x = 3"), "check x = 0: √1 = 1 ≠ -1", "so x = 4"),
    ("在△ABC中，a=3，b=4，C=60°，求c", "c²=a²+b²-2ab cos C", ("c²=25-12=13", "c²=25-12=12"), ("c=√13", "c=13")),
    (
        "Solve sin 2x = sin x for 0 ≤ x ≤ 2π.",
        "2 sin x cos x - sin x = 0",
        "sin x (2cos x - 1) = 0",
        "sin x = 0 or cos x = 1/2",
        ("x = 0, π, 2π, π/3, 5π/3", "x = 0, π, 2π, π/6, 5π/3"),
    ),
    ("Solve √3 tan x = 1 for -π < x < π.", ("tan x = 1/√3", "tan x = √3"), "x = π/6 or x = -5π/6"),
    (
        "Solve sin x + cos x = 1 for 0 ≤ x < 2π.",
        "1 + sin 2x = 1",
        "x = 0, π/2, π, 3π/2",
        "check: x = π and x = 3π/2 don't work",
        "x = 0 or x = π/2",
    ),
    ("Solve √(x-1) < 3.", ("x - 1 < 9", "x - 1 < 3"), "x < 10", "x ≥ 1", ("1 ≤ x < 10", "0 ≤ x < 10")),
]

REWRITTEN = [
    ("0.1 + 0.2", ("= 0.3", "= 0.03")),
    ("(2×10^3)×(4×10^5)", ("= 8 × 10^8", "= 8 × 10^15")),
    ("Write x² + 6x + 5 in completed square form.", ("(x + 3)² - 9 + 5", "(x + 6)² - 36 + 5"), ("= (x + 3)² - 4", "= (x + 3)² - 14")),
    ("配方：x²-4x+1", ("=x²-4x+4-4+1", "=x²-4x+4+1"), ("=(x-2)²-3", "=(x-2)²+3")),
    ("Divide 3/4 by 2/3", ("3/4 ÷ 2/3 = 3/4 × 3/2", "3/4 ÷ 2/3 = 3/4 × 2/3"), ("= 9/8", "= 6/12")),
    ("计算 (π-3)^0 + (1/2)^{-1} - 2sin30°", ("=1+2-2×1/2", "=0+2-2×1/2"), ("=2", "=1")),
    (
        "先化简，再求值：(1-1/(x+1))÷x/(x²-1)，其中x=√2+1",
        ("原式=x/(x+1)×(x+1)(x-1)/x", "原式=x/(x+1)×(x+1)(x+1)/x"),
        ("=x-1", "=x+1"),
        "当x=√2+1时，原式=√2+1-1=√2",
    ),
    ("Work out 1 1/2 + 2 3/4.", "1 2/4 + 2 3/4", ("= 3 5/4", "= 3 5/8"), "= 4 1/4"),
    ("Work out 5 + 3 × (8 - 2)² ÷ 4.", "5 + 3 × 36 ÷ 4", ("5 + 27", "113 ÷ 4"), ("32", "33")),
]

PROVED = [
    (
        "Prove that (1 - cos²x)/sin x = sin x.",
        "LHS = (1 - cos²x)/sin x",
        ("= sin²x/sin x", "= cos²x/sin x"),
        ("= sin x", "= cos x"),
        "= RHS",
    ),
    (
        "Show that tan x + cot x = 1/(sin x cos x).",
        "LHS = tan x + cot x",
        ("= sin x/cos x + cos x/sin x", "= sin x/cos x + sin x/cos x"),
        ("= (sin²x + cos²x)/(sin x cos x)", "= (sin x + cos x)/(sin x cos x)"),
        "= 1/(sin x cos x)",
    ),
    ("已知数列的前n项和S_n=n²+2n，求a_n", "当n≥2时，a_n=S_n-S_{n-1}", "=n²+2n-(n-1)²-2(n-1)", ("=2n+1", "=2n-1"), "当n=1时，a_1=3，也符合"),
    ("证明：奇数的平方除以8余1", "设奇数为2k+1", "(2k+1)²=4k²+4k+1", ("=4k(k+1)+1", "=4k(k+2)+1")),
    ("Find the largest value of y = -x² + 4x + 1.", "y = -(x² - 4x) + 1", ("= -(x-2)² + 4 + 1", "= -(x-2)² - 4 + 1"), "= -(x-2)² + 5"),
    ("The perimeter of a rectangle, x+3 by x?", "P = 2(x + 3) + 2x", ("= 4x + 6", "= 4x + 3")),
    ("x + y = 5, xy = 6. Find x² + y².", "x²+y²=(x+y)²-2xy", "=25-2xy", ("=13", "=19")),
    ("a² = b² + c². Find a² - c².", "a² - c² = b² + c² - c²", "= b²"),
    (
        "Prove that 3^(2n) - 1 is divisible by 8.",
        "3^(2k) - 1 = 8m",
        "3^(2k+2) - 1 = 9·3^(2k) - 1",
        "= 9(8m + 1) - 1",
        "= 72m + 8",
    ),
    ("Find |a+b|² for two vectors with a·b=2, |a|=3, |b|=4.", "|a+b|² = |a|² + 2a·b + |b|²", "= 9 + 4 + 16", ("= 29", "= 28")),
]

RATIOS = [
    ("A:B = 2:3, B:C = 4:5. Find A:B:C.", "A:B = 8:12", "B:C = 12:15", "A:B:C = 8:12:15"),
    ("x:y = 2:3 and x + y = 20. Find x and y.", ("y = 3x/2", "y = 2x/3"), "x + 3x/2 = 20", ("5x = 40", "4x = 40"), "x = 8, y = 12"),
    ("A line through B and C is y=mx+b; compute m+b.", ("m=-1, b=6, and m+b=-1+6=5", "m=-1, b=6, and m+b=-1+6=7")),
    (
        r"Compute $(-1 + i \sqrt{3})^8.$",
        r"$= 256 \operatorname{cis} 240^\circ$",
        "= 256(-1/2 - i√3/2)",
        ("= -128 - 128i√3", "= -128 + 128i√3"),
    ),
    ("How large is it?", ("sin 180° = 0", "sin 180° = 1"), "cos 90° = 0", ("cos 60° - 1/2 = 0", "cos 60° - 1 = 0")),
    (r"Evaluate $\prod_{n = 1}^{4} \frac{n+1}{n}$.", "$= 5$"),
    ("A circle is $x^2 + Ay^2 + Bx + D = 0$. Find $A+B+D$.", ("$A+B+D = 1+2-3 = 0$", "$A+B+D = 1+2-3 = 1$")),
    (
        "Let $x$ and $y$ be real numbers such that $x + y = 1.$ Find the maximum of $x^4 y + xy^4.$",
        "x^4 y + xy^4 = xy (x + y)(x^2 - xy + y^2)",
        "= xy (x^2 - xy + y^2)",
    ),
    (r"Find $|-2-2\sqrt3i|$.", (r"|-2-2\sqrt3i| = \sqrt{(-2)^2+(-2\sqrt3)^2} = 4", r"|-2-2\sqrt3i| = \sqrt{(-2)^2+(-2\sqrt3)^2} = 8")),
]

LINES: dict[str, list[tuple[Line, ...]]] = {
    "named": NAMED,
    "used again": USED_AGAIN,
    "rearranged": REARRANGED,
    "logarithms": LOGARITHMS,
    "counting": COUNTING,
    "pieces": PIECES,
    "bound": BOUND,
    "remainders": REMAINDERS,
    "solved": SOLVED,
    "rewritten": REWRITTEN,
    "proved": PROVED,
    "ratios": RATIOS,
}
