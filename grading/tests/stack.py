"""A whole Lemma whose driver hands in work, and waiting for its worker to check it."""

import time

from tutor.tests.stack import Stack


class GradingStack(Stack):
    driving_module = "grading.tests.driver"

    def done(self):
        return self.do("checked")["states"].get("done", 0)

    def wait_until_done(self, count, seconds):
        """Until so many submissions are checked. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while self.done() < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.do('checked')} after {seconds} s; see {self.worker.log}")
            time.sleep(0.05)

    def check_with_kills(self, submissions, problems, kills, seconds):
        """Hand in, and kill the worker whenever another part is checked; how many were checked at each kill."""
        self.do("flood", submissions=submissions, problems=problems, students=-(-submissions // problems))
        killed_at = []
        for kill in range(1, kills + 1):
            self.wait_until_done(kill * submissions // (kills + 1), seconds)
            self.worker.kill()
            killed_at.append(self.done())
            self.worker.start()
        self.wait_until_done(submissions, seconds)
        return killed_at
