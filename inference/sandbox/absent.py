"""What stands where no sandbox is open."""

from inference.sandbox import SandboxUnavailable, Session


class NoSandbox:
    """Whoever opens a session is told the reason. For one that refused to open, and for work in words alone."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def open(self) -> Session:
        raise SandboxUnavailable(self.reason)

    async def close(self) -> None:
        """Nothing is open."""
