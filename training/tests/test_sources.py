"""The school's own data: from classes that allow it, without who is deleted, and gone from all that was made of it."""

import fcntl
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts import classrooms
from accounts.models import Classroom, Enrolment
from grading.models import Assignment, Mark
from grading.tests.school import WRONG, School
from training import autostart, datasets, rows, runs, sources
from training.datasets import About, ImportRefused, StillUsed
from training.models import Dataset, Run
from training.pipeline import curate
from training.recipes import SHIPPED, load
from training.recipes import read as read_recipe
from training.rows import read
from training.supervisor import supervise
from training.tests.stages import do
from tutor import reporting
from tutor.models import Candidate, Conversation, Report, Turn, TurnEvent

pytestmark = pytest.mark.django_db
Source = Dataset.Source


@pytest.fixture
def school(place):
    school = School()
    classrooms.allow_training(school.classroom, school.teacher, allowed=True)
    return school


@pytest.fixture
def marked(school):
    """A right work and a wrong one, both with their teacher's mark."""
    school.decide(school.hand_in())
    school.decide(school.hand_in(school.classmate, WRONG), [])
    return school


def told(dataset):
    return [(row["question"], row["text"], row["label"]) for row in read(dataset.file)]


def test_teachers_marks_become_judged_solutions(marked):
    dataset = sources.build(Source.OVERRIDES, marked.admin)
    assert told(dataset) == [
        ("Solve $2x + 3 = 7$.", "2x + 3 = 7\n\n2x = 4\n\nx = 2", "right"),
        ("Solve $2x + 3 = 7$.", "2x + 3 = 7\n\n2x = 10\n\nx = 5", "wrong"),
    ]
    assert (dataset.rows, dataset.kind, dataset.version, dataset.by) == (2, Dataset.Kind.JUDGED, 1, marked.admin)
    assert sources.build(Source.OVERRIDES).version == 2


@pytest.mark.parametrize(("share", "labels"), [("1", ["right"]), ("0.75", []), ("0.5", ["wrong"])])
def test_work_that_is_neither_right_nor_wrong_is_left_out(school, share, labels):
    submission = school.hand_in()
    school.decide(submission)
    Mark.objects.filter(submission=submission).update(points=Decimal(share) * school.problem.points)
    assert [row["label"] for row in sources.COLLECTED[Source.OVERRIDES].collect()] == labels


def test_a_deleted_student_goes_out_of_everything(marked):
    dataset = sources.build(Source.OVERRIDES)
    child = datasets.keep(read(dataset.file), About(name="made", source=Source.RUN), parents=[dataset])
    run = runs.create(load("cpu-demo"), datasets=[dataset])
    sample = run.stages.get(name="sample")
    run.stages.filter(pk=sample.pk).update(started=timezone.now())
    sample.folder.mkdir(parents=True)
    assert sources.refresh(dataset) == 0
    marked.classmate.delete()
    with pytest.raises(StillUsed):
        sources.refresh(dataset)
    sources.refresh_all()  # leaves it for later
    assert len(told(dataset)) == 2
    runs.cancel(run)
    sources.refresh_all()
    dataset.refresh_from_db()
    assert [label for _question, _text, label in told(dataset)] == ["right"]
    assert (dataset.rows, dataset.sha256) == (1, datasets.digest(dataset.file))
    assert not Dataset.objects.filter(pk=child.pk).exists()
    assert not child.file.exists()
    assert not sample.folder.exists()
    assert Run.objects.get(pk=run.pk).data_deleted


def test_rows_are_taken_out_by_one_process_at_a_time(marked, monkeypatch):
    dataset, write, written = sources.build(Source.OVERRIDES), rows.write, []

    def watched(path, found):
        with (path.parent / "lock").open("w") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        written.append(path)
        return write(path, found)

    monkeypatch.setattr(rows, "write", watched)
    marked.classmate.delete()
    assert sources.refresh(dataset) == 1
    assert written == [dataset.file]


