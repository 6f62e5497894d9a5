"""Checks for tests, which say why they fail. The pytest plugin offers them as fixtures too."""

from whygrad._diagnose import explain

__all__ = ["assert_gradient", "assert_no_gradient"]


def assert_gradient(tape, target, sources):
    """The target has a gradient with respect to each source, which is neither all zeros nor anywhere NaN or infinite. The tape stays as it is."""
    __tracebackhide__ = True
    explanation = explain(tape, target, sources, values=True)
    if explanation.findings:
        raise AssertionError(f"\n{explanation}")


def assert_no_gradient(tape, target, sources, reason):
    """No source has a gradient that is of use, each for the reason with this code, "WG103", or name, "NONDIFF_OP"."""
    __tracebackhide__ = True
    from whygrad import _nest

    for source in _nest.flatten(sources):
        explanation = explain(tape, target, source, values=True)
        if not explanation.findings:
            raise AssertionError(f"there is a gradient, and {reason} was expected to keep it away")
        if not any(reason in (finding.code, finding.cause) for finding in explanation.findings):
            raise AssertionError(f"{reason} was expected\n{explanation}")
