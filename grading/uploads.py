"""Work of a whole class at once: files in a folder or a ZIP, or the lines of a CSV, each matched to a student before it is taken."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Classroom, User
from accounts.sheets import ZIP_ERRORS
from accounts.tables import TableError, decode, read_table
from accounts.text import compatible
from grading import submitting
from grading.models import Problem, Upload, UploadedWork
from grading.submitting import SubmissionError

MOST_FILES = 500
LARGEST_ZIP = 5_000_000  # bytes
LARGEST_UPLOAD = 20_000_000  # bytes of all files together
LARGEST_FILE = 100_000  # bytes of one file, unpacked
KEPT = timedelta(days=2)  # an upload that nobody confirmed is forgotten
TEXT_ENDINGS = (".txt", ".md", ".tex", ".text")
COLUMNS = {
    "student": ("student", "username", "name", "number", "学生", "姓名", "用户名", "学号"),
    "work": ("work", "working", "text", "answer", "解答", "过程", "答案"),
}

File = tuple[str, bytes]


def read(files: "Iterable[UploadedFile[bytes]]") -> list[File]:
    """Uploaded files with their names; no more is read than an upload may hold. Raises `TableError`."""
    found, total = [], 0
    for file in files:
        data = file.read(LARGEST_ZIP + 1)
        total += len(data)
        if total > LARGEST_UPLOAD:
            raise TableError(_("The files are larger than 20 MB together."))
        found.append((file.name or "", data))
    return found


def receive(problem: Problem, teacher: User, files: Iterable[File]) -> Upload:
    """Keep what was uploaded, matched to the class's roster, until its teacher has looked at it. Raises `TableError`."""
    works = list(_works(files))
    if not works:
        raise TableError(_("There is no text file in it."))
    if len(works) > MOST_FILES:
        raise TableError(_("There are more than {limit} files.").format(limit=MOST_FILES))
    assert problem.assignment is not None
    match = _Matcher(problem.assignment.classroom)
    with transaction.atomic():
        Upload.objects.filter(created__lt=timezone.now() - KEPT).delete()
        upload = Upload.objects.create(problem=problem, by=teacher)
        UploadedWork.objects.bulk_create(
            UploadedWork(upload=upload, name=name[:200], work=work, error=error, student=match(name)) for name, work, error in works
        )
    return upload


def _works(files: Iterable[File]) -> Iterable[tuple[str, str, str]]:
    """(name, work, error) of each file or line."""
    for name, data in files:
        if name.lower().endswith(".zip"):
            yield from _works(_unpacked(data))
        elif name.lower().endswith(".csv"):
            yield from ((row.cells["student"], *_checked(row.cells["work"])) for row in read_table(decode(data), COLUMNS, limit=MOST_FILES))
        elif name.lower().endswith(TEXT_ENDINGS):
            yield _stem(name), *_decoded(data)


def _unpacked(data: bytes) -> list[File]:
    """A ZIP's text files. Nothing is written to disk, and no more is unpacked than a file may hold."""
    if len(data) > LARGEST_ZIP:
        raise TableError(_("The ZIP file is larger than 5 MB."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if _is_text(entry)]
            if len(entries) > MOST_FILES:
                raise TableError(_("There are more than {limit} files.").format(limit=MOST_FILES))
            return [(_entry_name(entry), _read(archive, entry)) for entry in entries]
    except ZIP_ERRORS as error:
        raise TableError(_("The ZIP file cannot be read.")) from error


def _is_text(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return not entry.is_dir() and path.suffix.lower() in TEXT_ENDINGS and not any(part.startswith((".", "__")) for part in path.parts)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Chinese Windows writes names in GBK without saying so, which Python reads as CP437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return entry.filename


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        return file.read(LARGEST_FILE + 1)


def _decoded(data: bytes) -> tuple[str, str]:
    if len(data) > LARGEST_FILE:
        return "", _("The file is too large.")
    try:
        return _checked(decode(data))
    except TableError as error:
        return "", str(error)


def _checked(work: str) -> tuple[str, str]:
    if not work.strip():
        return "", _("There is nothing in it.")
    if len(work) > settings.WORK_LIMIT:
        return "", _("This is too long.")
    return work, ""


def _stem(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem


class _Matcher:
    """Finds the student whose username, number or name a file's name is, or has as one of its parts; None where that is not one student."""

    def __init__(self, classroom: Classroom) -> None:
        self._students: dict[str, set[User]] = {}
        for enrolment in classroom.enrolments.select_related("student"):
            student = enrolment.student
            for key in {student.username, enrolment.number, student.get_full_name()}:
                if key:
                    self._students.setdefault(_folded(key), set()).add(student)

    def __call__(self, name: str) -> User | None:
        whole = self._students.get(_folded(name), set())
        if len(whole) == 1:
            return next(iter(whole))
        parts = [_folded(part) for part in re.split(r"[\s_,;()（）\-–—]+", name) if part]
        found = {student for part in parts for student in self._students.get(part, set())}
        return next(iter(found)) if len(found) == 1 else None


def _folded(key: str) -> str:
    return re.sub(r"\s+", " ", compatible(key)).strip().casefold()  # usernames are kept so


def taken_twice(upload: Upload) -> Mapping[int, str]:
    """Files (by id) that cannot be taken as they are matched: two for one student."""
    seen: dict[int, int] = {}
    twice = {}
    for file in upload.files.exclude(student=None):
        assert file.student_id is not None
        if file.student_id in seen:
            twice[file.pk] = _("This student has two files. The last one counts.")
        seen[file.student_id] = file.pk
    return twice


def rematch(upload: Upload, students: Mapping[int, int | None]) -> None:
    """Match files (by id) to students of the class (by id) by hand; None for nobody. A stranger's id matches nobody."""
    assert upload.problem.assignment is not None
    enrolled = set(upload.problem.assignment.classroom.enrolments.values_list("student_id", flat=True))
    files = list(upload.files.all())
    for file in files:
        chosen = students.get(file.pk)
        file.student_id = chosen if chosen in enrolled else None
    UploadedWork.objects.bulk_update(files, ["student"])


def take(upload: Upload, teacher: User) -> tuple[int, list[str]]:
    """Hand in what is matched, and forget the upload: how many were taken, and the names of those that were not."""
    taken, refused = 0, []
    for file in upload.files.select_related("student"):
        if file.student is None or file.error:
            refused.append(file.name)
            continue
        try:
            submitting.enter(file.student, upload.problem, file.work, teacher)
            taken += 1
        except SubmissionError:
            refused.append(file.name)
    upload.delete()
    return taken, refused