def test_who_is_killed_while_rows_are_taken_out_leaves_no_wrong_hash(marked):
    dataset = sources.build(Source.OVERRIDES)
    marked.classmate.delete()
    rows.write(dataset.file, list(read(dataset.file))[:1])
    sources.refresh_all()
    dataset.refresh_from_db()
    assert (dataset.rows, dataset.sha256) == (1, datasets.digest(dataset.file))


def test_a_dataset_that_is_deleted_while_rows_are_taken_out_leaves_no_file(marked, monkeypatch):
    dataset, write = sources.build(Source.OVERRIDES), rows.write

    def late(path, found):
        found = list(found)
        datasets.delete(dataset)
        return write(path, found)

    monkeypatch.setattr(rows, "write", late)
    marked.classmate.delete()
    sources.refresh_all()
    assert not Dataset.objects.exists()
    assert not dataset.file.exists()


def test_a_class_that_takes_its_permission_back_leaves_nothing(marked):
    dataset = sources.build(Source.OVERRIDES)
    classrooms.allow_training(marked.classroom, marked.teacher, allowed=False)
    sources.refresh_all()
    assert not Dataset.objects.exists()
    assert not dataset.file.exists()
    with pytest.raises(ImportRefused):
        sources.build(Source.OVERRIDES)


@pytest.mark.parametrize("spoil", [lambda file: file.unlink(), lambda file: file.write_text("{}}\n")])
def test_a_spoilt_file_keeps_nothing_in_the_other_datasets(marked, spoil):
    sound, spoilt = sources.build(Source.OVERRIDES), sources.build(Source.OVERRIDES)
    spoil(spoilt.file)
    classrooms.allow_training(marked.classroom, marked.teacher, allowed=False)
    sources.refresh_all()
    assert list(Dataset.objects.all()) == [spoilt]
    assert not sound.file.exists()


def asked(owner, text="It is 2.", answer="2", *, others=(), mode="cot", language="en", refuted=False, **more):
    """A solved question. Of several solutions the first was picked (it may be `refuted`); `others` are the answers of those beside it."""
    about = Conversation.objects.create(owner=owner, title="sums")
    fields = {"question": "1 + 1?", "state": "done", "n": 1 + len(others), "enqueued": timezone.now(), "parent": None} | more
    turn = Turn.objects.create(conversation=about, text=text, answer=answer, **fields)
    log = [("started", {"mode": mode, "language": language})]
    for number, found in enumerate((answer, *others)):
        log.append(("solved", {"candidate": number, "finish": "stop", "differs": False, "refuted": refuted and not number}))
        if others:
            about = {"text": f"It is {found}." if number else text, "answer": found, "checked": False, "tokens": 3}
            Candidate.objects.create(turn=turn, number=number, picked=not number, **about)
    for seq, (kind, payload) in enumerate(log, 1):
        TurnEvent.objects.create(turn=turn, seq=seq, run=1, kind=kind, payload=payload)
    return turn


def judged(owner, kind, *, better=None, reason="", **solution):
    return reporting.report(owner, asked(owner, **solution), kind, better, reason)


def thumbs():
    return list(read(sources.build(Source.THUMBS).file))


def test_students_judgement_counts_where_their_class_allows_it(school):
    judged(school.student, Report.Kind.GOOD)
    judged(school.classmate, Report.Kind.WRONG)
    judged(school.outsider, Report.Kind.GOOD)  # whose class does not
    dataset = sources.build(Source.THUMBS)
    assert told(dataset) == [("1 + 1?", "It is 2.", "right"), ("1 + 1?", "It is 2.", "wrong")]
    Enrolment.objects.filter(student=school.classmate).delete()
    sources.refresh_all()
    assert [label for *_rest, label in told(dataset)] == ["right"]


