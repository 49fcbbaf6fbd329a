"""Workings made by hand: right ones, and ones with one planted mistake of a known kind at a known line (what follows goes on from it)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Working:
    topic: str
    problem: str
    steps: tuple[str, ...]
    first_error: int | None = None
    misconception: str | None = None


def right(topic, problem, *steps):
    return Working(topic, problem, steps)


def wrong(topic, problem, line, misconception, *steps):
    return Working(topic, problem, steps, line, misconception)


LINEAR = (
    right("linear", "Solve 3x + 5 = 20.", "3x = 20 - 5", "3x = 15", "x = 5"),
    wrong("linear", "Solve 3x + 5 = 20.", 0, "sign_lost", "3x = 20 + 5", "3x = 25", "x = 25/3"),
    right("linear", "Solve 7x - 4 = 3x + 12.", "7x - 3x = 12 + 4", "4x = 16", "x = 4"),
    wrong("linear", "Solve 7x - 4 = 3x + 12.", 0, "sign_lost", "7x + 3x = 12 + 4", "10x = 16", "x = 1.6"),
    right("linear", "Solve 2(x - 3) = 10", "2x - 6 = 10", "2x = 16", "x = 8"),
    wrong("linear", "Solve 2(x - 3) = 10", 0, "distributed_partly", "2x - 3 = 10", "2x = 13", "x = 6.5"),
    right("linear", "Solve 5 - (x + 2) = 1", "5 - x - 2 = 1", "3 - x = 1", "-x = -2", "x = 2"),
    wrong("linear", "Solve 5 - (x + 2) = 1", 0, "minus_bracket", "5 - x + 2 = 1", "7 - x = 1", "x = 6"),
    right("linear", "解方程 4x - 7 = 9", "移项，得 4x = 9 + 7", "合并，得 4x = 16", "系数化为1，得 x = 4"),
    wrong("linear", "解方程 4x - 7 = 9", 0, "sign_lost", "移项，得 4x = 9 - 7", "合并，得 4x = 2", "系数化为1，得 x = 0.5"),
    right("linear", "解方程：3(x+2)=2x-1", "去括号，得 3x+6=2x-1", "移项，得 3x-2x=-1-6", "所以 x=-7"),
    wrong("linear", "解方程：3(x+2)=2x-1", 0, "distributed_partly", "去括号，得 3x+2=2x-1", "移项，得 3x-2x=-1-2", "所以 x=-3"),
    right("linear", r"Solve $\frac{x}{2} + 3 = 7$.", r"$\frac{x}{2} = 4$", "$x = 8$"),
    wrong("linear", r"Solve $\frac{x}{2} + 3 = 7$.", 1, "wrong_operation", r"$\frac{x}{2} = 4$", "$x = 2$"),
    right("linear", r"Solve $\frac{x}{3} - 1 = \frac{x}{6}$.", r"$2x - 6 = x$", "$x = 6$"),
    wrong("linear", r"Solve $\frac{x}{3} - 1 = \frac{x}{6}$.", 0, "scaled_partly", r"$2x - 1 = x$", "$x = 1$"),
    right("linear", "Solve 6x = 18", "x = 18/6", "x = 3"),
    right("linear", "解方程 1/(x-1) = 2/(x^2-1)", "去分母得 x+1=2", "x=1", "检验：当x=1时，x²-1=0，所以x=1是增根，原方程无解"),
    right("linear", "Solve x/(x-2) = 2/(x-2)", "multiply by (x-2): x = 2", "but x ≠ 2", "no solution"),
    wrong("linear", "Solve x/(x-2) = 2/(x-2)", 0, "extraneous_solution", "x = 2"),
    wrong("linear", "Solve 6x = 18", 0, "coefficient_subtracted", "x = 18 - 6", "x = 12"),
    wrong("linear", "Solve 6x = 18", 0, "divided_wrong_way", "x = 6/18", "x = 1/3"),
    wrong("linear", "Solve x + 9 = 4", 0, "sign_lost", "x = 4 + 9", "x = 13"),
    right("linear", "Solve x + 9 = 4", "Subtract 9 from both sides: x = 4 - 9", "So x = -5"),
    wrong("linear", "Solve 2x + 8 = 20", 0, "one_side_only", "2x = 20", "x = 10"),
    wrong("linear", "Solve 2x + 8 = 20", 0, "scaled_partly", "x + 8 = 10", "x = 2"),
    right("linear", "Solve 2x + 8 = 20", "Divide both sides by 2: x + 4 = 10", "Therefore x = 6"),
    wrong("linear", "Solve 5x - 3 = 12", 0, "copied_wrongly", "5x - 3 = 21", "5x = 24", "x = 24/5"),
    wrong("linear", "Solve 8x = 56", 0, "off_by_one", "x = 8"),
    right("linear", "Solve -3x = 12", "x = 12/(-3)", "x = -4"),
    wrong("linear", "Solve -3x = 12", 1, "sign_of_product", "x = -12/3", "x = 4"),
    right("linear", "Solve 7x = 22, to 2 decimals", "x = 22/7", "x = 3.14"),
    right("linear", "3 pens cost 10 euros. What does one pen cost, to the cent?", "3x = 10", "x = 3.33"),
)

LINEAR_WITH_NOTES = (
    right("linear", "Solve 2x + 5 = 17", "2x + 5 = 17   (-5)", "2x = 12   (:2)", "x = 6"),
    right("linear", "Solve 2x + 5 = 17", "2x+5=17 /-5", "2x=12 /:2", "x=6"),
    right("linear", "Solve x/2 = 3", "x = 3 (2)", "x = 6"),  # a product
    right("linear", "Solve -2x = 24", "x = 24 /-2", "x = -12"),
)

QUADRATIC = (
    right("quadratic", "Solve x^2 - 5x + 6 = 0", "(x - 2)(x - 3) = 0", "x - 2 = 0 or x - 3 = 0", "x = 2 or x = 3"),
    wrong("quadratic", "Solve x^2 - 5x + 6 = 0", 0, "factored_wrongly", "(x - 1)(x - 6) = 0", "x = 1 or x = 6"),
    wrong("quadratic", "Solve (x - 2)(x + 5) = 0", 0, "root_sign", "x = -2 or x = 5"),
    right("quadratic", "Solve (x - 2)(x + 5) = 0", "x - 2 = 0 or x + 5 = 0", "x = 2 or x = -5"),
    right("quadratic", "Solve x^2 = 49", "x = ±7"),
    wrong("quadratic", "Solve x^2 = 49", 0, "lost_solution", "x = 7"),
    wrong("quadratic", "Solve x^2 = 36", 0, "root_as_half", "x = 18"),
    right("quadratic", "Solve x^2 = 5x", "x^2 - 5x = 0", "x(x - 5) = 0", "x = 0 or x = 5"),
    wrong("quadratic", "Solve x^2 = 5x", 0, "lost_solution", "x = 5"),
    wrong("quadratic", "Solve (x - 1)(x - 3) = 8", 0, "zero_product", "x - 1 = 8 or x - 3 = 8", "x = 9 or x = 11"),
    right("quadratic", "Solve (x - 1)(x - 3) = 8", "x^2 - 4x + 3 = 8", "x^2 - 4x - 5 = 0", "(x - 5)(x + 1) = 0", "x = 5 or x = -1"),
    right("quadratic", "解方程 x^2+2x-8=0", "(x+4)(x-2)=0", "x_1=-4, x_2=2"),
    wrong("quadratic", "解方程 x^2+2x-8=0", 1, "root_sign", "(x+4)(x-2)=0", "x_1=4, x_2=-2"),
    right(
        "quadratic",
        r"Solve $2x^2 + 3x - 2 = 0$.",
        r"$x = \frac{-3 \pm \sqrt{9 + 16}}{4}$",
        r"$x = \frac{-3 \pm 5}{4}$",
        r"$x = \frac{1}{2}$ or $x = -2$",
    ),
    wrong(
        "quadratic",
        r"Solve $2x^2 + 3x - 2 = 0$.",
        0,
        "formula_slip",
        r"$x = \frac{3 \pm \sqrt{9 + 16}}{4}$",
        r"$x = \frac{3 \pm 5}{4}$",
        r"$x = 2$ or $x = -\frac{1}{2}$",
    ),
    wrong("quadratic", r"Solve $x^2 - 6x + 8 = 0$.", 0, "formula_slip", r"$x = \frac{6 \pm \sqrt{36 + 32}}{2}$", r"$x = 3 \pm \sqrt{17}$"),
    *(
        right("quadratic", "Solve 2x^2 - 8 = 0", "x^2 = 4", line)
        for line in ("x=2 or -2", "x = 2, -2", "x=2或-2", "$x=2$ and $-2$", "x = 2, -2 are roots")
    ),
    right("quadratic", "Solve x^3 - 6x^2 + 11x - 6 = 0", "x = 1, 2, or 3"),
    wrong("quadratic", "Solve x^2 = 36", 0, "lost_solution", "x = 6, 2 times"),
    *(
        right("quadratic", "Solve sqrt(x) + 2 = x", "x = (x-2)^2", "x^2-5x+4=0", "x=1 or x=4", line, "x=4")
        for line in ("x=1 does not work", "x=1 is rejected", "x=1: sqrt(1)=1, 1-2=-1, not a solution", "x=1 gives 3, too big")
    ),
    right("quadratic", "A square has area 50. Side to 2 decimals?", "x^2 = 50", "x = 7.07"),
    wrong("quadratic", "Solve x^2 = 50", 0, "lost_solution", "x = 7.07"),
    right("quadratic", "Solve x^2 + 2x - 1 = 0", "x = (-2 ± √8)/2", "x = -1 ± 1.41", "x = 0.41 or x = -2.41"),
    right("quadratic", "Solve (x + 3)^2 = 16", "x + 3 = ±4", "x = 1 or x = -7"),
    wrong("quadratic", "Solve (x + 3)^2 = 16", 0, "squared_termwise", "x^2 + 9 = 16", "x^2 = 7", "x = ±√7"),
    right(
        "quadratic",
        "Solve √(x + 6) = x",
        "x + 6 = x^2",
        "x^2 - x - 6 = 0",
        "(x - 3)(x + 2) = 0",
        "x = 3 or x = -2",
        "x = -2 is rejected, so x = 3",
    ),
    wrong(
        "quadratic",
        "Solve √(x + 6) = x",
        3,
        "extraneous_solution",
        "x + 6 = x^2",
        "x^2 - x - 6 = 0",
        "(x - 3)(x + 2) = 0",
        "x = 3 or x = -2",
    ),
)

EXPANDING = (
    right("expanding", "Expand (x + 4)(x - 2)", "(x + 4)(x - 2) = x^2 - 2x + 4x - 8", "= x^2 + 2x - 8"),
    wrong("expanding", "Expand (x + 4)^2", 0, "squared_termwise", "(x + 4)^2 = x^2 + 16"),
    wrong("expanding", "Expand (x + 4)^2", 0, "squared_termwise", "(x + 4)^2 = x^2 + 4x + 16"),
    wrong("expanding", "Expand (2x + 3)^2", 0, "sign_slip", "(2x + 3)^2 = 4x^2 + 12x - 9"),
    wrong("expanding", "Expand (x + 2)(x + 3)", 0, "squared_termwise", "(x + 2)(x + 3) = x^2 + 6"),
    wrong("expanding", "Expand (2x + 5)·3", 0, "distributed_partly", "(2x + 5)·3 = 6x + 5"),
    wrong("expanding", "Solve (x + 2)·3 = 12", 0, "distributed_partly", "3x + 2 = 12", "3x = 10", "x = 10/3"),
    wrong("expanding", "Expand -(x + 2)", 0, "minus_bracket", "-(x + 2) = -x + 2"),
    wrong("expanding", "Expand -2(x + 3)", 0, "minus_bracket", "-2(x + 3) = -2x + 6"),
    wrong("expanding", "Expand (x + 3)·(-2)", 0, "minus_bracket", "(x + 3)·(-2) = -2x + 6"),
    wrong("expanding", "Expand 2(x + 3)", 0, "wrong_operation", "2(x + 3) = 2x - 6"),
    wrong("expanding", "Simplify x/(x + 3)", 0, "cancelled_terms", "x/(x + 3) = 1/3"),
    right("expanding", "Expand (x + 4)^2", "(x + 4)^2 = x^2 + 8x + 16"),
    wrong("expanding", "Expand (2x - 3)^2", 0, "sign_slip", "(2x - 3)^2 = 4x^2 + 12x + 9"),
    right("expanding", "Expand (2x - 3)^2", "(2x - 3)^2 = (2x)^2 - 2·2x·3 + 3^2", "= 4x^2 - 12x + 9"),
    wrong("expanding", "Expand 3(2x + 5)", 0, "distributed_partly", "3(2x + 5) = 6x + 5"),
    wrong("expanding", "Simplify 4x - (2x - 3)", 0, "minus_bracket", "4x - (2x - 3) = 4x - 2x - 3", "= 2x - 3"),
    right("expanding", "Simplify 4x - (2x - 3)", "= 4x - 2x + 3", "= 2x + 3"),
    right("expanding", "化简：3(a-2b)-2(a-b)", "原式=3a-6b-2a+2b", "=a-4b"),
    wrong("expanding", "化简：3(a-2b)-2(a-b)", 0, "minus_bracket", "原式=3a-6b-2a-2b", "=a-8b"),
    wrong("expanding", "Simplify 3x + 4", 0, "unlike_terms", "3x + 4 = 7x"),
    wrong("expanding", "Simplify 2x + 3x + 4", 0, "exponent_rule", "2x + 3x + 4 = 5x^2 + 4"),
    right("expanding", "Simplify 2x + 3x + 4", "2x + 3x + 4 = 5x + 4"),
    wrong("expanding", "Simplify x^2 · x^3", 0, "exponent_rule", "x^2 · x^3 = x^6"),
    right("expanding", "Simplify x^2 · x^3", "x^2 · x^3 = x^(2+3) = x^5"),
    wrong("expanding", "Simplify (x^3)^2", 0, "exponent_rule", "(x^3)^2 = x^5"),
    wrong("expanding", "Simplify (3x)^2", 0, "power_of_one_factor", "(3x)^2 = 3x^2"),
    right("expanding", r"Simplify $\frac{x^2 - 9}{x - 3}$.", r"$\frac{x^2 - 9}{x - 3} = \frac{(x-3)(x+3)}{x-3}$", "$= x + 3$"),
    wrong("expanding", r"Simplify $\frac{x + 6}{6}$.", 0, "cancelled_terms", r"$\frac{x + 6}{6} = x$"),
    wrong("expanding", r"Simplify $\frac{4x + 8}{4}$.", 0, "divided_partly", r"$\frac{4x + 8}{4} = x + 8$"),
    right("expanding", r"Simplify $\frac{4x + 8}{4}$.", r"$\frac{4x + 8}{4} = x + 2$"),
    wrong("expanding", r"Simplify $\sqrt{x^2 + 9}$.", 0, "root_termwise", r"$\sqrt{x^2 + 9} = x + 3$"),
    right("expanding", r"Simplify $\sqrt{50}$.", r"$\sqrt{50} = \sqrt{25 \cdot 2}$", r"$= 5\sqrt{2}$"),
    wrong("expanding", r"Simplify $2^{-3}$.", 0, "negative_exponent", r"$2^{-3} = -8$"),
)

FACTORING = (
    right("factoring", "Factor x^2 + 7x + 12", "x^2 + 7x + 12 = (x + 3)(x + 4)"),
    wrong("factoring", "Factor x^2 + 7x + 12", 0, "factored_wrongly", "x^2 + 7x + 12 = (x + 2)(x + 6)"),
    right("factoring", "Factor 2x^2 - 8", "2x^2 - 8 = 2(x^2 - 4)", "= 2(x - 2)(x + 2)"),
    wrong("factoring", "Factor 2x^2 - 8", 0, "factored_wrongly", "2x^2 - 8 = 2(x^2 - 8)"),
    right("factoring", "因式分解 a^2-9b^2", "a^2-9b^2=(a+3b)(a-3b)"),
    wrong("factoring", "因式分解 a^2-9b^2", 0, "factored_wrongly", "a^2-9b^2=(a-3b)^2"),
    right("factoring", "Factor x^2 - x - 6", "= (x - 3)(x + 2)"),
    wrong("factoring", "Factor x^2 - x - 6", 0, "factored_wrongly", "= (x + 3)(x - 2)"),
)

SYSTEMS = (
    right("systems", "Solve the system 3x+2y=16, 2x-y=6", "3x+2y=16 (1)", "2x-y=6 (2)", "(2)*2: 4x-2y=12 (3)", "7x=28", "x=4", "y=2"),
    right("systems", "Solve the system x + y = 7, x - y = 3", "2x = 10", "x = 5", "y = 2"),
    wrong("systems", "Solve the system x + y = 7, x - y = 3", 0, "wrong_operation", "2x = 4", "x = 2", "y = 5"),
    right("systems", "Solve the system y = 2x, x + y = 9", "x + 2x = 9", "3x = 9", "x = 3", "y = 6"),
    wrong("systems", "Solve the system y = 2x, x + y = 9", 1, "exponent_rule", "x + 2x = 9", "3x^2 = 9", "x^2 = 3"),
    right("systems", r"解方程组 \begin{cases} 3x + y = 10 \\ x - y = 2 \end{cases}", "两式相加，得 4x = 12", "x = 3", "代入，得 y = 1"),
    wrong(
        "systems",
        r"解方程组 \begin{cases} 3x + y = 10 \\ x - y = 2 \end{cases}",
        1,
        "coefficient_subtracted",
        "两式相加，得 4x = 12",
        "x = 8",
    ),
    right(
        "systems", "Solve the system 2x + 3y = 12, x - y = 1", "x = y + 1", "2(y + 1) + 3y = 12", "5y + 2 = 12", "5y = 10", "y = 2", "x = 3"
    ),
    wrong("systems", "Solve the system 2x + 3y = 12, x - y = 1", 0, "sign_lost", "x = 1 - y", "2(1 - y) + 3y = 12", "2 + y = 12", "y = 10"),
    wrong(
        "systems",
        "Solve the system 2x + 3y = 12, x - y = 1",
        2,
        "distributed_partly",
        "x = y + 1",
        "2(y + 1) + 3y = 12",
        "2y + 1 + 3y = 12",
        "5y = 11",
        "y = 2.2",
    ),
)

INEQUALITIES = (
    right("inequalities", "Solve the inequality 2x - 1 < 9", "2x < 10", "x < 5"),
    wrong("inequalities", "Solve the inequality 2x - 1 < 9", 0, "sign_lost", "2x < 8", "x < 4"),
    right("inequalities", "Solve -3x > 12", "x < -4"),
    wrong("inequalities", "Solve -3x > 12", 0, "inequality_not_flipped", "x > -4"),
    right("inequalities", "解不等式 5-2x≥1", "-2x≥1-5", "-2x≥-4", "x≤2"),
    wrong("inequalities", "解不等式 5-2x≥1", 2, "inequality_not_flipped", "-2x≥1-5", "-2x≥-4", "x≥2"),
    right("inequalities", r"Solve $x^2 < 9$.", r"$-3 < x < 3$"),
    right("inequalities", r"Solve $x^2 > 4$.", r"$x < -2$ or $x > 2$"),
    right("inequalities", r"Solve $|x - 1| \le 3$.", r"$-3 \le x - 1 \le 3$", r"$-2 \le x \le 4$"),
    right("inequalities", "Solve x^2 - 4 > 0", "x^2 - 4 = 0", "x = 2 or x = -2", "x < -2 or x > 2"),
    right("inequalities", "解不等式 x²-x-6≤0", "方程x²-x-6=0的根为x=3或x=-2", "∴-2≤x≤3"),
    right("inequalities", "Solve 4 - x > 1 for natural numbers x", "x < 3", "x = 1, 2"),
    right("inequalities", "Solve 3x - 2 > 3x + 1", "3x > 3x + 3", "-2 > 1", "no solution"),
    wrong("inequalities", "Solve the inequality 3(x - 2) > 6", 0, "distributed_partly", "3x - 2 > 6", "3x > 8", "x > 8/3"),
)

CALCULUS = (
    right("derivatives", "Differentiate f(x) = 3x^4 - 2x + 7", "f'(x) = 12x^3 - 2"),
    wrong("derivatives", "Differentiate f(x) = 3x^4 - 2x + 7", 0, "power_rule", "f'(x) = 12x^4 - 2x"),
    wrong("derivatives", "Differentiate f(x) = 3x^4 - 2x + 7", 0, "constant_kept", "f'(x) = 12x^3 - 2 + 7"),
    right("derivatives", "求导：y = x^2 sin x", "y' = 2x sin x + x^2 cos x"),
    wrong("derivatives", "求导：y = x^2 sin x", 0, "product_rule", "y' = 2x cos x"),
    right("derivatives", r"Find the derivative of $f(x) = (2x+1)^5$.", r"$f'(x) = 5(2x+1)^4 \cdot 2$", r"$f'(x) = 10(2x+1)^4$"),
    wrong("derivatives", r"Find the derivative of $f(x) = (2x+1)^5$.", 0, "chain_rule", r"$f'(x) = 5(2x+1)^4$"),
    right("derivatives", r"Differentiate $y = \cos x$.", r"$\frac{dy}{dx} = -\sin x$"),
    wrong("derivatives", r"Differentiate $y = \cos x$.", 0, "trig_sign", r"$\frac{dy}{dx} = \sin x$"),
    wrong("derivatives", "Find f'(2) if f(x) = x^3", 1, "order_of_operations", "f'(x) = 3x^2", "f'(2) = 3·2^2 = 36"),
    right("derivatives", r"Differentiate $y = \frac{x}{x+1}$.", r"$y' = \frac{(x+1) - x}{(x+1)^2}$", r"$y' = \frac{1}{(x+1)^2}$"),
    wrong("derivatives", r"Differentiate $y = \frac{x^2}{x+1}$.", 0, "quotient_rule", r"$y' = \frac{2x}{1} = 2x$"),
    right("integrals", r"Find $\int (3x^2 + 2) \, dx$.", r"$\int (3x^2 + 2) \, dx = x^3 + 2x + C$"),
    wrong("integrals", r"Find $\int (3x^2 + 2) \, dx$.", 0, "integral_not_divided", r"$\int (3x^2 + 2) \, dx = 3x^3 + 2x + C$"),
    wrong("integrals", r"Find $\int (3x^2 + 2) \, dx$.", 0, "differentiated_instead", r"$\int (3x^2 + 2) \, dx = 6x + C$"),
    wrong("integrals", r"Find $\int 4x \, dx$.", 0, "constant_missing", r"$\int 4x \, dx = 2x^2$"),
    right("integrals", r"计算 $\int_0^2 x^2 dx$", r"$\int_0^2 x^2 dx = \frac{2^3}{3} - 0$", r"$= \frac{8}{3}$"),
    wrong("integrals", r"计算 $\int_1^3 2x dx$", 0, "limits_swapped", r"$\int_1^3 2x dx = 1 - 9$", "$= -8$"),
)

ARITHMETIC = (
    right("order", "Calculate 3 + 4 × 5", "3 + 4 × 5 = 3 + 20", "= 23"),
    wrong("order", "Calculate 3 + 4 × 5", 0, "order_of_operations", "3 + 4 × 5 = 7 × 5", "= 35"),
    right("order", "计算：(-2)^2 - 3×(-1)", "原式=4+3", "=7"),
    wrong("order", "计算：(-2)^2 - 3×(-1)", 0, "negative_squared", "原式=-4+3", "=-1"),
    wrong("order", "Calculate 10 - 4 + 2", 0, "order_of_operations", "10 - 4 + 2 = 4"),
    wrong("order", "Calculate -3^2", 0, "negative_squared", "-3^2 = 9"),
    wrong("order", "Calculate 10 - 3^2", 0, "negative_squared", "10 - 3^2 = 19"),
    wrong("order", "Calculate √16", 0, "root_as_half", "√16 = 8"),
    wrong("order", "Calculate 2^3", 0, "power_as_product", "2^3 = 6"),
    wrong("order", "Calculate 2·3 + 4", 0, "order_of_operations", "2·3 + 4 = 14"),
    wrong("order", "Calculate 12/2·3", 0, "order_of_operations", "12/2·3 = 2"),
    wrong("order", "Calculate 6/18", 0, "divided_wrong_way", "6/18 = 3"),
    wrong("integrals", "Find the integral of x^2", 0, "integral_not_divided", r"\int x^2 dx = x^3/2 + C"),
    wrong("integrals", "Evaluate the integral", 0, "limits_swapped", r"\int_0^2 3x^2 dx = -8"),
    wrong("order", "Calculate 5 - (-3)", 0, "double_negative", "5 - (-3) = 2"),
    wrong("order", "Calculate (-4) × (-6)", 0, "sign_of_product", "(-4) × (-6) = -24"),
    right("order", "Calculate (-4) × (-6)", "(-4) × (-6) = 24"),
    right("fractions", "Calculate 1/2 + 1/3", "1/2 + 1/3 = 3/6 + 2/6", "= 5/6"),
    wrong("fractions", "Calculate 1/2 + 3", 0, "fractions_added_termwise", "1/2 + 3 = 4/2"),
    wrong("fractions", "Calculate 3 + 1/2", 0, "fractions_added_termwise", "3 + 1/2 = 4/2"),
    wrong("fractions", "Calculate 2/3 · 4", 0, "fraction_scaled_twice", "2/3 · 4 = 8/12"),
    wrong("fractions", "Calculate 4 · 2/3", 0, "fraction_scaled_twice", "4 · 2/3 = 8/12"),
    wrong("fractions", "Calculate 1/2 + 1/3", 0, "fractions_added_termwise", "1/2 + 1/3 = 2/5"),
    wrong(
        "fractions", r"Calculate $\frac{2}{3} + \frac{1}{4}$.", 0, "fractions_added_termwise", r"$\frac{2}{3} + \frac{1}{4} = \frac{3}{7}$"
    ),
    right(
        "fractions",
        r"Calculate $\frac{3}{4} \div \frac{2}{5}$.",
        r"$\frac{3}{4} \div \frac{2}{5} = \frac{3}{4} \cdot \frac{5}{2}$",
        r"$= \frac{15}{8}$",
    ),
    wrong(
        "fractions",
        r"Calculate $\frac{3}{4} \div \frac{2}{5}$.",
        0,
        "reciprocal_forgotten",
        r"$\frac{3}{4} \div \frac{2}{5} = \frac{6}{20}$",
    ),
    right("fractions", "计算 1/2÷1/4", "1/2÷1/4=1/2×4=2"),
    right("fractions", "计算 3/4÷1/2", "3/4÷1/2=3/4×2", "=3/2"),
    right("order", "Calculate 24÷4÷2", "24÷4÷2 = 6÷2 = 3"),
    wrong("fractions", "Calculate 3 × 2/5", 0, "fraction_scaled_twice", "3 × 2/5 = 6/15"),
    right("fractions", "计算 2/3 - 1/6", "2/3 - 1/6 = 4/6 - 1/6", "= 1/2"),
    right("percent", "What is 15% of 80?", "15% of 80 = 0.15 × 80", "0.15 × 80 = 12"),
    wrong("percent", "What is 15% of 80?", 0, "decimal_point", "0.15 × 80 = 120"),
    wrong(
        "percent",
        "A coat costs $60. It is reduced by 20%. What does it cost now?",
        1,
        "percent_added",
        "The reduction is 20%.",
        "60 - 20% = 40",
    ),
    right("percent", "A coat costs $60. It is reduced by 20%. What does it cost now?", "20% of 60 = 12", "60 - 12 = 48"),
    right("percent", "15% of a number is 30. Find it.", "15% = 30", "1% = 30/15 = 2", "100% = 2 * 100 = 200"),
    right("percent", "What is 15% of 80?", "10% = 8", "5% = 8/2 = 4", "15% = 8+4 = 12"),
    right("percent", "一件衣服200元，打八折后多少元？", "200 × 80% = 160元"),
    wrong("percent", "一件衣服200元，打八折后多少元？", 0, "percent_as_number", "200 × 80% = 16000元"),
    right("units", "How many metres are 3.5 km?", "3.5 km = 3500 m"),
    wrong("units", "How many metres are 3.5 km?", 0, "unit_slip", "3.5 km = 350 m"),
    wrong("units", "How many minutes are 2.5 hours?", 0, "unit_slip", "2.5 hours = 250 minutes"),
    right("units", "How many minutes are 2.5 hours?", "2.5 hours = 150 minutes"),
    right("units", "一根绳子长2.4米，合多少厘米？", "2.4米 = 240厘米"),
    wrong("units", "一根绳子长2.4米，合多少厘米？", 0, "unit_slip", "2.4米 = 24厘米"),
    right("units", "Convert 5 m² to cm²", "1 m² = 10000 cm²", "5 m² = 50000 cm²"),
    wrong("units", "Convert 5 m² to cm²", 0, "unit_slip", "5 m² = 500 cm²"),
    wrong("units", "3立方米是多少立方分米？", 0, "unit_slip", "3立方米 = 30立方分米"),
    right("units", "小明有24颗糖，给了小红三分之一，还剩几颗？", "24×1/3=8（颗）", "24-8=16（颗）"),
    wrong("units", "小明有24颗糖，给了小红三分之一，还剩几颗？", 0, "off_by_one", "24×1/3=9（颗）", "24-9=15（颗）"),
    right("units", "How many metres are 3 times 2 km?", "2 km × 3 = 6000 m"),
    wrong("units", "How many metres are 12 times 400 m?", 0, "decimal_point", "12 × 400 m = 480 m"),
    wrong("slips", "Calculate 0.3 × 0.3", 0, "decimal_point", "0.3 × 0.3 = 0.9"),
    right("slips", "Calculate 2/3 + 1/12 with decimals", "2/3 = 0.67", "1/12 = 0.08", "0.67 + 0.08 = 0.75"),
    wrong("slips", "A box holds 26 pens. How many pens are in 3 boxes?", 0, "digits_swapped", "26 × 3 = 87"),
    right("slips", "A box holds 26 pens. How many pens are in 3 boxes?", "26 × 3 = 78"),
    wrong("slips", "There are 15 rows of 6 chairs and 4 more. How many chairs?", 1, "off_by_one", "15 × 6 = 90", "90 + 4 = 95"),
    right("slips", "There are 15 rows of 6 chairs and 4 more. How many chairs?", "15 × 6 = 90", "90 + 4 = 94"),
)

# What is written so that a part of it could be taken for the whole.
PARTS = (
    right("chains", "How many 3-digit numbers from 1,2,3,4,5 without repetition?", "5P3 = 5!/(5-3)! = 120/2 = 60"),
    right("chains", "Calculate 12,5 : 5 - 1/2", "12,5 : 5 = 2,5", "5/2 = 2,5", "5/2 - 1/2 = 2"),
    right("chains", "Solve |2x-1| = 5", "Case 1: 2x-1=5", "2x=6", "x=3", "Case 2: 2x-1=-5", "2x=-4", "x=-2"),
    right("chains", "Simplify log2 8 + log2 4", "log2(8) + log2(4) = 3 + 2 = 5"),
    right("chains", "Integrate ∫ x e^x dx", "u = x, dv = e^x dx", "∫ x e^x dx = x e^x - ∫ e^x dx = x e^x - e^x + C"),
    right("chains", "Integrate ∫ 2x e^(x^2) dx", "u = x^2", "du = 2x dx", "∫ 2x e^(x^2) dx = e^(x^2) + C"),
)

DEGREES = (
    right("degrees", "计算 sin30°+cos60°", "sin30°+cos60°=1/2+1/2=1"),
    wrong("degrees", "计算 sin30°+cos60°", 0, "off_by_one", "sin30°+cos60°=1/2+1/2=2"),
    right("degrees", "Calculate sin(30°)*cos(60°)", "sin(30°)*cos(60°) = 0.5*0.5 = 0.25"),
    right("degrees", r"Calculate $2\cos 30^\circ$", r"$2\cos 30^{\circ} = 2 \cdot \frac{\sqrt{3}}{2} = \sqrt{3}$"),
    right("degrees", "Law of cosines: a=5,b=7,C=60°. Find c.", "c² = a² + b² - 2ab cos C", "c² = 25 + 49 - 70*0.5 = 39"),
    right("degrees", "Two angles have 60° and 70°. Find the third.", "180° - 60° - 70° = 50°"),
    wrong("degrees", "Two angles have 60° and 70°. Find the third.", 0, "off_by_one", "180° - 60° - 70° = 51°"),
)

COMMAS = (
    right("commas", "Solve 2x = 5", "x = 2,5"),
    right("commas", "Solve (x-2)(x-5) = 0", "x = 2,5"),
    right("commas", "Solve (2x-5)(x-4) = 0", "x = 2,5 or x = 4"),
    right("commas", "Solve 0.5x + 1.5 = 4", "0,5x = 4 - 1,5", "0,5x = 2,5", "x = 5"),
    right("commas", "Berechne 1.250,75 € + 249,25 €", "1.250,75 € + 249,25 € = 1.500 €"),
    wrong("commas", "Berechne 12,5 · 0,8", 0, "off_by_one", "12,5 · 0,8 = 11"),
    right("commas", "Calculate 3/4 : 2/5", "3/4 : 2/5 = 3/4 · 5/2", "= 15/8", "= 1 7/8"),
)

LENGTHS = (
    right(
        "lengths", "In triangle ABC, a = 5, b = 7 and C = 60°. Find c.", "c^2 = 25 + 49 - 2·5·7·cos 60°", "c^2 = 74 - 35 = 39", "c = √39"
    ),
    right("lengths", "Use the law of cosines to find c: c^2 = 5^2 + 7^2 - 2*5*7*cos(60°)", "c^2 = 39", "c = √39"),
    right("lengths", "Solve A = πr² for r", "r² = A/π", "r = √(A/π)"),
)

GOING_ON = (
    right("going on", "5 red and 3 blue balls, two are drawn. P(both red)?", "P = 5/8 · 4/7", "= 20/56", "= 5/14"),
    wrong("going on", "Find a_10 of 3, 7, 11, …", 2, "off_by_one", "a_10 = 3 + 9·4", "= 3 + 36", "= 38"),
    right("going on", "Simplify √50 + √18", "= 5√2 + 3√2", "= 8√2"),
    right("going on", "23 ÷ 5 = ?", "23 ÷ 5 = 4 ... 3"),
)

CHINESE = (
    right("mixed numbers", "计算：2又1/3+1又1/2", "2又1/3+1又1/2", "=7/3+3/2", "=23/6", "=3又5/6"),
    wrong("mixed numbers", "计算：2又1/3+1又1/2", 1, None, "2又1/3+1又1/2", "=3又2/5"),
    right("systems", "解方程组{x+y=5,2x-y=4", "①+②，得3x=9", "解得x=3", "把x=3代入①，得3+y=5", "解得y=2", "∴方程组的解为{x=3,y=2"),
    wrong("systems", "解方程组{x+y=5，2x-y=4", 1, "wrong_operation", "3x=9，x=3", "y=8"),
    right("systems", "Solve x+y=5,2x-y=4", "3x = 9", "x = 3", "y = 2"),
    wrong("systems", "解不等式组{2x-1>3,x+1≤5", 2, "wrong_operation", "由①得x>2", "由②得x≤4", "所以不等式组的解集是x>2"),
    right("sets", "解不等式x²-2x-3>0", "(x-3)(x+1)>0", "∴不等式的解集为{x|x<-1或x>3}"),
    right("roots", "x²-3x+1=0的两根为x1,x2，求x1²+x2²", "x1+x2=3，x1x2=1", "x1²+x2²=(x1+x2)²-2x1x2=9-2=7"),
    right("products", "3 notes of 10 and 2 of 1", "3x10+2x1=32"),
    wrong("products", "3 notes of 1 and 4 of 2", 0, "wrong_operation", "3x1+4x2=12"),
    right("angles", "AB∥CD，∠1=50°，求∠2", "∴∠1=∠3=50°（同位角相等）", "∵∠2+∠3=180°", "∴∠2=180°-50°=130°"),
    right("angles", "半径为3，圆心角为60°，求弧长l", "l=60°×π×3/180=π", "3×π=3π"),
    wrong("angles", "在△ABC中，∠A=50°，∠B=60°，求∠C", 1, None, "∵∠A+∠B+∠C=180°", "∴∠C=180°-50°-60°=80°"),
    right("areas", "一块地长200米，宽50米，合多少亩？", "200×50=10000（平方米）", "10000平方米=1公顷", "1公顷=15亩"),
    wrong("areas", "一块地长200米，宽50米，合多少公顷？", 1, "unit_slip", "200×50=10000平方米", "10000平方米=10公顷"),
)

WORKINGS = (
    *COMMAS,
    *LENGTHS,
    *GOING_ON,
    *LINEAR,
    *LINEAR_WITH_NOTES,
    *QUADRATIC,
    *EXPANDING,
    *FACTORING,
    *SYSTEMS,
    *INEQUALITIES,
    *CALCULUS,
    *ARITHMETIC,
    *PARTS,
    *DEGREES,
    *CHINESE,
)
