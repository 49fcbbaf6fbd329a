"""Solutions that the model is asked for: once, in the background, resumable; and said to be missing without an engine."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from grading import assignments, bank, sampling
from grading.models import Assignment, Problem, Sample
from grading.tests.school import School, check_all, page
from inference.engines import Chunk, ContextOverflow, EngineUnavailable
from inference.sandbox import SandboxUnavailable, SessionLost
from inference.tests.tutoring_engine import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "Prove that 1 + 1 = 2, and explain it.", "Prove that 2 + 3 = 5, and explain it."


class Solver:
    """Answers 2, and 3 for each third seed, but 5 where the problem is `NEW`; goes `away` at the request of the number `fails`."""

    model, context = "recorded", 4096

    def __init__(self, fails=-1):
        self.asked, self.fails, self.away = [], fails, False

    async def ready(self):
        if self.away:
            raise EngineUnavailable("The engine is away.")

    async def stream(self, prompt, sampling, request_id):
        self.asked.append(sampling.seed)
        self.away = len(self.asked) == self.fails
        await self.ready()
        old = 3 if sampling.seed % 3 == 2 else 2
        yield Chunk(rf"So it is $\boxed{{x = {5 if NEW in prompt else old}}}$.", 5, "stop")

    async def abort(self, request_id):
        pass


class Nowhere:
    async def open(self):
        raise SandboxUnavailable("Nothing is isolated here.")


@pytest.fixture
def school(db, settings):
    settings.SAMPLES_PER_PROBLEM = 4
    school = School()
    # Explained in words: no sandbox is needed. A problem that comes to a published assignment has been asked for already.
    Problem.objects.update(text=OLD, sampling="")
    return school


def sample(school, engine):
    asyncio.run(sampling.run(engine, Nowhere()))
    school.problem.refresh_from_db()


def test_publishing_asks_for_samples_once(school):
    assert school.problem.sampling == ""
    for _time in range(2):
        assignments.publish(school.assignment)
    assert set(school.assignment.problems.values_list("sampling", flat=True)) == {"queued"}


def test_they_are_drawn_kept_and_compared(school):
    submission = school.hand_in()
    sampling.request(school.problem)
    engine = Solver()
    sample(school, engine)
    assert school.problem.sampling == "done"
    assert engine.asked == [0, 1, 2, 3]
    assert list(school.problem.samples.values_list("index", "answer", "model")) == [
        (n, "x = 3" if n == 2 else "x = 2", "recorded") for n in range(4)
    ]
    check_all()
    submission.refresh_from_db()
    assert (submission.evidence["agreeing"], submission.evidence["sampled"]) == (3, 4)
    sample(school, engine)
    assert len(engine.asked) == 4
    shown = school.client(school.teacher).get(page("problem", school.problem.pk)).content.decode()
    assert shown.count("data-solution") == 4


def test_what_the_problem_refutes_by_itself_speaks_for_no_answer(school):
    Problem.objects.filter(pk=school.problem.pk).update(text="Solve 3x = 6.")
    sampling.request(school.problem)
    asyncio.run(sampling.run(Solver(), Sandbox("")))
    assert list(school.problem.samples.values_list("answer", flat=True)) == ["x = 2", "x = 2", "", "x = 2"]


def test_a_solution_that_fills_the_context_has_no_answer_and_keeps_no_other_back(school):
    class Full(Solver):
        async def stream(self, prompt, sampling, request_id):
            if self.full or (sampling.seed == 1 and "```output" in prompt):
                raise ContextOverflow("It does not fit.")
            async for chunk in super().stream(prompt, sampling, request_id):
                yield chunk

    Problem.objects.filter(pk=school.problem.pk).update(text="Solve 3x = 6.")
    for full, state, answers in ((True, "failed", []), (False, "done", ["x = 2", "", "", "x = 2"])):
        engine = Full()
        engine.full = full  # the problem alone is too long
        sampling.request(school.problem)
        asyncio.run(sampling.run(engine, Sandbox("")))
        school.problem.refresh_from_db()
        assert (school.problem.sampling, list(school.problem.samples.values_list("answer", flat=True))) == (state, answers)


def test_a_session_that_is_lost_is_no_reason_to_give_the_problem_up(school):
    class Dies(Sandbox):
        async def run(self, code):
            self.output, lost = "", self.output
            if lost:
                raise SessionLost(lost)
            return await super().run(code)

    Problem.objects.filter(pk=school.problem.pk).update(text="Solve 3x = 6.")
    sampling.request(school.problem)
    sandbox = Dies("The jail has ended.")
    for state, why in (("queued", "The jail has ended."), ("done", "")):
        asyncio.run(sampling.run(Solver(), sandbox))
        school.problem.refresh_from_db()
        assert (school.problem.sampling, school.problem.sampling_failure) == (state, why)


def test_an_engine_that_is_away_is_said_and_waited_for(school):
    sampling.request(school.problem)
    engine = Solver(fails=3)
    for _ring in range(2 * sampling.TRIES):  # it is away for longer than a moment
        sample(school, engine)
        assert (school.problem.sampling, school.problem.samples.count()) == ("queued", 2)
    assert "The engine is away." in school.client(school.teacher).get(page("problem", school.problem.pk)).text
    engine.away = False
    sample(school, engine)
    assert engine.asked == [0, 1, 2, 2, 3]  # what is there already stays
    assert (school.problem.sampling, school.problem.sampling_failure) == ("done", "")


def test_a_problem_at_which_the_engine_goes_away_each_time_is_given_up_and_can_be_asked_for_again(school):
    sampling.request(school.problem)
    engine = Solver()
    for _time in range(sampling.TRIES):
        engine.away, engine.fails = False, len(engine.asked) + 1
        sample(school, engine)
    assert school.problem.sampling == "failed"
    client = school.client(school.teacher)
    assert "The engine is away." in client.get(page("problem", school.problem.pk)).text
    client.post(page("sample", school.problem.pk))
    engine = Solver()
    sample(school, engine)
    assert school.problem.sampling == "done"


def test_without_an_engine_the_page_says_so(school):
    shown = school.client(school.teacher).get(page("problem", school.problem.pk)).content.decode()
    assert "There are no samples." in shown
    school.hand_in()
    queue = school.client(school.teacher).get(page("queue", school.problem.pk)).content.decode()
    assert "There are no sampled solutions" in queue


def test_a_lost_worker_s_samples_go_on(school):
    sampling.request(school.problem)
    Sample.objects.create(problem=school.problem, index=0, text="", answer="x = 2")
    Problem.objects.filter(pk=school.problem.pk).update(sampling="running", sampling_run=1, sampling_expires=timezone.now())
    sampling.sweep()
    engine = Solver()
    sample(school, engine)
    assert engine.asked == [1, 2, 3]


def test_a_problem_that_kills_its_worker_is_given_up(school):
    past = timezone.now() - timedelta(seconds=1)
    Problem.objects.filter(pk=school.problem.pk).update(sampling="running", sampling_run=sampling.TRIES, sampling_expires=past)
    sampling.sweep()
    school.problem.refresh_from_db()
    assert school.problem.sampling == "failed"
    shown = school.client(school.teacher).get(page("problem", school.problem.pk), headers={"accept-language": "zh-hans"})
    assert "负责求解的工作进程多次中断。" in shown.text


def test_a_worker_that_ends_gives_back_what_it_was_at(school):
    sampling.request(school.problem)

    async def interrupted():
        started = asyncio.Event()

        class Slow(Solver):
            async def stream(self, prompt, sampling, request_id):
                started.set()
                await asyncio.sleep(60)
                yield Chunk("", 0, "stop")

        running = asyncio.create_task(sampling.run(Slow(), Nowhere()))
        await asyncio.wait_for(started.wait(), 20)
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(interrupted())
    school.problem.refresh_from_db()
    assert school.problem.sampling == "queued"


def test_none_are_asked_for_where_the_settings_want_none(school, settings):
    settings.SAMPLES_PER_PROBLEM = 0
    sampling.request(school.problem)
    school.problem.refresh_from_db()
    assert school.problem.sampling == ""


def test_a_copy_has_the_samples_of_its_original(school):
    sampling.request(school.problem)
    sample(school, Solver())
    other = Assignment.objects.create(classroom=school.classroom, title="Again")
    [copy] = bank.assign([school.problem], other)
    assert (copy.sampling, copy.samples.count()) == ("done", 4)
    assert school.problem.samples.count() == 4
    assert copy.rubric.count() == school.problem.rubric.count() == 3


# --- Another text -------------------------------------------------------------------------------------------------------


def rewrite(school, text=NEW, *, problem=None, **fields):
    """The teacher saves the problem with this text."""
    data = {"text": text, "topic": "Equations", "answer": "", "reference": ""} | fields
    return school.client(school.teacher).post(page("problem", (problem or school.problem).pk), data)


@pytest.fixture
def solved(school):
    """Without a key: what most of the model's solutions came to stands in for it."""
    Problem.objects.update(answer="")
    sampling.request(school.problem)
    sample(school, Solver())
    return school