def test_what_was_asked_before_the_class_allowed_it_or_its_student_came_is_nobodys(school):
    judged(school.student, Report.Kind.GOOD)
    judged(school.classmate, Report.Kind.GOOD)
    Enrolment.objects.filter(student=school.classmate).update(joined=timezone.now())
    assert sources.count(Source.THUMBS) == 1
    for allowed in (False, True):
        classrooms.allow_training(Classroom.objects.get(pk=school.classroom.pk), school.teacher, allowed=allowed)
    assert sources.count(Source.THUMBS) == 0
    judged(school.classmate, Report.Kind.GOOD)
    assert sources.count(Source.THUMBS) == 1


def test_what_a_program_asked_and_what_was_not_done_is_no_judgement(school):
    judged(school.student, Report.Kind.GOOD, state="stopped")
    judged(school.classmate, Report.Kind.GOOD)
    assert sources.count(Source.THUMBS) == 1
    Conversation.objects.update(api=True)
    assert sources.count(Source.THUMBS) == 0


def test_one_reader_s_word_of_several_solutions_is_a_pair(school):
    judged(school.student, Report.Kind.GOOD, others=["3", "2.0"])
    judged(school.classmate, Report.Kind.WRONG_PICK, better=2, answer="5", text="It is 5.", others=["5", "2"])
    rows = thumbs()
    assert [(row["sample"], row["text"], row["label"], row["expected"]) for row in rows] == [
        (0, "It is 2.", "right", "2"),
        (1, "It is 3.", "wrong", "2"),
        (0, "It is 5.", "wrong", "2"),
        (1, "It is 5.", "wrong", "2"),
        (2, "It is 2.", "right", "2"),
    ]


def test_what_a_problem_refutes_by_itself_is_wrong_whoever_found_it_good(school):
    judged(school.student, Report.Kind.GOOD, answer="3", text="It is 3.", refuted=True)
    judged(school.student, Report.Kind.GOOD, answer="3", text="It is 3.", refuted=True, others=["2"])
    judged(school.student, Report.Kind.UNHELPFUL, answer="3", text="It is 3.", refuted=True)  # nobody judged it
    assert [(row["text"], row["label"], row["expected"]) for row in thumbs()] == [("It is 3.", "wrong", None)] * 2


@pytest.mark.parametrize(
    ("kind", "better", "labels"), [("wrong", None, ["wrong"]), ("wrong_pick", None, []), ("wrong_pick", 9, []), ("unhelpful", None, [])]
)
def test_what_a_reader_left_open_is_not_made_up(school, kind, better, labels):
    judged(school.student, Report.Kind.GOOD, answer="1", text="It is 1.")  # so that there is a dataset
    judged(school.student, kind, better=better, others=["3", "2"])
    assert [row["label"] for row in thumbs()[1:]] == labels


def test_a_judged_solution_says_how_it_was_written_and_why_it_is_good(school):
    code = "```python\nprint(2)\n```\n```output\n2\n```\nIt is $\\boxed{2}$."
    judged(school.student, Report.Kind.GOOD, text=code, mode="tir", checked=True, reason="I followed each step.")
    [row] = thumbs()
    about = [row[name] for name in ("mode", "checked", "differs", "finish", "reason")]
    assert about == ["tir", True, False, "stop", "I followed each step."]


def test_only_whole_solutions_to_whole_questions_are_judged_ones(school):
    first = judged(school.student, Report.Kind.GOOD).turn
    judged(school.student, Report.Kind.GOOD, question="Why?", parent=first)
    for kind in (Report.Kind.GOOD, Report.Kind.WRONG):
        judged(school.student, kind, question="Solve the equation.", text="Which equation?", answer="")
    judged(school.student, Report.Kind.GOOD, text="是 2。", language="zh")  # of an English question
    assert [row["question"] for row in thumbs()] == ["1 + 1?"]


def test_what_its_reader_found_good_is_curated_as_it_was_written(school, tmp_path):
    judged(school.student, Report.Kind.GOOD, mode="tir", reason="I followed each step.")
    judged(school.classmate, Report.Kind.WRONG, text="It is 3.", answer="3")
    do(curate, tmp_path / "out", rows=[sources.build(Source.THUMBS).file])
    [row] = read(tmp_path / "out" / "train.jsonl")
    assert (row["problem"], row["text"], row["mode"], row["expected"]) == ("1 + 1?", "It is 2.", "tir", "2")
    assert row["provenance"]["expected_by"] == "reader"


