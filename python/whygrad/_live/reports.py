"""The open reports. One collector reports to all of them."""

from whygrad import _whygrad


class Reports:
    """Passes the findings of a collector to every report in `all`: there are several if diagnose() is nested."""

    def __init__(self, engine):
        self.all = []
        self._judge = _whygrad.LiveReport(engine)

    def judge(self, drawing):
        return self._judge.judge(drawing)

    def explain(self, drawing):
        self.take(self._judge.judge(drawing))

    def take(self, explanation):
        for report in self.all:
            report.take(explanation)

    def take_as_zero(self, explanation, evidence):
        """Adds an explanation of absent gradients that the engine answered with zeros."""
        for report in self.all:
            report.take(explanation, "zero", evidence)

    def add(self, *args, **kwargs):
        for report in self.all:
            report.add(*args, **kwargs)

    def add_spread(self, where):
        for report in self.all:
            report.add_spread(where)

    def count(self):
        """Counts one more request for gradients."""
        for report in self.all:
            report.asked += 1
