"""Checks the solving of equations, systems and inequalities, line by line: are the solutions kept?"""

from collections.abc import Sequence

from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.algebra import Algebra, NoAnswer, TooSlow
from grading.checking.working.claims import Chain, Side
from grading.checking.working.derivatives import check_function, known_functions, with_function_first
from grading.checking.working.expressions import CONSTANTS, Symbol, is_plain, operations, symbols
from grading.checking.working.findings import Finding, Truth
from grading.checking.working.inequalities import TURNED, as_equation, is_where_defined, same_region, says_part, says_turned, turned_text
from grading.checking.working.multiples import check_multiples
from grading.checking.working.naming import name_of_number, name_of_rewriting, name_of_transformation
from grading.checking.working.neighbours import Neighbours, begins_anew, repeats_with_others, shares_nothing, told_values
from grading.checking.working.quantities import stated
from grading.checking.working.statements import (
    EXPRESSED,
    GOES_ON,
    LEAVES_OUT,
    OF_ALL,
    OF_ROOTS,
    ONLY_SOME,
    REJECTS,
    ROUNDING,
    SUPPOSES,
    TOLD,
    as_solution,
    read_statements,
)
from grading.checking.working.symbolic import identical, names_of, sides_identical, value_at
from grading.checking.working.systems import (
    Alternatives,
    Points,
    State,
    all_relations,
    as_fraction,
    contains,
    holds,
    is_a_root,
    is_periodic,
    same_points,
    show,
    show_points,
    solve,
    solved_form,
    solves_periodic,
    told,
    unknowns,
    unrounded,
    without_domain,
)
from grading.checking.working.task import MOST_WORDS, Relation, Task, is_bare, read_relations
from grading.checking.working.value import Value

FEW_WORDS = 0  # of a line that goes on from the line before
MOST_SYSTEMS = 8
LINES = 4  # lines before a wrong one in which its mistake is looked for


