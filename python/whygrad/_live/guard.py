"""The guard keeps the collector's own exceptions away from the program that is watched."""

import functools
import traceback


class Guard:
    """Calls functions of a collector and catches their exceptions. It notes the first one of each place for the report."""

    def __init__(self):
        self.notes = []
        self._places = set()

    def note(self, error):
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
        if place not in self._places:
            self._places.add(place)
            self.notes.append(f"{type(error).__name__} at {'/'.join(place.split('/')[-3:])}: {str(error).partition(chr(10))[0][:200]}")

    def wrap(self, function):
        """The same function, but it returns None if it fails."""

        @functools.wraps(function)
        def guarded(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except Exception as error:
                self.note(error)
                return None

        return guarded

    def __call__(self, function, *args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Exception as error:
            self.note(error)
            return None

    def text(self):
        if not self.notes:
            return ""
        return "something was not seen, because whygrad failed in a place where it must not; please report this:\n  " + "\n  ".join(self.notes)
