"""The parts that the collectors of other engines share: patches that can be taken back, the guard against exceptions of our own, and the report."""
