"""What people say around a problem without making another problem of it: how they want it done, and the answer written."""

import re

DOES = r"solve|simplify|expand|factori[sz]e|factor|calculate|compute|evaluate|work out|解|化简|展开|因式分解|分解因式|计算"
# What may stand around an equation without making it another problem. `the sum of the roots` and `how many` are other problems.
AROUND = re.compile(
    rf"\b(?:{DOES}|the|this|following|linear|quadratic|simultaneous|system|equations?|inequalit(?:y|ies)"
    r"|expression|result|of|for|and|find|all|real|solutions?|roots?|values?|to|what(?:['’]?s)?|such|is|are|how much"
    r"|given|that|then|fully|in|differentiate|derivative|integrate|integral|antiderivative|function)\b"
    rf"|{DOES}|求导|导数|不定积分|函数|方程组?|不等式组?|下列|下面|的|求|[一二]元|[一二]次|所有|实数|解|根|值|请|若|已知|则|等于|是|多少|什么|与|式子|结果"
    r"|\\(?:begin|end)\{(?:cases|aligned)\}|\\\\|\\quad|\\left\\\{|\\right\.|\\(?:leq?|geq?|lt|gt)\b|[\s&,;:.?。，；：？、=<>≤≥]",
    re.IGNORECASE,
)
BY = re.compile(r"\bwith respect to \$?[a-z]\$?|关于\s*[a-z]\s*的?", re.IGNORECASE)
# A sentence at the end on how the answer is to be written, which no rounding, no percent and no other question is.
MANNER = re.compile(
    r"(?:(?<=[.:?!\]$)])|(?<=\s)|(?<=[。，；？]))\s*\(?(?:please\s+)?(?:enter|express|give|write|leave|list|state)\s+(?:all\s+)?(?:your|the)\s+"
    r"(?:final |real |complex )*(?:answers?|solutions?|roots?|values?|result)"
    r"(?:[\s,]+(?:as|in|using|an?|its?|the|simplest|simplified|simple|lowest|common|improper|proper|interval|radical|surd|exact|fractions?"
    r"|fractional|forms?|terms|notation|set|separated|by|commas?|from|least|to|greatest|(?:in|de|a)creasing|ascending|descending|order|factored|expanded|fully))*"
    r"[\s.)]*$"
    r"|[，。；（(\s](?:请)?(?:结果|答案|解集)?(?:请)?(?:用|以|写成|化成|化为|保留)(?:最简)?(?:分数|真分数|假分数|区间|集合|根式|根号)"
    r"(?:的?形式)?(?:表示)?[。）)\s]*$",
    re.IGNORECASE,
)
# What people say around a problem, and how they want it done: none of it makes another problem of it.
SAID = re.compile(
    r"(?:\bhow (?:do|would|can|could|should) (?:i|you|we|one)\b|\bhow to\b|\b(?:can|could|would) (?:yo)?u\b"
    r"|\bi (?:need|want|have|would like|am trying) to\b|\bhelp(?: me)?(?: with| to)?\b|\bpl(?:ease|s|z)\b|\bthank(?:s| you)\b|^\s*let\b"
    r"|\b(?:and )?(?:show|explain|give|write down)(?: me)?(?: all| each| every)?(?: of)?(?: your| the| my)? "
    r"(?:work(?:ing)?s?(?: out)?|steps?|reasoning)\b"
    r"|\bstep[- ]by[- ]step\b|\b(?:simultaneously|algebraically|completely|by hand|without (?:using )?a calculator)\b"
    r"|\b(?:by|using|with) (?:the )?"
    r"(?:factor(?:ing|i[sz]ing|i[sz]ation)|completing the square|(?:quadratic )?formula|substitution|elimination"
    r"|cross[- ]multiplication|graphing)\b"
    r"|[(\[（]\s*\d+\s*(?:marks?|points?|pts|分)\s*[)\]）]|^\s*(?:Q(?:uestion)?\s*\d+\s*[.:)]|\([a-h]\))\s*(?=[A-Z])"
    r"|怎么(?=[解算])|如何(?=[解算])|怎么[解算](?=\s*[?？]?$)|帮我|帮忙|一下"
    r"|[，,。]?\s*(?:并|要求|请)?写出(?:详细|完整)?(?:的?(?:解题|解答|计算))?(?:过程|步骤)"
    r"|用(?:配方|公式|因式分解|十字相乘|直接开平方|代入(?:消元)?|加减(?:消元)?|消元)法)[!！]*",
    re.IGNORECASE,
)


def without_asides(problem: str) -> str:
    """`Solve 2x+3=7` of "(b) Can you help me solve 2x+3=7, please? Show all your working. [3 marks]"."""
    return SAID.sub(" ", MANNER.sub("", BY.sub(" ", problem)))
