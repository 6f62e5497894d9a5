"""Whether an unknown name is a misspelling of a known one."""

import difflib
import re


def _words(name):
    """reduce_mean: reduce, mean. Conv2DTranspose: conv, 2, d, transpose."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]


def _same_word(a, b):
    return a == b or min(len(a), len(b)) > 2 and difflib.SequenceMatcher(None, a, b).ratio() > 0.7


def meant(name, known):
    """The known name with the same words, of which one or the other is spelled a little differently; None where there is none, since a function
    that merely sounds like it does something else."""
    words = _words(name)
    same = [other for other in known if other.replace("_", "").lower() == name.replace("_", "").lower()]
    if same:
        return same[0]
    for near in difflib.get_close_matches(name, known, 5, 0.8):
        others = _words(near)
        if len(others) == len(words) and all(map(_same_word, words, others)):
            return near
    return None
