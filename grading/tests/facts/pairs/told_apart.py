"""Several values that words tell apart."""

CORRECT = {
    "told apart": [
        ("鸡23只，兔12只", "23只鸡，12只兔"),
        ("鸡23只，兔12只", "答：鸡有23只，兔子有12只。"),
        ("鸡23只，兔12只", "兔子的只数是12只，鸡的只数是23只"),
        ("鸡23只，兔12只", "鸡23只和兔12只"),
        ("长8厘米，宽5厘米", "宽为0.05米，长为8厘米"),
        ("甲12元，乙8元", "甲:12，乙:8"),
        ("12个红球，8个白球", "红球12个，白球8个"),
        ("23 chickens and 12 rabbits", "rabbits: 12, chickens: 23"),
        ("23 chickens and 12 rabbits", "There are 12 rabbits and 23 chickens."),
        ("length 8 cm, width 5 cm", "the width is 5 cm and the length is 80 mm"),
        ("Tom has 12 apples, Ann has 8 apples", "Ann 8, Tom 12"),
        ("1,200 apples, 300 pears", "300 pears and 1200 apples"),
        ("boys 40%, girls 60%", "girls: 60%, boys: 40%"),
    ],
}

INCORRECT = {
    "told apart": [
        ("鸡23只，兔12只", "鸡12只，兔23只"),
        ("鸡23只，兔12只", "12只鸡，23只兔"),
        ("长8厘米，宽5厘米", "长5厘米，宽8厘米"),
        ("长8厘米，宽5厘米", "长8米，宽5厘米"),
        ("甲12元，乙8元", "甲8元，乙12元"),
        ("23 chickens and 12 rabbits", "23 rabbits and 12 chickens"),
        ("length 8 cm, width 5 cm", "length: 8 cm, width: 6 cm"),
        ("Tom has 12 apples, Ann has 8 apples", "Tom has 8 apples and Ann has 12 apples"),
    ],
}

UNDECIDED = {
    "told apart": [
        ("鸡23只，兔12只", "鸡23只"),
        ("鸡23只，兔12只", "23，12"),
        ("鸡23只，兔12只", "鸡23只，兔12只，共35只"),
        ("甲12元，乙8元", "甲12元，丙8元"),
        ("23 chickens and 12 rabbits", "23 chickens and 12 hares"),
    ],
}
