"""The report on a program that runs on another engine, with the same findings and faces as whygrad.diagnose()."""

from whygrad._diagnose import Report


class LiveReport(Report):
    """A collector fills `self._report`. A subclass says how the collector is installed (`_install`) and taken back (`_remove`)."""

    def __init__(self, report):
        super().__init__(report)
        self._remarks = []  # on versions, on what could not be seen, on what failed in whygrad

    def __enter__(self):
        self._install()
        return self

    def __exit__(self, kind, value, traceback):
        self.remove()
        if value is not None:
            self.stopped_by(value)

    def remove(self):
        """Ends the watch: the last report that is open takes every patch back. What was found stays."""
        self._remove()

    def add_remarks(self, remarks):
        self._remarks += [remark for remark in remarks if remark]

    @property
    def note(self):
        return "\n".join(text for text in (super().note, *self._remarks) if text)