def test_another_text_is_solved_again_and_nothing_is_proposed_until_then(solved):
    """What is right for the new text was proposed as wrong, because it is not what the old one's solutions came to."""
    submission = solved.hand_in(work="2 + 3 = 5\nx = 5")
    assert submission.outcome == "incorrect"
    assert rewrite(solved).status_code == 302
    solved.problem.refresh_from_db()
    assert (solved.problem.sampling, solved.problem.samples.count()) == ("queued", 0)
    check_all()
    submission.refresh_from_db()
    assert (submission.outcome, submission.confidence, submission.evidence["sampled"]) == ("", 0, 0)
    engine = Solver()
    sample(solved, engine)
    assert engine.asked == [0, 1, 2, 3]
    check_all()
    submission.refresh_from_db()
    assert (submission.outcome, submission.evidence["agreeing"]) == ("correct", 4)


def test_another_text_with_a_key_leaves_no_old_solution_to_compare_steps_with(solved):
    submission = solved.hand_in(work="x = 5", answer="x = 5")
    preview = rewrite(solved, answer="x = 5")
    assert Sample.objects.filter(problem=solved.problem).count() == 0
    sent = {"answer": "x = 5", "reference": "", "fingerprint": preview.context["plan"].fingerprint}
    solved.client(solved.teacher).post(page("key", solved.problem.pk), sent)
    check_all()
    submission.refresh_from_db()
    assert (submission.outcome, submission.evidence["sampled"]) == ("correct", 0)


