"""Private-use characters that stand for a template line or a model element while text is rendered."""

import re

LINE_MARKS = 0xF0000  # one for each template line of a pack
ELEMENT_MARKS = (
    0x100000  # the first ends an element, the others stand for the elements of one rendering
)
MARKS_A_PLANE = 0xFFFD
MARKS = re.compile("[\U000f0000-\U0010ffff]")


def without_marks(text: str) -> str:
    """The text as it is written to disk."""
    return MARKS.sub("", text)
