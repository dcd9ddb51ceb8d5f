"""What people are asked, and the words that a study begins with."""

from __future__ import annotations

from dataclasses import dataclass

RATING = "rating"
PAIR = "pair"
PARTS = (RATING, PAIR)
"""The parts of a study, in the order in which a participant meets them.

Single clips come first: seeing two at once teaches what to look for."""

SIDES = ("left", "same", "right")
"""The answers to a question about a pair; ``same`` is "no difference"."""


@dataclass(frozen=True)
class Question:
    """One question about a clip or a pair.

    Parameters
    ----------
    name : str
        Names its column in tables.
    text : str
        What participants read.
    labels : tuple of str
        The points of the scale, worst first; their values are 1, 2, 3 …. None for a pair.
    """

    name: str
    text: str
    labels: tuple[str, ...] = ()

    def allows(self, value: str) -> bool:
        """Tell whether a text is an answer to this question."""
        points = [str(point) for point in range(1, len(self.labels) + 1)] or SIDES
        return value in points


ACR = ("Bad", "Poor", "Fair", "Good", "Excellent")
"""The scale of absolute category ratings, ITU-T P.800, annex B."""

RATING_QUESTIONS = (
    Question("naturalness", "How natural is the way the face moves?", ACR),
    Question("lip_sync", "How well do the lips fit the speech?", ACR),
    Question(
        "expressiveness",
        "How expressive is the face?",
        ("Not at all", "Slightly", "Somewhat", "Very", "Extremely"),
    ),
)
PAIR_QUESTIONS = (Question("preference", "Which face speaks better?"),)

INTRODUCTION = (
    "You will watch short clips of a talking head and say what you think of them. "
    "There are no right or wrong answers. Please use headphones or turn your sound on, "
    "and sit somewhere quiet."
)
CONSENT = (
    "Taking part is voluntary. You may stop at any time, and the button “Withdraw” deletes "
    "everything you answered.",
    "Only your answers, how long each took and a random code are kept. No name, no address, "
    "no account, no IP address and nothing about your device is stored, and no cookies are set.",
    "The answers, without the code, may be published for research.",
)
CONFIRMATION = "I am at least 18 years old, have read this and agree to take part."
