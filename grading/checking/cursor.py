"""A place in a row of tokens, for the reader of formulas."""

from grading.checking.tokens import Token, Unreadable

DEEPEST = 160  # a bracket counts five


class Cursor:
    """`next` is the token that is looked at; None at the end."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    @property
    def after_next(self) -> Token | None:
        return self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None

    def peek(self, *texts: str) -> bool:
        """Whether the next token is one of these signs, commands or letters; words in `\\text{}` do not count."""
        token = self.next
        return token is not None and token.text in texts and token.kind not in ("text", "word")

    def kind(self, *kinds: str) -> bool:
        return self.next is not None and self.next.kind in kinds

    def take(self) -> Token:
        token = self.next
        if token is None:
            raise Unreadable
        self.at += 1
        return token

    def accept(self, *texts: str) -> bool:
        found = self.peek(*texts)
        self.at += found
        return found

    def expect(self, *texts: str) -> None:
        if not self.accept(*texts):
            raise Unreadable

    def expect_end(self) -> None:
        if self.next is not None:
            raise Unreadable

    def replace_next(self, *tokens: Token) -> None:
        self.tokens[self.at : self.at + 1] = tokens

    def deeper(self, levels: int) -> None:
        """Raises Unreadable where brackets are nested too deeply."""
        self.depth += levels
        if self.depth > DEEPEST:
            raise Unreadable

    def raw(self) -> str:
        """A subscript or the like, as written but for spaces."""
        if not self.accept("{"):
            return self.take().text
        out: list[str] = []
        depth = 1
        while True:
            token = self.take()
            depth += (token.text == "{") - (token.text == "}")
            if not depth:
                return "".join(out)
            out.append(token.text)

    def raw_letters(self) -> str:
        """`{AB}`, or `ABC` without braces."""
        if self.peek("{"):
            return self.raw()
        out = self.take().text
        while self.kind("name") and self.next is not None and self.next.text.isupper() and out.isupper():
            out += self.take().text
        return out