class Solving:
    """Follows equations through the steps."""

    def __init__(self, task: Task, problem: str, algebra: Algebra, *, imaginary: bool) -> None:
        self._algebra = algebra
        self._functions = task.functions
        relations = without_domain(task.relations)
        self._state = State(relations, list(relations))
        self._given = bool(task.relations)
        self._of_problem = frozenset(unknowns(task.relations))
        self._strict = self._given and task.kind == "solve" and is_bare(problem, MOST_WORDS) and not TOLD.search(EXPRESSED.sub("", problem))
        if len(relations) < len(self._of_problem) and OF_ROOTS.search(problem):
            self._strict = False
        self._line = False
        self._is_unread = problem.count("=") > sum(r.operator == "=" for r in task.relations) + len(task.functions.bodies)
        self._seen: list[Relation] = []  # whatever lines said
        self._numbers = frozenset(stated(problem))
        self._all = not ONLY_SOME.search(problem) and task.kind == "solve"
        self._cases: list[tuple[int, Points]] = []
        self._parts: list[Alternatives] = []  # the cases of an inequality
        self._extra: list[tuple[int, Points]] = []
        self._solves: list[int] = []  # steps that say all solutions
        self._rejects = False
        self._leaves_out: int | None = None  # the last step that does
        self._solved = False
        self._may_round = bool(ROUNDING.search(problem))
        self._rounds = False
        self._solution: dict[str, str] = {}
        self._said: dict[str, list[str]] = {}  # the solutions that stand on lines of their own
        self._complex = imaginary
        self._points: dict[tuple[Relation, ...], Points] = {}
        self._known_functions = known_functions(task)
        self._problem = problem
        self._told: dict[str, complex] = {}  # what the line before says that unknowns are
        self._neighbours = Neighbours(self._solve)
        self._value = Value(task.value, self._solve) if task.value is not None and self._given and not self._strict else None

    def check(self, step: int, text: str, chains: Sequence[Chain]) -> list[Finding]:
        """What the chains of one step claim. Raises `TooSlow`."""
        chains = [part for chain in chains for part in with_function_first(chain, self._known_functions, self._problem)]
        self._rejects = self._rejects or bool(REJECTS.search(text))
        self._leaves_out = step if LEAVES_OUT.search(text) else self._leaves_out
        unknown = self._names() - told(self._state.relations)
        statements = [alternatives for alternatives in read_statements(chains, unknown, text) if alternatives]
        found = self._value.check(chains, self._state.relations) if self._value is not None else []
        is_line = is_bare(text, FEW_WORDS)
        for alternatives in statements:
            found += self._statement(step, text, alternatives)
        self._told = told_values(chains)
        self._seen += [relation for chain in chains for relation in read_relations(chain)]
        if statements:
            self._neighbours.note([relation for (all_of, *_) in statements for relation in all_of] if is_line else [])
        if found:
            self._solved = found[-1].reason.template == findings.SOLVES
        self._line = (is_line and bool(statements)) or (self._line and not statements) or bool(GOES_ON.search(text))
        return found

    def go_on(self, before: Sequence[Side], side: Side) -> list[Finding]:
        """What a line says that begins with an equals sign: that an expression is the one of the line before it. Raises `TooSlow`."""
        names = names_of(side)
        verdicts = [sides_identical(other, side, self._functions, self._algebra) for other in before if names and side.readings]
        if True in verdicts:
            return [Finding(Truth.RIGHT, Reason(findings.IDENTICAL))]
        is_claimed = len(verdicts) == 1 and names_of(before[0]) == names and not any(self._binds(each, names) for each in self._known())
        if verdicts != [False] or not is_claimed or self._is_unread:
            return []
        reason = Reason(findings.NOT_IDENTICAL, {"left": before[0].text, "right": side.text})
        return [Finding(Truth.WRONG, reason, None, name_of_rewriting(before[0].readings[0], side.readings[0], self._functions))]

    def _known(self) -> list[Relation]:
        return [*self._state.relations, *self._seen]

    def _binds(self, relation: Relation, names: frozenset[str]) -> bool:
        """Whether a relation says something of these letters: `x² + y² = 25` does, and `z = x + y` and what always holds do not."""
        if (
            relation.operator != "="
            or not relation.symbols & names
            or identical(relation.left, relation.right, self._functions, self._algebra)
        ):
            return False
        sides = ((relation.left, relation.right), (relation.right, relation.left))
        return not any(isinstance(one, Symbol) and one.name not in symbols(other) | names for one, other in sides)

    def _names(self) -> frozenset[str]:
        return frozenset(unknowns(self._state.relations))

    def _statement(self, step: int, text: str, alternatives: list[list[Relation]]) -> list[Finding]:
        if len(alternatives) == 1 and all(relation.operator == "=" for relation in alternatives[0]):
            return [finding for relation in alternatives[0] if (finding := self._relation(step, text, relation)) is not None]
        finding = self._judge(step, text, alternatives)
        return [finding] if finding is not None else []

    def _relation(self, step: int, text: str, relation: Relation) -> Finding | None:
        if relation.operator == "=" and identical(relation.left, relation.right, self._functions, self._algebra) is True:
            return Finding(Truth.RIGHT, Reason(findings.IDENTICAL))
        if (finding := check_function(relation, self._known_functions, self._problem, self._algebra)) is not None:
            return finding
        if not self._given and (multiples := check_multiples(relation, self._names())) is not None:
            return multiples
        if not self._strict and not self._given and self._is_of_another(relation):
            self._state = State([*(other for other in self._state.relations if not other.symbols & relation.symbols), relation])
            return Finding(Truth.OPEN, Reason(findings.SET_UP))
        known = list(self._state.relations)
        finding = self._judge(step, text, [[relation]])
        if finding is None or finding.truth is not Truth.OPEN or self._strict or not is_bare(text, FEW_WORDS) or REJECTS.search(text):
            return finding
        try:
            follows, points = self._neighbours.compare(relation)
        except NoAnswer:
            return finding
        if follows is None:
            return finding
        if follows and not self._neighbours.is_blamed:
            return Finding(Truth.RIGHT, Reason(findings.FOLLOWS), by_line=True)
        self._state.relations = known
        self._neighbours.blame(relation)
        return Finding(Truth.CARRIED, Reason(findings.CARRIED)) if follows else self._wrong([[relation]], points)

    def _is_of_another(self, relation: Relation) -> bool:
        """Whether a letter is used once more, for another thing."""
        known = self._state.relations
        return begins_anew(relation, self._told) or repeats_with_others(relation, known, self._numbers) or shares_nothing(relation, known)

    def _judge(self, step: int, text: str, alternatives: list[list[Relation]]) -> Finding | None:
        relations = all_relations(alternatives)
        names = frozenset(unknowns(relations))
        known = self._names()
        if not names:
            return None
        if SUPPOSES.search(text) and not names <= known:
            self._set_up(alternatives)
            return Finding(Truth.OPEN, Reason(findings.SET_UP))
        if SUPPOSES.search(text):
            return None
        if not known or not names <= known:
            self._set_up(alternatives)
            return Finding(Truth.OPEN, Reason(findings.SET_UP))
        try:
            return self._compare(step, text, alternatives, names)
        except TooSlow:
            raise
        except NoAnswer:
            return Finding(Truth.OPEN, Reason(findings.NOT_DECIDED))

    def _set_up(self, alternatives: list[list[Relation]]) -> None:
        if len(alternatives) == 1:
            clear = [relation for relation in alternatives[0] if relation.operator == "=" and not relation.text.endswith("!")]
            self._state.relations += clear  # `n = 4!` is 24, or a glad 4: what comes next is not held against it
        self._state.lines += all_relations(alternatives)

    def _compare(self, step: int, text: str, alternatives: list[list[Relation]], names: frozenset[str]) -> Finding:
        if any(relation.operator != "=" for relation in self._state.relations):
            return self._compare_inequality(alternatives, text)
        if any(relation.operator != "=" for relation in all_relations(alternatives)):
            return Finding(Truth.OPEN, Reason(findings.NOT_DECIDED))
        points = self._solve(self._state.relations)
        verdict = self._relate(step, alternatives, points, names)
        if verdict is None:
            others = [[relation.other or relation for relation in all_of] for all_of in alternatives]
            if others != alternatives and (verdict := self._relate(step, others, points, names)) is not None:
                alternatives = others
        if verdict is not None:
            if verdict.truth is Truth.RIGHT:
                self._state.lines += all_relations(alternatives)
            return verdict
        if self._is_open() and not names <= self._of_problem:
            self._set_up(alternatives)
            return Finding(Truth.OPEN, Reason(findings.SET_UP))
        if not self._strict and not (self._line and self._is_settled(points) and is_bare(text, FEW_WORDS)):
            return Finding(Truth.OPEN, Reason(findings.NOT_DECIDED))
        if REJECTS.search(text) and as_solution(alternatives):
            return Finding(Truth.OPEN, Reason(findings.NOT_DECIDED))
        return self._wrong(alternatives, points)

    def _is_settled(self, points: Points) -> bool:
        """Whether what was set up is for one unknown, or tells what each of several is."""
        return len(self._names()) == 1 or (len(points) == 1 and not self._given and not self._is_open())

    def _solve(self, relations: Sequence[Relation]) -> Points:
        key = tuple(relations)
        if key not in self._points:
            self._points[key] = solve(relations, self._algebra, complex_too=self._complex)
        return self._points[key]

    def _is_open(self) -> bool:
        """Whether the system still leaves unknowns free, so that a new equation may be a new fact."""
        return len(self._state.relations) < len(self._names())

    def _relate(self, step: int, alternatives: list[list[Relation]], points: Points, names: frozenset[str]) -> Finding | None:
        """A right statement's finding; None for a wrong one."""
        own = self._own_solutions(alternatives, points, names)
        projected = tuple({name: value for name, value in point.items() if name in names} for point in points)
        is_solved = all(len(all_of) == 1 and solved_form(all_of[0]) for all_of in alternatives)
        if own is None:
            return self._relate_at(points, alternatives)
        if solves_periodic(own, self._state.relations, alternatives):
            return self._periodic(step, alternatives, points, is_solved=is_solved)
        if not is_solved and is_periodic(self._state.relations) and self._holds_at_one(alternatives, points):
            raise NoAnswer  # `cos θ = 12/13` beside `sin θ = 5/13`: it may say which of the angles is meant
        if not same_points(own, projected) and self._follows_from_one(own):
            return Finding(Truth.RIGHT, Reason(findings.FOLLOWS))
        if same_points(own, projected):
            if is_solved:
                self._solution |= as_solution(alternatives)
                self._solves.append(step)
            return Finding(Truth.RIGHT, Reason(findings.SOLVES if is_solved else findings.FOLLOWS))
        if contains(own, projected) and (projected or self._has_no_meaning_at(own)):
            if is_solved:
                self._extra.append((step, own))
            return Finding(Truth.RIGHT, Reason(findings.FOLLOWS))
        if contains(projected, own) and own:
            self._case(step, own, alternatives, projected)
            return Finding(Truth.RIGHT, Reason(findings.ONE_CASE))
        return None

    def _periodic(self, step: int, alternatives: list[list[Relation]], points: Points, *, is_solved: bool) -> Finding:
        """Of a statement all whose solutions are right: whether it keeps those that the algebra system lists. Raises `NoAnswer`."""
        if is_solved:
            self._solves.append(step)
        if is_solved or all(self._holds_at_one(alternatives, (point,)) for point in points):
            return Finding(Truth.RIGHT, Reason(findings.ONE_CASE if is_solved else findings.FOLLOWS))
        if len(alternatives) > 1:
            raise NoAnswer  # `sin x = 0 or cos x = 2`; the others may not be asked for
        return Finding(Truth.RIGHT, Reason(findings.ONE_CASE))

    def _holds_at_one(self, alternatives: list[list[Relation]], points: Points) -> bool:
        return any(all(holds(relation, point) for relation in all_of) for all_of in alternatives for point in points)

    def _relate_at(self, points: Points, alternatives: list[list[Relation]]) -> Finding | None:
        """As `_relate`, of a statement that leaves unknowns free."""
        if not points:
            raise NoAnswer  # so much for what all of them do
        if all(any(all(holds(relation, point) for relation in all_of) for all_of in alternatives) for point in points):
            return Finding(Truth.RIGHT, Reason(findings.FOLLOWS))
        return Finding(Truth.RIGHT, Reason(findings.ONE_CASE)) if is_a_root(alternatives, points) else None

    def _case(self, step: int, own: Points, alternatives: list[list[Relation]], points: Points) -> None:
        """One of the solutions; when all are there, they are what the working comes to."""
        self._cases.append((step, own))
        for name, text in as_solution(alternatives).items():
            self._said.setdefault(name, []).append(text)
        if all(any(contains(one, (point,)) for _, one in self._cases) for point in points):
            self._solution |= {name: " or ".join(texts) for name, texts in self._said.items()}

    def _has_no_meaning_at(self, points: Points) -> bool:
        """Whether points solve the equation but for what was multiplied away: `x = 1` where x - 1 is a denominator."""
        relations = self._state.relations
        return all(point.keys() == self._names() and any(holds(relation, point) is None for relation in relations) for point in points)

    def _follows_from_one(self, own: Points) -> bool:
        """Whether one of several given equations has these solutions by itself."""
        relations = self._state.relations
        return len(relations) > 1 and any(
            own and set(unknowns([relation])) == own[0].keys() and same_points(own, self._solve([relation])) for relation in relations
        )

    def _own_solutions(self, alternatives: list[list[Relation]], points: Points, names: frozenset[str]) -> Points | None:
        """The solutions of the statement by itself; None where it leaves unknowns free, and must be compared at the points."""
        found: list[dict[str, complex]] = []
        for all_of in alternatives:
            if len(all_of) < len(names) or (self._complex and any("abs" in operations(relation.left) for relation in all_of)):
                return None
            written = solve(all_of, self._algebra, complex_too=self._complex)
            meant = unrounded(written, all_of, points)
            self._rounds = self._rounds or not same_points(written, meant)
            found += meant
        return tuple(found)

    # --- Wrong statements

    def _wrong(self, alternatives: list[list[Relation]], points: Points) -> Finding:
        relations = all_relations(alternatives)
        for system in self._state.assumed:
            if self._follows(alternatives, system):
                return Finding(Truth.CARRIED, Reason(findings.CARRIED))
        finding = Finding(Truth.WRONG, self._reason(alternatives), self._should_be(relations[0], points), self._name(alternatives, points))
        self._assume(alternatives)
        return finding

    def _points_of(self, alternatives: Alternatives) -> Points | None:
        """What solves any of them; None where that is not to be had. Raises `TooSlow`."""
        try:
            return tuple(point for all_of in alternatives for point in self._solve(all_of))
        except TooSlow:
            raise
        except NoAnswer:
            return None

    def _follows(self, alternatives: list[list[Relation]], system: Alternatives) -> bool:
        points = self._points_of(system)
        relations = all_relations(alternatives)
        if not points or not frozenset(unknowns(relations)) <= points[0].keys():
            return False
        if len(alternatives) == 1 and len(points) > 1 and all(solved_form(relation) for relation in relations):
            return any(all(holds(relation, point) for relation in relations) for point in points)
        return all(any(all(holds(relation, point) for relation in all_of) for all_of in alternatives) for point in points)

    def _assume(self, alternatives: list[list[Relation]]) -> None:
        """After a wrong line: it alone, it with each of the others, and it in the place of each of the others."""
        others = self._state.relations
        companies = [[], *([other] for other in others)]
        if len(others) > 2:
            companies += [others[:at] + others[at + 1 :] for at in range(len(others))]
        systems: list[Alternatives] = [[[*all_of, *company] for all_of in alternatives] for company in companies]
        self._state.assumed = (systems + self._state.assumed)[:MOST_SYSTEMS]
        self._state.lines += all_relations(alternatives)

    def _reason(self, alternatives: list[list[Relation]]) -> Reason:
        if all(len(all_of) == 1 and solved_form(all_of[0]) for all_of in alternatives):
            return Reason(findings.NOT_A_SOLUTION, {"value": ", ".join(all_of[0].text for all_of in alternatives)})
        return Reason(findings.NOT_FOLLOWING)

    def _should_be(self, relation: Relation, points: Points) -> str | None:
        """The same left side with the value that it has; of a solved form all solutions."""
        solved = solved_form(relation)
        if solved is not None and points and all(solved[0] in point for point in points):
            return " or ".join(f"{solved[0]} = {show(value)}" for value in dict.fromkeys(point[solved[0]] for point in points))
        if len(points) != 1 or self._is_open() or symbols(relation.right) - CONSTANTS.keys():
            return None
        value = value_at(relation.left, points[0])
        return f"{relation.text.split('=')[0].strip()} = {show(value)}" if value is not None else None

    def _name(self, alternatives: list[list[Relation]], points: Points) -> str | None:
        relations = all_relations(alternatives)
        if (own := self._points_of(alternatives)) is None:
            return None
        before = list(reversed(self._state.lines[-LINES:]))
        if len(alternatives) == 2 and all("sqrt" in operations(relation.right) and solved_form(relation) for relation in relations):
            return "formula_slip"
        code = name_of_transformation(before, relations[0], own)
        if code is not None or len(points) != 1:
            return code
        solved = solved_form(relations[0])
        if solved is not None and solved[0] in points[0] and len(own) == 1:
            return name_of_number(as_fraction(points[0][solved[0]]), as_fraction(own[0][solved[0]]))
        return None

    # --- Inequalities

    def _compare_inequality(self, alternatives: list[list[Relation]], text: str) -> Finding:
        names = self._names()
        if len(names) != 1:
            return Finding(Truth.OPEN, Reason(findings.NOT_DECIDED))
        (name,) = names
        given: list[Alternatives] = [[self._state.relations]]
        if not OF_ALL.search(text):
            given += [[[relation]] for relation in self._state.relations]
        if any(same_region(one, alternatives, name, self._algebra) for one in given):
            if same_region(given[0], alternatives, name, self._algebra):
                self._solution |= as_solution(alternatives)
            self._state.lines += all_relations(alternatives)
            return Finding(Truth.RIGHT, Reason(findings.FOLLOWS))
        if is_where_defined(alternatives, self._state.relations, name, self._algebra):
            return Finding(Truth.RIGHT, Reason(findings.FOLLOWS))
        if self._is_case(alternatives, name):
            return Finding(Truth.RIGHT, Reason(findings.ONE_CASE))
        for assumed in self._state.assumed:
            if same_region(assumed, alternatives, name, self._algebra):
                return Finding(Truth.CARRIED, Reason(findings.CARRIED))
        if not self._strict or all(relation.operator == "=" for relation in all_relations(alternatives)):
            return Finding(Truth.OPEN, Reason(findings.NOT_DECIDED))  # equations may be for the ends, or for some of what solves it
        is_not_turned = says_turned(self._state.relations, alternatives, name, self._algebra)
        code = "inequality_not_flipped" if is_not_turned else self._name_of_inequality(alternatives)
        relations = all_relations(alternatives)
        self._state.assumed = [alternatives]
        self._state.lines += relations
        right = turned_text(relations[0]) if is_not_turned and len(relations) == 1 else None
        return Finding(Truth.WRONG, Reason(findings.NOT_THE_INEQUALITY), right, code)

    def _is_case(self, alternatives: Alternatives, name: str) -> bool:
        """`x - 1 > 0 and x + 2 > 0`, of a product that is positive, and `x > 1`, which solves it."""
        if any(same_region(case, alternatives, name, self._algebra) for case in self._parts):
            return True
        if any(as_solution([[relation]]) for relation in all_relations(alternatives)):
            return False
        if is_part := says_part(self._state.relations, alternatives, name, self._algebra):
            self._parts.append(alternatives)
        return is_part

    def _name_of_inequality(self, alternatives: list[list[Relation]]) -> str | None:
        written, *before = map(as_equation, (all_relations(alternatives)[0], *reversed(self._state.lines[-LINES:])))
        try:
            own = self._solve([written])
        except NoAnswer:
            return None
        return name_of_transformation(before, written, own)

    def is_left_over(self, chain: Chain) -> bool:
        """`-2 > 1`, where an inequality is solved: the unknown has dropped out, and whoever writes it does not say that it is so."""
        is_solved = any(relation.operator in TURNED for relation in self._state.relations)
        return is_solved and set(chain.relations) <= TURNED.keys() and all(any(map(is_plain, side.readings)) for side in chain.sides)

    # --- At the end

    def is_done(self) -> bool:
        """Whether the last statement gives all solutions of what the problem is, and exactly, unless it asks to round."""
        return self._strict and self._solved and not self._state.assumed and (self._may_round or not self._rounds)

    def solution(self) -> str:
        """What solves the problem, as the working says it; "" where it has not come to that."""
        return ", ".join(self._solution.values()) if self._strict and not self._state.assumed else ""

    def finish(self) -> dict[int, Finding]:
        """Steps that turn out to be wrong only when all lines are seen: solutions that were lost, or do not solve the equation."""
        if not self._strict or self._state.assumed or not self._all:
            return {}
        try:
            points = self._solve(self._state.relations)
        except NoAnswer:
            return {}
        wrong = {}
        lost = [point for point in points if not any(contains(own, (point,)) for _, own in self._cases)]
        if self._cases and lost and not self._rejects:
            wrong[self._cases[0][0]] = Finding(Truth.WRONG, Reason(findings.LOST), show_points(points), "lost_solution")
        later = [*self._solves, *(step for step, _ in self._cases)]
        extra = [(step, own) for step, own in self._extra if all(other < step for other in later)]
        if extra and not self._rejects and (self._leaves_out is None or self._leaves_out < extra[0][0]):
            wrong[extra[0][0]] = Finding(
                Truth.WRONG,
                Reason(findings.NOT_A_SOLUTION, {"value": show_points(extra[0][1])}),
                show_points(points) or None,
                "extraneous_solution",
            )
        return wrong