def test_a_run_curates_what_readers_found_good_and_never_students_work(marked):
    judged(marked.student, Report.Kind.GOOD)
    stage = {"name": "curate", "kind": "curate", "config": {"rows": [str(SHIPPED / "demo_solutions.jsonl"), "${thumbs}"]}}
    recipe = read_recipe("mine", {"device": "cpu", "base": "none", "problems": "", "dev": "", "stages": [stage]})
    for source, found in ((Source.OVERRIDES, set()), (Source.THUMBS, {"1 + 1?"})):
        run = runs.create(recipe, datasets=[sources.build(source)])
        assert supervise(run.pk)
        problems = {row["problem"] for row in read(run.curated.get().file)}
        assert problems & {"1 + 1?", "Solve $2x + 3 = 7$."} == found
        assert len(problems) > 40


JUDGED = {"name": "label", "kind": "label", "config": {"samples": [str(SHIPPED / "demo_solutions.jsonl"), "${judged}"]}}


def judging(dataset):
    """A run that reads judged solutions."""
    recipe = read_recipe("mine", {"device": "cpu", "base": "none", "problems": "", "dev": "", "stages": [JUDGED]})
    return runs.create(recipe, datasets=[dataset])


def test_a_run_that_waited_does_not_begin_with_what_was_deleted_meanwhile(marked):
    dataset = sources.build(Source.OVERRIDES)
    run = judging(dataset)
    marked.classmate.delete()
    assert supervise(run.pk)
    run.refresh_from_db()
    labelled = read(run.folder / "label" / "labelled.jsonl")
    assert [row["label"] for row in labelled if row["question"] == "Solve $2x + 3 = 7$."] == ["right"]
    assert (run.state, run.data_deleted, len(told(dataset))) == ("done", False, 1)


@pytest.mark.parametrize("begun", [False, True])
def test_a_run_does_not_go_on_with_a_class_that_took_its_permission_back(marked, begun):
    dataset = sources.build(Source.OVERRIDES)
    run = judging(dataset)
    run.stages.update(started=timezone.now() if begun else None)  # and was stopped, or broken off
    classrooms.allow_training(marked.classroom, marked.teacher, allowed=False)
    assert supervise(run.pk)
    run.refresh_from_db()
    assert (run.state, (run.folder / "label").exists()) == ("failed", False)
    assert "was deleted since" in run.why
    sources.refresh_all()
    with pytest.raises(runs.DataDeleted):
        runs.resume(Run.objects.get())
    assert not Dataset.objects.exists()


def test_assigned_problems_can_be_measured_on(school):
    assert sources.count(Source.BANK) == 0, "it was published before the class allowed it"
    Assignment.objects.filter(pk=school.assignment.pk).update(published=timezone.now())
    dataset = sources.build(Source.BANK)
    [row] = read(dataset.file)
    assert (row["question"], row["expected"], dataset.kind) == ("Solve $2x + 3 = 7$.", "x = 2", Dataset.Kind.PROBLEMS)
    school.assignment.problems.update(answer="")
    assert sources.count(Source.BANK) == 0, "there is nothing to measure by"


def test_enough_new_marks_start_a_run_once(marked, settings):
    assert autostart.check() is None  # off
    settings.TRAINING_START_ROWS, settings.TRAINING_START_RECIPE = 3, "cpu-demo"
    assert autostart.check() is None  # two are there
    settings.TRAINING_START_ROWS, settings.TRAINING_START_RECIPE = 2, "no-such"
    assert autostart.check() is None  # the marks wait for it to be mended
    settings.TRAINING_START_RECIPE = "cpu-demo"
    run = autostart.check()
    assert [dataset.rows for dataset in run.datasets.all()] == [2]
    assert autostart.check() is None  # one is under way
    runs.cancel(run)
    assert autostart.check() is None  # nothing is new
