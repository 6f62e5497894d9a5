"""What the collectors of other engines share: patches that are taken back, exceptions of ours that reach no program, and the report."""
