"""The report on a program that runs on another engine. Its findings have the same form as those of whygrad.diagnose()."""

from whygrad import _whygrad
from whygrad._diagnose import Report


class LiveReport(Report):
    """While the report is open, its engine's collector fills it. A subclass names the Session that it joins."""

    _session = None

    def __init__(self, values=False):
        super().__init__(_whygrad.LiveReport(self._session.name))
        self._values = values
        self._remarks = []  # remarks on versions, on facts that could not be seen, and on failures of whygrad itself

    def open(self):
        self._session.join(self, self._report, self._values)

    def remove(self):
        """Ends the watch. The last open report takes all patches back. The findings stay."""
        self._session.leave(self)

    def __enter__(self):
        self.open()
        return self

    def __exit__(self, kind, value, traceback):
        self.remove()
        if value is not None:
            self.stopped_by(value)

    def add_remarks(self, remarks):
        self._remarks += [remark for remark in remarks if remark]

    @property
    def note(self):
        return "\n".join(text for text in (super().note, *self._remarks) if text)
