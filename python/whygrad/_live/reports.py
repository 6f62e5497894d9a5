"""The reports that are open: one collector tells all of them."""

from whygrad import _whygrad


class Reports:
    """What a collector tells goes to every report in `all`, which are those of nested diagnose()."""

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
        """Of gradients that are absent, and that the engine answered with zeros."""
        for report in self.all:
            report.take(explanation, "zero", evidence)

    def add(self, *args, **kwargs):
        for report in self.all:
            report.add(*args, **kwargs)

    def add_spread(self, where):
        for report in self.all:
            report.add_spread(where)

    def count(self):
        """One more gradient was asked for."""
        for report in self.all:
            report.asked += 1
