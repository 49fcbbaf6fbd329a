"""A small school for the tests: two classes that must not see each other, and what happens in the first of them."""

from decimal import Decimal

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import classrooms
from accounts.models import Enrolment, User
from grading import bank, leases, release, review, submitting
from grading.background import check
from grading.evidence import answer_of, steps_of
from grading.models import Assignment, Mark, Problem, Submission
from grading.review import Decision

RIGHT = "2x + 3 = 7\n2x = 4\nx = 2"
WRONG = "2x + 3 = 7\n2x = 10\nx = 5"
HTMX = {"HX-Request": "true"}


class School:
    """`teacher` and `colleague` teach 8b, where `student` and `classmate` are; `stranger` teaches 9c, where `outsider` is."""

    def __init__(self):
        self.teacher, self.colleague, self.stranger = (self.person(name, "teacher") for name in ("teacher", "colleague", "stranger"))
        self.student, self.classmate, self.outsider = (self.person(name) for name in ("student", "classmate", "outsider"))
        self.admin = self.person("head", "admin")
        self.classroom = classrooms.create(self.teacher, "8b")
        self.classroom.teachers.add(self.colleague)
        self.elsewhere = classrooms.create(self.stranger, "9c")
        self.enrol(self.student, self.classmate)
        Enrolment.objects.create(classroom=self.elsewhere, student=self.outsider)
        self.banked = self.bank()
        settings = {"published": timezone.now(), "random_order": False}
        self.assignment = Assignment.objects.create(classroom=self.classroom, title="Equations", **settings)
        [self.problem] = bank.assign([self.banked], self.assignment)

    @staticmethod
    def person(name, role="student"):
        return User.objects.create_user(name, role=role, is_staff=role == "admin")

    def enrol(self, *students):
        for student in students:
            Enrolment.objects.create(classroom=self.classroom, student=student)

    def bank(self, text="Solve $2x + 3 = 7$.", answer="x = 2", **fields):
        return bank.create(Problem(owner=self.teacher, text=text, answer=answer, topic="Equations", **fields))

    def hand_in(self, student=None, work=RIGHT, answer="", *, checked=True):
        """Work of a student's, checked as the workers check it."""
        submission = submitting.hand_in(student or self.student, self.problem, work, answer, anyway=True)
        if checked:
            check_all()
        return Submission.objects.get(pk=submission.pk)

    def decide(self, submission, ticked=None, **fields):
        """A mark of the teacher's: without `ticked`, all of the rubric."""
        rubric = list(submission.problem.rubric.all())
        decision = Decision(ticked=[item.pk for item in rubric] if ticked is None else ticked, **fields)
        return review.decide(submission, self.teacher, decision, version=Mark.objects.get(pk=submission.pk).version)

    def release(self):
        return release.release(self.assignment, self.teacher)

    def client(self, user):
        client = Client()
        client.force_login(user)
        return client

    def rubric(self):
        return list(self.problem.rubric.all())


def check_all():
    while claim := leases.claim_next():
        assert check(claim)


def flood(name, submissions, problems, students):
    """A class in which so many submissions wait, each student's to each problem; every other answer is right. Returns its assignment."""
    teacher = User.objects.create(username=f"{name}-teacher", role="teacher")
    classroom = classrooms.create(teacher, name)
    people = User.objects.bulk_create([User(username=f"{name}-{n:03}") for n in range(students)])
    Enrolment.objects.bulk_create([Enrolment(classroom=classroom, student=person) for person in people])
    assignment = Assignment.objects.create(classroom=classroom, title=name, published=timezone.now(), random_order=False)
    made = [Problem(assignment=assignment, position=n, text=f"What is {n} + {n}?", answer=str(2 * n)) for n in range(problems)]
    for problem in made:
        bank.create(problem)
    pairs = [(person, problem) for problem in made for person in people][:submissions]
    rows = Submission.objects.bulk_create([_submission(n, person, problem) for n, (person, problem) in enumerate(pairs)])
    Mark.objects.bulk_create([Mark(submission=row) for row in rows])
    return assignment


def _submission(number, person, problem):
    answer = 2 * problem.position + number % 2
    work = f"{problem.position} + {problem.position}\n= {answer}"
    steps = steps_of(work)
    return Submission(problem=problem, student=person, attempt=1, work=work, steps=steps, answer=answer_of(work, steps))


def page(name, *args, **query):
    return reverse(f"grading:{name}", args=args, query=query or None)


def points(submission):
    return Mark.objects.get(pk=submission.pk).points


def decimals(*values):
    return [Decimal(value) for value in values]
