"""Areas, Pythagoras, volumes and angles."""

from fractions import Fraction
from itertools import pairwise
from math import gcd
from random import Random

from practice.generators.draft import Draft, Family, fraction


def rectangle_with_path(chance: Random) -> Draft:
    width, path = chance.randint(5, 25), chance.randint(1, 4)
    length = width + chance.randint(2, 20)
    value = (length + 2 * path) * (width + 2 * path) - length * width
    strips = 2 * path * (length + 2 * path) + 2 * path * width
    return Draft(
        en=f"A lawn is {length} m long and {width} m wide. A path {path} m wide runs all around it. What is the area of the path, in m²?",
        zh=f"一块草坪长{length}米，宽{width}米，四周有一条宽{path}米的小路。小路的面积是多少平方米？",
        expected=str(value),
        hint_en=f"Lawn and path together are {length + 2 * path} m long.",
        hint_zh=f"草坪和小路合起来长 {length + 2 * path} 米。",
        confirmed=value == strips,
    )


def triangle_area(chance: Random) -> Draft:
    base, height = chance.randint(4, 40), chance.randint(3, 30)
    value = Fraction(base * height, 2)
    return Draft(
        en=f"A triangle has a base of {base} cm and a height of {height} cm. What is its area, in cm²?",
        zh=f"三角形的底是{base}厘米，高是{height}厘米。面积是多少平方厘米？",
        expected=fraction(value),
        hint_en="The triangle is half of a rectangle with the same base and height.",
        hint_zh="三角形是同底等高的长方形的一半。",
        confirmed=_by_corners((0, 0), (base, 0), (base // 3, height)) == value,
    )


def _by_corners(one: tuple[int, int], two: tuple[int, int], three: tuple[int, int]) -> Fraction:
    """The area by the corners' coordinates (the shoelace formula)."""
    corners = (one, two, three, one)
    return Fraction(abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(corners))), 2)


TRIPLES = [
    (scale * (m * m - n * n), scale * 2 * m * n, scale * (m * m + n * n))
    for m in range(2, 7)
    for n in range(1, m)
    if gcd(m, n) == 1 and (m - n) % 2
    for scale in range(1, 7)
]


LADDERS = [(min(legs), max(legs), length) for *legs, length in TRIPLES if 20 <= length <= 100]  # in dm; they stand steep


def pythagoras(chance: Random) -> Draft:
    ladder = chance.random() < 0.5
    a, b, c = chance.choice(LADDERS if ladder else [triple for triple in TRIPLES if triple[2] < 200])
    key = b if ladder else c
    wanted = next(side for side in range(1, 400) if (side * side + a * a == c * c if ladder else side * side == a * a + b * b))
    en = (
        f"A ladder of {c} dm stands {a} dm away from a wall. How high up the wall does it reach, in dm?"
        if ladder
        else f"The legs of a right triangle are {a} cm and {b} cm long. How long is the hypotenuse, in cm?"
    )
    zh = (
        f"一架长{c}分米的梯子靠墙，底端离墙{a}分米。梯子顶端离地多少分米？"
        if ladder
        else f"直角三角形的两条直角边长{a}厘米和{b}厘米。斜边长多少厘米？"
    )
    equation = f"$h^2 = {c}^2 - {a}^2$" if ladder else f"$c^2 = {a}^2 + {b}^2$"
    return Draft(en=en, zh=zh, expected=str(key), hint_en=f"{equation}.", hint_zh=f"{equation}。", confirmed=wanted == key)


def box(chance: Random) -> Draft:
    (width, length), height = sorted(chance.sample(range(2, 16), 2)), chance.randint(2, 10)
    surface = chance.random() < 0.5
    value = 2 * (length * width + length * height + width * height) if surface else length * width * height
    what, shenme = ("surface area, in cm²", "表面积是多少平方厘米") if surface else ("volume, in cm³", "体积是多少立方厘米")
    return Draft(
        en=f"A box is {length} cm long, {width} cm wide and {height} cm high. What is its {what}?",
        zh=f"一个长方体长{length}厘米，宽{width}厘米，高{height}厘米。{shenme}？",
        expected=str(value),
        hint_en="It has three pairs of equal faces." if surface else "Multiply the three lengths.",
        hint_zh="有三对相同的面。" if surface else "三条棱长相乘。",
        confirmed=value == (_faces(length, width, height) if surface else sum(length * width for _layer in range(height))),
    )


def _faces(length: int, width: int, height: int) -> int:
    """The faces of the unit cubes that are seen from outside, counted."""
    sizes = (length, width, height)
    return sum(
        sum(place in (0, sizes[axis] - 1) for axis, place in enumerate(cube)) + sum(size == 1 for size in sizes)
        for cube in ((x, y, z) for x in range(length) for y in range(width) for z in range(height))
    )


def circle(chance: Random) -> Draft:
    radius, inner = chance.randint(4, 20), chance.randint(1, 3)
    value = radius**2 - inner**2
    return Draft(
        en=f"A round pond has a radius of {radius} m. In its middle is a round island with a radius of {inner} m. "
        "What is the area of the water, in m²? Give it as a multiple of π.",
        zh=f"圆形池塘的半径是{radius}米，中央有一个半径{inner}米的圆形小岛。水面的面积是多少平方米？用π表示。",
        expected=f"{value}\\pi",
        hint_en=f"The pond with its island has the area ${radius**2}\\pi$.",
        hint_zh=f"连同小岛，池塘的面积是 ${radius**2}\\pi$。",
        confirmed=sum(2 * ring + 1 for ring in range(inner, radius)) == value,
    )


FAMILIES = (
    Family("triangle-area", "geometry", 1, triangle_area),
    Family("box", "geometry", 1, box),
    Family("rectangle-path", "geometry", 2, rectangle_with_path),
    Family("pythagoras", "geometry", 2, pythagoras),
    Family("circle-ring", "geometry", 3, circle),
)
