"""How far a proposal is trusted."""

import pytest

from grading.routing import bands, confidence, route
from grading.tests.evidence import evidence

AGREED = {"agreeing": 8, "sampled": 8}


def test_what_is_not_decided_is_not_trusted():
    assert confidence(evidence("undecided", ["checked"], **AGREED)) == 0
    assert confidence(evidence("", ["checked"], **AGREED)) == 0


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (evidence("correct", ["checked"], **AGREED), evidence("correct", ["unverified"], **AGREED)),
        (evidence("correct", ["checked"], **AGREED), evidence("correct", ["checked"])),
        (evidence("correct", ["checked"]), evidence("correct", ["checked"], agreeing=0, sampled=8)),
        (evidence("correct", ["checked"], **AGREED), evidence("correct", ["checked", "wrong"], **AGREED)),
        (evidence("incorrect", ["wrong"], **AGREED), evidence("incorrect", ["checked"], **AGREED)),
        (
            evidence("correct", ["checked"], score=3.0, baseline=0.0, **AGREED),
            evidence("correct", ["checked"], score=-3.0, baseline=0.0, **AGREED),
        ),
        (
            evidence("incorrect", ["wrong"], score=-9.0, baseline=-6.0, **AGREED),
            evidence("incorrect", ["wrong"], score=-3.0, baseline=-6.0, **AGREED),
        ),
    ],
    ids=["steps", "samples", "disagreement", "wrong step", "no wrong step", "score", "score of a wrong one"],
)
def test_more_evidence_is_more_confidence(more, less):
    assert 0 < confidence(less) < confidence(more) <= 1


def test_figures():
    assert confidence(evidence("correct", ["checked", "agrees"], **AGREED)) == pytest.approx(0.9)
    assert confidence(evidence("correct", ["checked", "unverified"])) == pytest.approx(0.5 * 0.8)
    assert confidence(evidence("correct", score=-1e9, baseline=0.0)) == pytest.approx(0, abs=1e-9)  # and no overflow
    assert confidence(evidence("correct", score=-1e9)) == confidence(evidence("correct", baseline=-1e9)) == 0.5  # one alone says nothing
    assert confidence(evidence("incorrect", **AGREED)) == pytest.approx(0.9)  # without a step none is missing
    assert confidence(evidence("correct", score=3.0, baseline=3.0)) == pytest.approx(0.5 * 0.5)  # as good as the samples


def test_without_samples_nothing_is_drafted_by_default():
    assert route(confidence(evidence("correct", ["checked"])), 0.8, 0.4) == "glance"
    assert route(confidence(evidence("correct", ["checked"], **AGREED)), 0.8, 0.4) == "auto"


@pytest.mark.parametrize(
    ("value", "way"), [(None, "read"), (0.0, "read"), (0.39, "read"), (0.4, "glance"), (0.79, "glance"), (0.8, "auto")]
)
def test_routes(value, way):
    assert route(value, 0.8, 0.4) == way
    assert route(0.0, 0.0, 0.0) == "read"


def test_bands():
    found = bands([0.75, 0.55, 0.5, 0.0, None], [(0.75, True), (0.55, False), (0.45, True)])
    assert [(band.threshold, band.submissions, band.agreeing, band.blind) for band in found[1:6]] == [
        (0.8, 0, 0, 0),
        (0.7, 1, 1, 1),
        (0.6, 1, 1, 1),
        (0.5, 3, 1, 2),
        (0.4, 3, 2, 3),
    ]
    assert [band.threshold for band in found] == [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
