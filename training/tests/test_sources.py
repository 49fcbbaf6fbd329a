"""The school's own data: from classes that allow it, without who is deleted, and gone from all that was made of it."""

import pytest
from django.utils import timezone

from accounts import classrooms
from accounts.models import Enrolment
from grading.tests.school import WRONG, School
from training import autostart, datasets, runs, sources
from training.datasets import About, ImportRefused, StillUsed
from training.models import Dataset, Run
from training.recipes import load
from training.rows import read
from tutor.models import Conversation, Report, Turn

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


def test_a_deleted_student_goes_out_of_everything(marked):
    dataset = sources.build(Source.OVERRIDES)
    child = datasets.keep(read(dataset.file), About(name="made", source=Source.RUN), parents=[dataset])
    run = runs.create(load("cpu-demo"), datasets=[dataset])
    sample = run.stages.get(name="sample")
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


def test_a_class_that_takes_its_permission_back_leaves_nothing(marked):
    dataset = sources.build(Source.OVERRIDES)
    classrooms.allow_training(marked.classroom, marked.teacher, allowed=False)
    sources.refresh_all()
    assert not Dataset.objects.exists()
    assert not dataset.file.exists()
    with pytest.raises(ImportRefused):
        sources.build(Source.OVERRIDES)


def judged(owner, kind, by=None):
    about = Conversation.objects.create(owner=owner, title="sums")
    turn = Turn.objects.create(conversation=about, question="1 + 1?", text="It is 2.", answer="2", enqueued=timezone.now())
    return Report.objects.create(turn=turn, by=by or owner, kind=kind)


def test_students_judgement_counts_where_their_class_allows_it(school):
    judged(school.student, Report.Kind.GOOD)
    judged(school.classmate, Report.Kind.WRONG)
    judged(school.outsider, Report.Kind.GOOD)  # whose class does not
    dataset = sources.build(Source.THUMBS)
    assert told(dataset) == [("1 + 1?", "It is 2.", "right"), ("1 + 1?", "It is 2.", "wrong")]
    Enrolment.objects.filter(student=school.classmate).delete()
    sources.refresh_all()
    assert [label for *_rest, label in told(dataset)] == ["right"]


def test_assigned_problems_can_be_measured_on(school):
    dataset = sources.build(Source.BANK)
    [row] = read(dataset.file)
    assert (row["question"], row["expected"], dataset.kind) == ("Solve $2x + 3 = 7$.", "x = 2", Dataset.Kind.PROBLEMS)


def test_enough_new_marks_start_a_run_once(marked, settings):
    assert autostart.check() is None  # off
    settings.TRAINING_START_ROWS, settings.TRAINING_START_RECIPE = 3, "cpu-demo"
    assert autostart.check() is None  # two are there
    settings.TRAINING_START_ROWS = 2
    run = autostart.check()
    assert [dataset.rows for dataset in run.datasets.all()] == [2]
    assert autostart.check() is None  # one is under way
    runs.cancel(run)
    assert autostart.check() is None  # nothing is new
