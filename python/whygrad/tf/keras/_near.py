"""Messages about unknown names."""


def missing(module, scope):
    """The __getattr__ of a module whose globals are `scope`."""

    def refuse(name):
        if name.startswith("__"):
            raise AttributeError(name)
        from whygrad import _spelling  # only for the message

        known = [known for known in scope if not known.startswith("_")]
        near = _spelling.meant(name, known)
        help_ = f"\nhelp: the nearest that there is: {module}.{near}" if near else f"\nhelp: there are {', '.join(sorted(known))}"
        raise AttributeError(f"whygrad has no {module}.{name} yet{help_}")

    return refuse
