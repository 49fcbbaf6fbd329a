"""What every page of the classes shares."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts import sheets
from accounts.models import Classroom, User
from accounts.request import Request
from accounts.tables import LARGEST, Table, decode, write_table

CONFLICT = 409
FORMS = {
    "csv": ("text/csv; charset=utf-8", write_table),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheets.write_book),
}


def page(request: Request, template: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """A whole page, with the classes of its reader beside it."""
    return render(request, template, {"classes": classes_of(request.user)} | (context or {}), status=status)


def classes_of(user: User) -> list[Classroom]:
    """What the sidebar lists: the classes that a teacher teaches (an administrator's are all), or that a student is in, of this year."""
    found = Classroom.objects.taught_by(user) if user.teaches else Classroom.objects.attended_by(user)
    return list(found.filter(ended=None)[:50])


def table(rows: Table, name: str, form: str) -> HttpResponse:
    """A file to keep: `form` is "csv" or "xlsx"."""
    content_type, write = FORMS[form]
    return HttpResponse(write(rows), content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'})


def uploaded_text(request: Request) -> str:
    """A table's text: the file that was chosen, or else what was typed or pasted. Raises `TableError`."""
    file = request.FILES.get("file")
    data = file.read(LARGEST + 1) if file else request.POST.get("table", "").encode()
    return sheets.as_text(data) if data.startswith(sheets.BEGINS) and len(data) <= LARGEST else decode(data)
