"""What is refused."""

from django.utils.functional import Promise


class Refusal(Exception):
    """Nothing was changed. `str()` says why, in the language of who asked. A subclass, or what raises it, gives the `message`."""

    message: str | Promise

    def __str__(self) -> str:
        return str(self.message)
