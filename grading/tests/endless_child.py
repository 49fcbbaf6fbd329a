"""A child process that answers a number with as many letters, and never ends a line that would be too long."""

from grading.checking.child import LONGEST_REPLY, serve


def answer(number):
    while number > LONGEST_REPLY:
        print("x" * 65_536, end="", flush=True)  # noqa: T201
    return "x" * number


if __name__ == "__main__":
    serve(answer)
