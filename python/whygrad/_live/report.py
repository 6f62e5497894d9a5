"""The report on a program that runs on another engine, with the same findings and faces as whygrad.diagnose()."""

from whygrad._diagnose import Report


class LiveReport(Report):
    """A collector fills `self._report`. A subclass says how the collector is installed (`_install`) and taken back (`_remove`)."""

    def __init__(self, report, guard):
        super().__init__(report)
        self._guard = guard
        self._remarks = []  # on versions, and on what could not be seen

    def __enter__(self):
        self._install()
        return self

    def __exit__(self, kind, value, traceback):
        self.remove()
        if value is not None:
            self.stopped_by(value)

    def remove(self):
        """Takes every patch back. What was found stays."""
        self._remove()

    @property
    def note(self):
        return "\n".join(text for text in (super().note, *self._remarks, self._guard.text()) if text)
