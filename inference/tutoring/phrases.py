"""What the tutor says in its own words, in both languages. `{gaps}` are filled by `say`; none of these gives a result away."""

from inference.events import Language

PHRASES: dict[str, dict[Language, str]] = {
    "try_first": {
        "en": "What have you tried? Write your first lines below, however few, or say where you are stuck. "
        "I read them, and then you can have a hint.",
        "zh": "你试过什么？在下面写出你的前几行（再少也行），或者说说卡在哪里。我看过以后，你就可以要提示了。",
    },
    "send_work": {"en": "Write your work below, and I check it line by line.", "zh": "在下面写出你的过程，我会一行一行地检查。"},
    "unsure_key": {
        "en": "I am not sure of this problem: my own solutions of it do not bear each other out. I can check the "
        "calculations in your work, but I give no hints that may be wrong. Check the problem's text, or ask your teacher.",
        "zh": "这道题我没有把握：我自己的几次解答没能互相印证。我可以检查你的计算，但不给可能出错的提示。请检查题目文字，或者问问老师。",
    },
    "all_right": {"en": "Your work is right, and so is its answer. Well done.", "zh": "你的过程正确，答案也正确。做得好！"},
    "answer_right": {
        "en": "Your answer is right. Not every line could be checked by calculation; see below which.",
        "zh": "你的答案正确。不过并不是每一行都能用计算来检查，见下面的标记。",
    },
    "wrong_after_right": {
        "en": "Lines 1 to {before} hold. Line {line} is the first that does not: look at it again.",
        "zh": "第 1 到第 {before} 行没有问题。第 {line} 行是第一处不对的地方，请再看看它。",
    },
    "wrong_after_one": {
        "en": "Line 1 holds. Line {line} is the first that does not: look at it again.",
        "zh": "第 1 行没有问题。第 {line} 行是第一处不对的地方，请再看看它。",
    },
    "solution_lost": {
        "en": "Line {line} does not say all: a solution is missing there. Look for it.",
        "zh": "第 {line} 行还不完整：那里少了一个解，请把它找出来。",
    },
    "wrong_first": {"en": "Line 1 does not hold yet: look at it again.", "zh": "第 1 行还不对，请再看看它。"},
    "so_far": {"en": "What could be checked so far is right. Go on from there.", "zh": "到目前为止能检查的都正确，接着往下做吧。"},
    "nothing_checked": {
        "en": "There is nothing in this that I can check by calculation. Write down what you calculate, line by line.",
        "zh": "这里没有可以用计算检查的内容。请把你的计算一行一行地写出来。",
    },
    "stuck": {
        "en": "There is nothing to check in this yet. Write what you calculate next, or ask for a hint.",
        "zh": "这里还没有可以检查的内容。写出你接下来的计算，或者要一个提示吧。",
    },
    "answer_later": {
        "en": "The full solution is not to be had yet. Write your next line, or ask for a hint.",
        "zh": "现在还不能看完整的解答。写出你的下一行，或者要一个提示吧。",
    },
    "on_the_way": {
        "en": "That is on the way, but it is not the answer yet. Go on from there.",
        "zh": "这在解题的路上，不过还不是最后的答案。接着往下做吧。",
    },
    "answer_wrong": {
        "en": "The answer is not right yet, but I cannot say which line goes wrong first. Check how you set the problem up.",
        "zh": "答案还不对，但我说不准哪一行先出了错。请检查你是怎样列式的。",
    },
    "answer_rounded": {
        "en": "That is the answer, but rounded. Write it more exactly.",
        "zh": "这是答案的近似值，请写得更精确一些。",
    },
    "one_number": {
        "en": "That is one number. You are asked for all the numbers for which the inequality holds.",
        "zh": "这只是一个数，题目问的是使不等式成立的所有数。",
    },
    "answer_wrong_alone": {
        "en": "That is not the answer yet. Write down how you came to it, line by line, and I look where it goes wrong.",
        "zh": "这还不是答案。把你的过程一行一行地写出来，我来看看哪里出了错。",
    },
    "aside": {
        "en": "The calculations hold, but line {line} is on no way to the answer that I know. It may still be on yours: "
        "what does its result stand for, and what do you want to do with it?",
        "zh": "计算没有错，不过第 {line} 行不在我知道的解法上。它也可能是你自己的思路：这个结果表示什么？接下来你打算用它做什么？",
    },
    "answer_unread": {
        "en": "I could not compare your answer with mine, so I do not know whether it is right. Write it in another way: as a number, "
        "or as an expression.",
        "zh": "我无法把你的答案和我的答案作比较，所以不知道它对不对。请换一种写法：写成一个数，或者一个式子。",
    },
    "no_mistake": {"en": "No mistake was found.", "zh": "没有发现错误。"},
    "first_mistake": {"en": "Step {number} is the first wrong one. {reason}", "zh": "第 {number} 步是第一处错误。{reason}"},
    "assessed_by": {
        "en": "{agreeing} of {count} solutions of our own come to the same answer.",
        "zh": "我们自己的 {count} 个解答中，有 {agreeing} 个得到同样的答案。",
    },
    "hint_nudge": {
        "en": "Read the problem again, slowly: what exactly is asked for, and which of the given quantities does it depend on?",
        "zh": "再慢慢读一遍题目：到底要求什么？它和已知的哪些量有关？",
    },
    "hint_nudge_part": {
        "en": "Look at this part of the problem again: “{part}” What can you find out from it?",
        "zh": "再看看题目里的这一部分：“{part}”。由它可以先求出什么？",
    },
    "hint_nudge_part_with": {
        "en": "Look at this part of the problem again: “{part}” What can you find out from it, together with what you have worked out?",
        "zh": "再看看题目里的这一部分：“{part}”。把它和已经求出的量放在一起，可以求出什么？",
    },
    "hint_nudge_part_said": {
        "en": "Look at this part of the problem again: “{part}” What does it say, and how can that be written as a formula?",
        "zh": "再看看题目里的这一部分：“{part}”。它说的是什么？怎样用式子写出来？",
    },
    "hint_nudge_asked": {
        "en": "This is asked for: “{asked}” Which of the given quantities do you need for that, and what can you find out from them first?",
        "zh": "题目要求的是：“{asked}”为此需要哪些已知的量？由它们可以先求出什么？",
    },
    "hint_nudge_equation": {
        "en": "What could be done to both sides, or how could one side be written in another way, so that it becomes simpler?",
        "zh": "两边可以同时做什么运算？或者把其中一边改写成什么样子，会更简单？",
    },
    "hint_idea": {
        "en": "Which of the quantities that you have can be put together next? Think about {parts}.",
        "zh": "现有的量里，接下来哪些可以放在一起？想一想 {parts}。",
    },
    "hint_idea_one": {
        "en": "What can be found out with {parts} next, and with which other quantity or fact?",
        "zh": "接下来用 {parts} 可以求出什么？还要用到哪个量或哪个条件？",
    },
    "hint_idea_plain": {
        "en": "Write down in your own words how what is asked for follows from what is given, before you calculate anything.",
        "zh": "先别计算，用自己的话写出：所求的量怎样由已知的量得到。",
    },
    "hint_next": {"en": "As the next step, work out {expression}.", "zh": "下一步，算一算 {expression}。"},
    "hint_next_lead": {
        "en": "My solution goes on like this: “{lead}” Do that, and write down the line that you get.",
        "zh": "我的解答接下来这样写：“{lead}”。照着做一做，写出你得到的那一行。",
    },
    "hint_next_plain": {
        "en": "Put the values that you have together in one calculation; it is the last one that is missing.",
        "zh": "把已经得到的值放进一个算式里，就差这最后一步了。",
    },
    "hint_next_before_last": {
        "en": "Look at the last line that you have, or at what is given: what can be done to it to come nearer to what is asked for?",
        "zh": "看看你写到的最后一行，或者已知条件：对它做什么变形，能离所求更近一步？",
    },
    "hint_worked": {"en": "The next step, worked:\n\n{step}", "zh": "下一步这样做：\n\n{step}"},
    "hint_worked_plain": {
        "en": "Only the last step is missing, and it is yours: do it, and I check it. You may also ask for the full solution now.",
        "zh": "只差最后一步了，留给你来做，做完我来检查。现在你也可以要完整的解答。",
    },
    "hint_worked_before_last": {
        "en": "The next step is yours: do it, and I check it. You may also ask for the full solution now.",
        "zh": "下一步留给你来做，做完我来检查。现在你也可以要完整的解答。",
    },
    "steps_begin": {
        "en": "Let's go step by step. Try the first step and have it checked, or reveal it.",
        "zh": "我们一步一步来。先自己试第一步，让我检查；也可以直接显示它。",
    },
    "step_shown": {"en": "The next step:\n\n{step}", "zh": "下一步：\n\n{step}"},
    "step_go_on": {"en": "Now try the step after it, or reveal that one as well.", "zh": "现在试试再下一步，或者也把它显示出来。"},
    "steps_end": {"en": "That was the last step.", "zh": "这就是最后一步。"},
    "no_steps": {
        "en": "I have an answer that I trust, but no written solution whose every step holds. Write your own work, and I check it.",
        "zh": "我有一个可信的答案，但没有每一步都站得住的书面解答。请写出你的过程，我来检查。",
    },
    "question_first": {"en": "Let's work it out with questions.", "zh": "我们用问题一步步来想。"},
    "question_plain": {"en": "What do you get for {expression}?", "zh": "{expression} 等于多少？"},
    "question_line": {
        "en": "What can be done next to come nearer to the answer? Write the line that you get.",
        "zh": "接下来怎么做能离答案更近一步？写出你得到的那一行。",
    },
    "question_last": {"en": "So what is the answer to the problem?", "zh": "那么，这道题的答案是什么？"},
    "reply_right": {"en": "Right.", "zh": "对。"},
    "reply_wrong": {"en": "Not yet. Try once more.", "zh": "还不对，再试一次。"},
    "reply_unread": {
        "en": "I could not read that as an answer to my question. Write only the value.",
        "zh": "我没能把它读成这个问题的答案。请只写出数值。",
    },
    "reply_shown": {"en": "It is this: {step}", "zh": "是这样的：{step}"},
    "reply_stuck": {
        "en": "That is all right. Read the problem once more and make a guess, however rough: I tell you whether it is right.",
        "zh": "没关系。再读一遍题目，大胆猜一个，我会告诉你对不对。",
    },
    "may_ask": {"en": "You may also ask for the full solution now.", "zh": "现在你也可以要完整的解答。"},
    "may_write": {"en": "*You can also write {wishes}.*", "zh": "*你也可以写{wishes}。*"},
    "wish_hint": {"en": "“hint”", "zh": "“提示”"},
    "wish_next": {"en": "“next step”", "zh": "“下一步”"},
    "wish_answer": {"en": "“full solution”", "zh": "“完整解答”"},
    "or": {"en": " or ", "zh": "或"},
    "finished": {"en": "That is the answer. Well done.", "zh": "答案正确。做得好！"},
    "solution": {"en": "Here is the full solution.\n\n{solution}", "zh": "下面是完整的解答。\n\n{solution}"},
    "challenge_right": {
        "en": "I looked at this step again, and it stands: {reason}",
        "zh": "我又检查了这一步，它是对的：{reason}",
    },
    "challenge_wrong": {
        "en": "You are right to doubt it: this step is wrong. {reason}",
        "zh": "你怀疑得对，这一步是错的。{reason}",
    },
    "challenge_elsewhere": {
        "en": "This step goes on from an earlier one that is wrong: “{step}”. {reason}",
        "zh": "这一步所依据的前面一步是错的：“{step}”。{reason}",
    },
    "challenge_open": {
        "en": "I cannot decide this step by calculation, and I do not want to claim more than I know.",
        "zh": "这一步我无法用计算判定，不想说得比知道的更多。",
    },
    "challenge_samples": {
        "en": "{agreeing} of {count} new solutions come to the answer that stands there.",
        "zh": "重新解了 {count} 次，其中 {agreeing} 次得到这里写的答案。",
    },
    "challenge_mended": {"en": "Mended, the solution reads:\n\n{solution}", "zh": "改正后的解答：\n\n{solution}"},
    "challenge_answer_differs": {
        "en": "My new solutions come to another answer than the one shown ({agreeing} of {count} agree on it).",
        "zh": "我重新解出的答案与原来的不同（{count} 次中有 {agreeing} 次一致）。",
    },
    "challenge_unsure": {
        "en": "My new solutions do not agree with each other, so take this solution with care.",
        "zh": "我重新解的几次结果互不一致，所以请谨慎对待这个解答。",
    },
    "off_topic": {
        "en": "I am a maths tutor, so I leave this one to others. Ask me any question of mathematics.",
        "zh": "我是数学辅导助手，这个问题我就不回答了。欢迎问我任何数学问题。",
    },
    "greeting": {
        "en": "Hello! Send me a question of mathematics, or your own work on one.",
        "zh": "你好！请发给我一道数学题，或者你自己的解题过程。",
    },
    "welcome": {
        "en": "You are welcome. If something is still unclear, ask about it, or send me another question.",
        "zh": "不客气。如果还有不清楚的地方，可以接着问，也可以发新的题目。",
    },
    "seen": {
        "en": "Good. If something is still unclear, ask about it, or send me another question.",
        "zh": "好的。如果还有不清楚的地方，可以接着问，也可以发新的题目。",
    },
    "guess_same": {"en": "Yes, that is the answer that I have as well.", "zh": "是的，我得到的答案也是这个。"},
    "guess_other": {
        "en": "I come to another answer: {answer}. If you came to yours in a way of your own, send me your work, and I check it.",
        "zh": "我得到的是另一个答案：{answer}。如果你是用自己的方法算出来的，把过程发给我，我来检查。",
    },
    "incomplete": {
        "en": "Something is missing before I can help: what is given, and what is to be found? Write the problem in full.",
        "zh": "还缺少信息：已知什么，要求什么？请把题目完整地写出来。",
    },
}


def say(name: str, language: Language, **values: object) -> str:
    """The phrase with its gaps filled. Raises KeyError where there is no such phrase or a gap stays open."""
    return PHRASES[name][language].format(**values)
