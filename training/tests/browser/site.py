"""A site for the browser whose script plays a run's supervisor (see script.py)."""

from tutor.tests.browser.site import Site


class TrainingSite(Site):
    module = "training.tests.browser.script"
