"""Work of a whole class from files: matched, looked at, taken; hostile files cost nothing."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.tables import TableError
from grading import uploads
from grading.models import Submission, Upload
from grading.tests.school import page


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def school(school):
    school.student.first_name = "王 芳"
    school.student.save()
    school.classroom.enrolments.filter(student=school.classmate).update(number="2026007")
    return school


def receive(school, *files):
    return uploads.receive(school.problem, school.teacher, files)


@pytest.mark.parametrize(
    ("name", "matched"),
    [
        ("student.txt", "student"),
        ("STUDENT.TXT", "student"),
        ("王 芳.txt", "student"),
        ("2026007.md", "classmate"),
        ("２０２６００７.md", "classmate"),
        ("homework_2026007_final.txt", "classmate"),
        ("Homework (classmate).txt", "classmate"),
        ("folder/student.tex", "student"),
        ("student_classmate.txt", None),  # two students
        ("outsider.txt", None),  # not in this class
        ("nobody.txt", None),
    ],
)
def test_whose_work_a_file_is(school, name, matched):
    [file] = receive(school, (name, b"x = 2")).files.all()
    assert (file.student and file.student.username) == matched


def test_a_zip_a_csv_and_single_files(school):
    archive = zipped(**{"a/student.txt": "x = 1", "a/photo.png": b"\x89PNG", "__MACOSX/student.txt": "junk", ".hidden.txt": "junk"})
    upload = receive(school, ("all.zip", archive), ("rest.csv", b"student,work\n2026007,x = 2\n"), ("notes.pdf", b"%PDF"))
    assert [(file.name, file.work, file.student.username) for file in upload.files.all()] == [
        ("student", "x = 1", "student"),
        ("2026007", "x = 2", "classmate"),
    ]


def test_chinese_names_in_a_zip_of_windows(school):
    entry = zipfile.ZipInfo("xx.txt")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, "x = 2")
    raw = buffer.getvalue().replace(b"xx.txt", "王.txt".encode("gbk"))
    assert uploads._unpacked(raw)[0][0] == "王.txt"


LZMA_PROPERTIES = bytes.fromhex("5d00008000")


def damaged(method, cut, put):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("王.txt", "x = 2\n" * 50)
    assert buffer.getvalue().count(cut) > 0
    return buffer.getvalue().replace(cut, put)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("all.zip", damaged(zipfile.ZIP_DEFLATED, "王".encode(), b"\xff\xff\xff"))], "cannot be read"),
        ([("all.zip", damaged(zipfile.ZIP_LZMA, LZMA_PROPERTIES, b"\xff" * 5))], "cannot be read"),
        ([], "no text file"),
        ([("photo.png", b"x")], "no text file"),
        ([("all.zip", b"not a zip")], "cannot be read"),
        ([("all.zip", b"x" * (uploads.LARGEST_ZIP + 1))], "larger than 5 MB"),
        ([("a.csv", b"\x00")], "not text"),
        ([(f"{n}.txt", b"x") for n in range(uploads.MOST_FILES + 1)], "more than 500"),
    ],
)
def test_what_is_refused(school, files, words):
    with pytest.raises(TableError, match=words):
        receive(school, *files)
    assert not Upload.objects.exists()


def test_a_zip_that_would_fill_the_memory(school):
    bomb = zipped(**{"student.txt": b"0" * 50_000_000})
    assert len(bomb) < uploads.LARGEST_ZIP
    [file] = receive(school, ("bomb.zip", bomb)).files.all()
    assert (file.work, file.error) == ("", "The file is too large.")
    many = zipped(**{f"{n}.txt": "x" for n in range(uploads.MOST_FILES + 1)})
    with pytest.raises(TableError, match="more than 500"):
        receive(school, ("many.zip", many))


@pytest.mark.parametrize("data", [b"", b"  \n", b"x" * 20_001, b"\x00\x01"])
def test_a_file_that_cannot_be_taken_says_so_and_the_others_are(school, data):
    upload = receive(school, ("student.txt", data), ("classmate.txt", b"x = 2"))
    assert [bool(file.error) for file in upload.files.all()] == [True, False]
    assert uploads.take(upload, school.teacher) == (1, ["student"])


def test_through_the_pages(school):
    client = school.client(school.teacher)
    files = [SimpleUploadedFile("mystery.txt", b"x = 1"), SimpleUploadedFile("classmate.txt", b"x = 2")]
    where = client.post(page("upload", school.problem.pk), {"files": files}).url
    shown = client.get(where).content.decode()
    assert "no match" in shown
    mystery, classmate = Upload.objects.get().files.all()
    chosen = {
        f"file-{mystery.pk}": school.student.pk,
        f"file-{classmate.pk}": school.classmate.pk,
        "file-x": "1",
        "file-999": school.student.pk,
    }
    done = client.post(where, chosen, follow=True).content.decode()
    assert "2 submissions were taken" in done
    assert set(Submission.objects.values_list("student__username", "work", "entered_by__username")) == {
        ("student", "x = 1", "teacher"),
        ("classmate", "x = 2", "teacher"),
    }
    assert not Upload.objects.exists()


def test_nobody_is_matched_to_a_stranger(school):
    upload = receive(school, ("mystery.txt", b"x = 1"))
    [file] = upload.files.all()
    school.client(school.teacher).post(page("matches", upload.pk), {f"file-{file.pk}": school.outsider.pk})
    assert not Submission.objects.exists()


def test_an_upload_that_would_fill_the_memory(school, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_UPLOAD", 10)
    files = [SimpleUploadedFile(f"{n}.txt", b"x = 12345") for n in range(2)]
    answer = school.client(school.teacher).post(page("upload", school.problem.pk), {"files": files})
    assert answer.status_code == 422
    assert "larger than 20 MB" in answer.content.decode()


def test_discarding(school):
    upload = receive(school, ("student.txt", b"x = 1"))
    school.client(school.teacher).post(page("matches", upload.pk), {"discard": 1})
    assert not Upload.objects.exists()
    assert not Submission.objects.exists()


def test_two_files_of_one_student(school):
    upload = receive(school, ("student.txt", b"x = 1"), ("student_2.txt", b"x = 2"))
    assert list(uploads.taken_twice(upload)) == [upload.files.last().pk]
    uploads.take(upload, school.teacher)
    assert Submission.objects.get(current=True).work == "x = 2"


def test_an_upload_that_nobody_confirmed_is_forgotten(school):
    old = receive(school, ("student.txt", b"x = 1"))
    Upload.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(days=3))
    receive(school, ("student.txt", b"x = 1"))
    assert not Upload.objects.filter(pk=old.pk).exists()
