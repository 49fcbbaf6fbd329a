"""Word problems with whole numbers, powers and the order of operations."""

from random import Random

from practice.generators.draft import Draft, Family

NAMES = (("Ana", "小安"), ("Ben", "小本"), ("Mia", "小美"), ("Tom", "小汤"), ("Lena", "小丽"), ("Omar", "小欧"))
THINGS = (("pencils", "支铅笔"), ("stickers", "张贴纸"), ("marbles", "颗弹珠"), ("cards", "张卡片"), ("shells", "个贝壳"))


def shopping(chance: Random) -> Draft:
    first, price, other, cost = chance.randint(2, 9), chance.randint(5, 15), chance.randint(2, 9), chance.randint(2, 4)
    paid = -(-(first * price + other * cost + 1) // 50) * 50
    (name, mingzi) = chance.choice(NAMES)
    change = paid - first * price - other * cost
    left = paid
    for each, count in ((price, first), (cost, other)):
        for _item in range(count):
            left -= each
    return Draft(
        en=f"{name} buys {first} books at {price} euros each and {other} pens at {cost} euros each, and pays with {paid} euros. "
        "How many euros does the shop give back?",
        zh=f"{mingzi}买了{first}本书，每本{price}元，又买了{other}支笔，每支{cost}元，付了{paid}元。应找回多少元？",
        expected=str(change),
        hint_en=f"The books cost ${first} \\times {price} = {first * price}$ euros.",
        hint_zh=f"书一共 ${first} \\times {price} = {first * price}$ 元。",
        confirmed=left == change,
    )


def sharing(chance: Random) -> Draft:
    friends, each, kept = chance.randint(3, 12), chance.randint(3, 15), chance.randint(2, 20)
    total = friends * each + kept
    (name, mingzi), (things, dongxi) = chance.choice(NAMES), chance.choice(THINGS)
    found = next(count for count in range(total + 1) if count * friends + kept == total)
    return Draft(
        en=f"{name} has {total} {things}, keeps {kept} of them and shares the rest equally among {friends} friends. "
        "How many does each friend get?",
        zh=f"{mingzi}有{total}{dongxi}，自己留下{kept}{dongxi[0]}，其余的平均分给{friends}个朋友。每个朋友分到多少{dongxi[0]}？",
        expected=str((total - kept) // friends),
        hint_en=f"First take away what {name} keeps: ${total} - {kept} = {total - kept}$.",
        hint_zh=f"先减去留下的：${total} - {kept} = {total - kept}$。",
        confirmed=found == each,
    )


def savings(chance: Random) -> Draft:
    start, weekly, goal_weeks, gift = chance.randint(5, 60), chance.randint(3, 15), chance.randint(4, 20), chance.randint(5, 40)
    goal = start + gift + weekly * goal_weeks
    (name, mingzi) = chance.choice(NAMES)
    weeks, saved = 0, start + gift
    while saved < goal:
        saved, weeks = saved + weekly, weeks + 1
    return Draft(
        en=f"{name} has {start} euros, is given {gift} euros and saves {weekly} euros a week from then on. "
        f"After how many weeks are there {goal} euros?",
        zh=f"{mingzi}有{start}元，又得到{gift}元，以后每周存{weekly}元。多少周以后一共有{goal}元？",
        expected=str((goal - start - gift) // weekly),
        hint_en=f"${goal} - {start} - {gift} = {goal - start - gift}$ euros are still to be saved.",
        hint_zh=f"还要存 ${goal} - {start} - {gift} = {goal - start - gift}$ 元。",
        confirmed=weeks == goal_weeks,
    )


def order_of_operations(chance: Random) -> Draft:
    a, b, e = (chance.randint(2, 9) for _place in range(3))
    c, d = chance.sample(range(2, 10), 2)
    value = a + b * (c - d) - e**2
    stepwise = a - e * e
    for _time in range(b):
        stepwise += c - d
    text = f"${a} + {b} \\times ({c} - {d}) - {e}^2$"
    return Draft(
        en=f"Compute {text}.",
        zh=f"计算 {text}。",
        expected=str(value),
        hint_en=f"The bracket comes first: ${c} - {d} = {c - d}$.",
        hint_zh=f"先算括号：${c} - {d} = {c - d}$。",
        confirmed=value == stepwise,
    )


def catching_up(chance: Random) -> Draft:
    slow, faster, hours = 5 * chance.randint(8, 14), 5 * chance.randint(2, 12), chance.randint(2, 6)
    ahead = faster * hours
    fast = slow + faster
    hour = next(hour for hour in range(1, 200) if fast * hour == slow * hour + ahead)
    return Draft(
        en=f"A bus is {ahead} km ahead and goes {slow} km each hour. A car follows on the same road at {fast} km each hour. "
        "After how many hours does the car catch up?",
        zh=f"一辆公共汽车领先{ahead}千米，每小时行{slow}千米。一辆小汽车沿同一条路追赶，每小时行{fast}千米。多少小时后追上？",
        expected=str(ahead // faster),
        hint_en=f"Each hour the distance shrinks by ${fast} - {slow} = {faster}$ km.",
        hint_zh=f"每小时距离缩短 ${fast} - {slow} = {faster}$ 千米。",
        confirmed=hour == hours,
    )


FAMILIES = (
    Family("shopping", "arithmetic", 1, shopping),
    Family("sharing", "arithmetic", 1, sharing),
    Family("order-of-operations", "arithmetic", 2, order_of_operations),
    Family("savings", "arithmetic", 2, savings),
    Family("catching-up", "arithmetic", 3, catching_up),
)
