"""The pages of classes, the bank, assignments, grading, and students' work."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from grading.views import assignments, bank, classes, queue, uploads, work
from grading.views.page import FORMS


class Table(StringConverter):
    """How a table is written."""

    regex = "|".join(FORMS)


register_converter(Table, "table")

app_name = "grading"
urlpatterns = [
    path("classes/", classes.index, name="classes"),
    path("classes/new/", classes.create, name="create_classroom"),
    path("classes/join/", classes.join, name="join"),
    path("classes/<uuid:pk>/", classes.show, name="classroom"),
    path("classes/<uuid:pk>/settings/", classes.edit, name="edit_classroom"),
    path("classes/<uuid:pk>/code/", classes.code, name="code"),
    path("classes/<uuid:pk>/end/", classes.end, name="end_classroom"),
    path("classes/<uuid:pk>/training/", classes.training, name="training"),
    path("classes/<uuid:pk>/teachers/", classes.add_teacher, name="add_teacher"),
    path("classes/<uuid:pk>/teachers/<int:teacher>/remove/", classes.remove_teacher, name="remove_teacher"),
    path("classes/<uuid:pk>/delete/", classes.delete, name="delete_classroom"),
    path("classes/<uuid:pk>/students/", classes.roster, name="roster"),
    path("classes/<uuid:pk>/students.<table:form>", classes.roster_table, name="roster_table"),
    path("classes/<uuid:pk>/links.<table:form>", classes.links_table, name="links_table"),
    path("classes/<uuid:pk>/marks.<table:form>", classes.marks_table, name="classroom_table"),
    path("classes/<uuid:pk>/assignments/new/", assignments.create, name="create_assignment"),
    path("enrolments/<int:pk>/", classes.student, name="student"),
    path("enrolments/<int:pk>/remove/", classes.remove_student, name="remove_student"),
    path("enrolments/<int:pk>/password/", classes.forget_password, name="forget_password"),
    path("bank/", bank.index, name="bank"),
    path("bank/new/", bank.create, name="create_problem"),
    path("bank/import/", bank.import_problems, name="import_problems"),
    path("bank/reading/", bank.read_answer, name="read_answer"),
    path("problems/<uuid:pk>/", bank.problem, name="problem"),
    path("problems/<uuid:pk>/key/", bank.key, name="key"),
    path("problems/<uuid:pk>/rubric/", bank.rubric, name="rubric"),
    path("problems/<uuid:pk>/samples/", bank.sample, name="sample"),
    path("problems/<uuid:pk>/delete/", bank.delete, name="delete_problem"),
    path("assignments/<uuid:pk>/", assignments.show, name="assignment"),
    path("assignments/<uuid:pk>/settings/", assignments.edit, name="edit_assignment"),
    path("assignments/<uuid:pk>/problems/", assignments.pick, name="pick"),
    path("assignments/<uuid:pk>/publish/", assignments.publish, name="publish"),
    path("assignments/<uuid:pk>/delete/", assignments.delete, name="delete_assignment"),
    path("assignments/<uuid:pk>/extensions/", assignments.extend, name="extend"),
    path("assignments/<uuid:pk>/release/", assignments.release_marks, name="release"),
    path("assignments/<uuid:pk>/marks.<table:form>", assignments.marks_table, name="assignment_table"),
    path("assignments/<uuid:pk>/errors/", assignments.errors, name="errors"),
    path("assignments/<uuid:pk>/confidence/", assignments.confidence, name="confidence"),
    path("extensions/<int:pk>/remove/", assignments.remove_extension, name="remove_extension"),
    path("problems/<uuid:pk>/queue/", queue.show, name="queue"),
    path("problems/<uuid:pk>/recheck/", queue.recheck, name="recheck"),
    path("problems/<uuid:pk>/accept/", queue.accept, name="accept"),
    path("problems/<uuid:pk>/groups/", queue.group_list, name="groups"),
    path("problems/<uuid:pk>/upload/", uploads.upload, name="upload"),
    path("uploads/<uuid:pk>/", uploads.matches, name="matches"),
    path("submissions/<uuid:pk>/", queue.submission, name="submission"),
    path("submissions/<uuid:pk>/mark/", queue.mark, name="mark"),
    path("submissions/<uuid:pk>/history/", queue.history, name="history"),
    path("submissions/<uuid:pk>/regrade/", work.ask_regrade, name="ask_regrade"),
    path("groups/<int:pk>/", queue.group, name="group"),
    path("groups/<int:pk>/name/", queue.name_group, name="name_group"),
    path("regrades/<int:pk>/", queue.answer_regrade, name="answer_regrade"),
    path("work/<uuid:pk>/", work.show, name="work"),
    path("work/<uuid:pk>/reading/", work.read, name="read_work"),
    path("work/<uuid:pk>/hand-in/", work.hand_in, name="hand_in"),
    path("progress/", classes.own_progress, name="progress"),
]