def test_what_a_worker_is_still_solving_is_not_kept_for_another_text(school):
    class Interrupted(Solver):
        async def stream(self, prompt, sampling, request_id):
            if len(self.asked) == 1:
                await asyncio.to_thread(rewrite, school)
            async for chunk in super().stream(prompt, sampling, request_id):
                yield chunk

    sampling.request(school.problem)
    sample(school, Interrupted())
    assert school.problem.sampling == "done"
    assert list(school.problem.samples.values_list("answer", flat=True)) == ["x = 5"] * 4


def test_a_copy_has_no_samples_of_another_text(school):
    sampling.request(school.banked)
    asyncio.run(sampling.run(Solver(), Nowhere()))
    assert school.banked.samples.count() == 4
    rewrite(school, problem=school.banked)
    other = Assignment.objects.create(classroom=school.classroom, title="Again")
    [copy] = bank.assign([Problem.objects.get(pk=school.banked.pk)], other)
    assert (copy.text, copy.sampling, copy.samples.count()) == (NEW, "", 0)


def test_the_same_text_keeps_its_samples(solved):
    Problem.objects.filter(pk=solved.problem.pk).update(text=f"{OLD}\nAt length.")
    rewrite(solved, f"{OLD}\r\nAt length.", topic="Sums")
    solved.problem.refresh_from_db()
    assert (solved.problem.topic, solved.problem.sampling, solved.problem.samples.count()) == ("Sums", "done", 4)


def test_what_was_never_to_be_solved_is_not_solved_for_another_text(school):
    rewrite(school)
    school.problem.refresh_from_db()
    assert (school.problem.text, school.problem.sampling) == (NEW, "")


def test_a_failure_is_not_said_of_another_text(school, settings):
    sampling.request(school.problem)
    sample(school, Solver(fails=1))
    settings.SAMPLES_PER_PROBLEM = 0
    rewrite(school)
    school.problem.refresh_from_db()
    assert (school.problem.sampling, school.problem.sampling_failure) == ("", "")
