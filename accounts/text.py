"""What people type into forms."""


def storable(text: str) -> str:
    """Without blanks around it, and without NUL, which Postgres does not store."""
    return text.replace("\x00", "").strip()
