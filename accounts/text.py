"""What people type and programs send, as it can be stored and looked for."""


def storable(text: str) -> str:
    """Without blanks around it, NUL, and halves of a character that was cut in two (as JSON may have them)."""
    return with_line_ends(text).replace("\x00", "").encode("utf-8", "replace").decode().strip()


def with_line_ends(text: str) -> str:
    """A browser sends two characters for the end of a line, and counts one in a field's limit; others have their own."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
