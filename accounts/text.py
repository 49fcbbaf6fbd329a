"""What people type and programs send, as it can be stored and looked for."""


def storable(text: str) -> str:
    """Without blanks around it, NUL, and halves of a character that was cut in two (as JSON may have them)."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode().strip()
