"""What people type and programs send, as it can be stored and looked for."""

import unicodedata

PIECE = 1_000  # characters
LONGEST_SEARCH = 200  # characters; a database takes a text's length times as many steps for each text that it looks through


def storable(text: str) -> str:
    """Without blanks around it, NUL, and halves of a character that was cut in two (as JSON may have them)."""
    return with_line_ends(text).replace("\x00", "").encode("utf-8", "replace").decode().strip()


def with_line_ends(text: str) -> str:
    """A browser sends two characters for the end of a line, and counts one in a field's limit; others have their own."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def compatible(text: str) -> str:
    """With full-width and other forms of letters as the ordinary ones (NFKC): in pieces, as one run of accents takes the square of its
    length in time, and twelve minutes where it is as long as a form may be.
    """
    return "".join(unicodedata.normalize("NFKC", text[start : start + PIECE]) for start in range(0, len(text), PIECE))


def searched(text: str) -> str:
    """What is looked for; of a longer one its beginning."""
    return storable(text)[:LONGEST_SEARCH]
