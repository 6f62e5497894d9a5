"""What to say of a name that is not there."""

import difflib


def missing(module, scope):
    """The __getattr__ of a module whose globals are `scope`."""

    def refuse(name):
        if name.startswith("__"):
            raise AttributeError(name)
        known = [known for known in scope if not known.startswith("_")]
        near = difflib.get_close_matches(name, known, 1, 0.5)
        help_ = f"\nhelp: the nearest that there is: {module}.{near[0]}" if near else f"\nhelp: there are {', '.join(sorted(known))}"
        raise AttributeError(f"whygrad has no {module}.{name} yet{help_}")

    return refuse
