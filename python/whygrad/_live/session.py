"""The session of an engine: one collector for all open reports on it."""

from whygrad._live import engine
from whygrad._live.patches import Patches
from whygrad._live.threads import REMARK, watch_threads


class Session:
    """The first open report installs the collector, and the last one takes all patches back. A subclass defines:

    _install(patches): puts the patches in place and returns a collector with `reports`, `guard` and `keep_values()`.
    _close(collector): adds the last findings before a report is closed.
    _remarks(collector): the facts that could not be seen, apart from versions and missing attributes.
    """

    name = ""  # the name of the engine's module
    title = ""  # the engine's name as people write it
    sees_threads = False  # whether the ops of all threads are seen

    def __init__(self, version):
        self.collector = None
        self._version, self._patches, self._open = version, None, {}  # _open: reports, and whether they want values
        self._threads = False  # whether the program has started threads

    def join(self, owner, report, values):
        if owner in self._open:
            raise RuntimeError("[diagnose] the report is open already\nhelp: make another diagnose() to nest")
        if not self._open:
            self._patches = Patches()
            self.collector = self._install(self._patches)
            self._threads = False
            if not self.sees_threads:
                watch_threads(self._patches, self.collector.guard, self._has_threads)
        self._open[owner] = (report, values)
        self._settle()

    def leave(self, owner):
        if owner not in self._open:
            return
        self._close(self.collector)
        del self._open[owner]
        owner.add_remarks(self._all_remarks())
        if self._open:
            self._settle()
            return
        self._patches.remove()
        self.collector = self._patches = None

    def _has_threads(self):
        self._threads = True

    def _settle(self):
        self.collector.reports.all = [report for report, _ in self._open.values()]
        self.collector.keep_values(any(values for _, values in self._open.values()))

    def _all_remarks(self):
        missing = ", ".join(sorted(set(self._patches.missing)))
        return [
            engine.version_note(self.name, self._version),
            *(self.collector.guard(self._remarks, self.collector) or ()),
            REMARK if self._threads else "",
            f"this {self.title} has no {missing}: what depends on it was not seen" if missing else "",
            self.collector.guard.text(),
        ]

    def _install(self, patches):
        raise NotImplementedError

    def _close(self, _collector):
        pass

    def _remarks(self, _collector):
        return []
