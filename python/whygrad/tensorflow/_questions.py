"""Checks the gradients that the program asked for, and explains those that are missing or spoilt."""

from whygrad import _whygrad
from whygrad.tensorflow import _graphs, _settle
from whygrad.tensorflow._tensorflow import elements_of, flat, here, is_eager, is_symbolic, record, tf


class Asked:
    """One call of gradient(). until: the number of ops in the graph in which it was called, before those of the backward pass."""

    def __init__(self, tape, target, sources, gradients, seeds, where, unconnected, until=None):
        self.tape, self.where, self.until = tape, where, until
        self.targets = [t for t in flat(target) if t is not None]
        self.sources = flat(sources)
        self.gradients = flat(gradients) if gradients is not None else [None] * len(self.sources)
        if len(self.gradients) != len(self.sources):
            self.gradients = [None] * len(self.sources)
        self.seeds = [None] * len(self.targets) if seeds is None else flat(seeds)
        self.zeros = unconnected == "zero"


def _is_spoilt(gradient):
    """Whether all its elements are 0 or some are not finite."""
    array = elements_of(gradient)
    if array is None:
        return False
    counted = _whygrad.count_elements(array)
    if counted is None:
        return False
    size, zeros, nans, infs = counted
    return size > 0 and (zeros == size or nans + infs > 0)


def look_at(collector, quiet, *call):
    """Looks at one call of gradient(). quiet: no tape recorded its backward pass, so that one record stands for it."""
    asked = Asked(*call)
    answered(collector, asked)
    if quiet:
        collector.note_pass(asked)


def answered(collector, asked, kind="absent"):
    """Looks at the answer of gradient() and explains what is wrong with it. kind "open": gradient() has given no answer."""
    facts = collector.tapes.get(asked.tape)
    if facts is None:
        return
    collector.reports.count()
    wanting = []
    for i, gradient in enumerate(asked.gradients):
        if gradient is None or collector.values and not is_symbolic(gradient) and _is_spoilt(gradient):
            wanting.append(i)
    if collector.values and facts.graph is not None and len(wanting) < len(asked.gradients):
        collector.pending.append(Pending(asked, facts))
        _look_for_unconnected(collector, asked, facts)
    for i in wanting:
        collector.name_by_path(asked.sources[i])
    if not wanting:
        if collector.values and facts.graph is None and not asked.tape._persistent and not collector.open:
            collector.log.let_go(facts.flow.began)
        return
    if facts.graph is not None and collector.held is not None and facts.graph is collector.held[0]:
        collector.held[1].append((asked, facts, wanting))
        return
    with collector.silence():
        if facts.graph is None:
            _explain_eager(collector, asked, facts, wanting, kind)
        else:
            _explain_traced(collector, asked, facts, wanting)


def explain_held(collector):
    """Explains what was missing in a step that was not traced to its end, and therefore does not run again."""
    held, collector.held = collector.held, None
    with collector.silence():
        for question in held[1] if held is not None else ():
            _explain_traced(collector, *question)


def _counts(sources):
    variables = sum(1 for s in sources if _is_variable(s))
    return variables, len(sources) - variables


def _is_variable(thing):
    return hasattr(thing, "handle") or isinstance(thing, tf.Variable)


# ---- Outside of functions ----


def _explain_eager(collector, asked, facts, wanting, kind):
    log = collector.log
    facts.flow.asked_at = asked.where
    targets = [_value(collector, t) for t in asked.targets]
    targets = [t for t in targets if t >= 0]

    def question(kind, replaced=False, about=None):
        q = _whygrad.FlowQuestion(facts.flow, targets, kind, *_counts(asked.sources))
        for i in wanting if about is None else about:
            source = asked.sources[i]
            q.add_source(_value(collector, source), collector.variable_of(source) if _is_variable(source) else -1, replaced)
        return q

    settle_all(collector, question("absent"), {_value(collector, asked.sources[i]) for i in wanting})
    if asked.zeros:
        missing = collector.reports.judge(log.draw(question("open")))
        if len(missing):
            collector.reports.explain(log.draw(question("absent", replaced=True)))
            return
    wanting = _without_unconnected(collector, asked, wanting, question)
    if not wanting:
        return
    drawing = log.draw(question(kind, about=wanting))
    if any(asked.gradients[i] is not None for i in wanting):
        look_at_numbers(collector, drawing, asked, wanting, targets)
    collector.reports.explain(drawing)


def _without_unconnected(collector, asked, wanting, question):
    """Reports zeros that stand for absent gradients, which a traced function answers for inputs that it does not use. Returns the remaining
    sources."""
    judge, draw = collector.reports.judge, collector.log.draw
    unconnected = [i for i in wanting if asked.gradients[i] is not None and len(judge(draw(question("open", about=[i]))))]
    if unconnected:
        why = "a traced function answers zeros where nothing connects its result with what it was given"
        collector.reports.take_as_zero(judge(draw(question("absent", about=unconnected))), why)
    return [i for i in wanting if i not in unconnected]


def _value(collector, thing):
    """The value of a target or a source."""
    if _is_variable(thing):
        variable = collector.variable_of(thing)
        return collector.log.version_of(variable) if variable >= 0 else -1
    return collector.events.value_of(thing) if is_eager(thing) else -1


def settle_all(collector, question, sources):
    """Settles all ops that are relevant to the question. Calls of functions are opened first, except a call whose result is a source: the program
    holds only that result, and no value from inside of the call."""
    log = collector.log
    tried = {log.maker_of(value) for value in sources if log.has_value(value)}
    while True:
        opened = False
        for op in log.relevant(question):
            if op not in tried and collector.is_call(op) and not log.is_opened(op):
                tried.add(op)
                opened |= bool(collector.guard(_graphs.open_call, collector, op))
            if not log.is_settled(op) and not log.is_opened(op):
                collector.guard(_settle.settle, collector.facts, log, op)
                if collector.is_call(op):
                    collector.guard(_graphs.note_paths_of_call, collector, op)
        if not opened:
            return


def look_at_numbers(collector, drawing, asked, wanting, targets):
    log = collector.log
    drawing.look_at_values(lambda value: elements_of(log.tensor_of(value)) if log.has_value(value) else None)
    for at, i in enumerate(wanting):
        if asked.gradients[i] is not None:
            drawing.look_at_answer(at, elements_of(asked.gradients[i]))
    arrived = {}
    for value, target, seed in zip(targets, asked.targets, asked.seeds):
        seed = tf.ones_like(target) if seed is None else seed
        arrived[value] = arrived[value] + seed if value in arrived else seed
    with record.stop_recording():
        for op in drawing.backward_steps():
            _step(collector, drawing, op, arrived)


def _step(collector, drawing, op, arrived):
    """Computes one op of the backward pass again."""
    log = collector.log
    tensors, call = log.tensors_of(op), log.call_of(op)
    outputs = log.outputs_of(op)
    is_rule = hasattr(call, "backward")
    if not is_rule and tensors is None or not any(out in arrived for out in outputs):
        return
    likes = call.outputs if is_rule else tensors[1]
    seeds = [arrived[out] if out in arrived else tf.zeros_like(like) for out, like in zip(outputs, likes)]
    try:
        if is_rule:
            given = call.backward(*seeds)
        elif len(tensors) == 3:
            given = tensors[2](*seeds)
        else:
            given = collector.facts.call(log.type_of(op), call, list(tensors[0]), list(tensors[1]), seeds)
    except Exception:  # the gradients behind this op stay unknown
        return
    given = list(given) if isinstance(given, (list, tuple)) else [given]
    passed = [elements_of(g) for g in given]
    drawing.look_at_step(op, [elements_of(arrived.get(out)) for out in outputs], passed)
    for value, gradient in zip(log.inputs_of(op), given):
        if gradient is None:
            continue
        if isinstance(gradient, tf.IndexedSlices):
            gradient = tf.convert_to_tensor(gradient)
        arrived[value] = arrived[value] + gradient if value in arrived else gradient


# ---- Where a function is being traced ----


class Pending:
    """A call of gradient() in a traced function. Its numbers are known only when the function runs."""

    def __init__(self, asked, facts):
        self.asked, self.facts, self.calls, self.seen = asked, facts, 0, False
        self.name = facts.graph.name  # kept here, because the graph may be gone later
        self.windows, self.forgotten, self.watched = [list(w) for w in facts.windows], list(facts.forgotten), list(facts.watched)


def _explain_traced(collector, asked, facts, wanting):
    _explain_in_graph(collector, Pending(asked, facts), wanting, {})


def _look_for_unconnected(collector, asked, facts):
    """Finds the zeros that loops and branches in graphs answer for sources without a path. The graph shows them without a run."""
    there = [i for i, gradient in enumerate(asked.gradients) if gradient is not None]
    if there and _graphs.has_control_flow(facts.graph):
        with collector.silence():
            _explain_in_graph(collector, Pending(asked, facts), there, None)


def _explain_in_graph(collector, pending, wanting, tensors):
    """Records the ops of the graph at the end of the log, as if the function ran now, and explains the question there. tensors: tensors with numbers,
    by the keys of the symbolic tensors; None: report only sources that are not connected at all."""
    log, facts, asked, graph = collector.log, pending.facts, pending.asked, pending.facts.graph
    begin = log.moment + 1
    flow = _whygrad.FlowTape(facts.flow.made_at, facts.flow.watches_variables)
    flow.asked_at = asked.where
    for first, end, after, where in pending.windows:
        flow.window(begin + first, begin + end if end >= 0 else -1, after, where)
    for first, end, where in pending.forgotten:
        flow.forgotten(begin + first, begin + end, where)
    for variable in graph.variables:
        collector.variable_of(variable)  # adds the variable if it is not known yet
    root = log.record("Trace", [], [], where=asked.where)

    def variable_of(handle):
        outer = _graphs.outer_of(handle)
        return log.variable_of(outer._id) if outer is not None else -1

    explicit = {collector.variable_of(thing) for thing, _ in pending.watched if _is_variable(thing)}

    def on_read(variable, version):
        now = walk.moment[0]
        recording = any(first <= now and (end < 0 or now < end) for first, end, _, _ in pending.windows)
        if recording and (flow.watches_variables and log.is_trainable(variable) or variable in explicit):
            flow.watch(version, begin + now)

    def add(kind, type_, inputs, outputs, where):
        op = log.record_inside(root, type_, inputs, outputs, where, kind)
        log.set_moment(op, begin + walk.moment[0])
        return op

    walk = _graphs.Walk(collector, add, variable_of, on_read, tensors, asked.until)
    for outer, inner in graph.captures:
        if is_eager(outer) and outer.dtype != tf.resource:
            walk.values[inner._id] = collector.events.value_of(outer)
    walk.walk(graph)
    inside = {outer._id: inner for outer, inner in graph.captures}

    def value_in(thing):
        return walk.value_of(thing if is_symbolic(thing) else inside.get(thing._id, thing))

    for thing, since in pending.watched:
        if not _is_variable(thing):
            flow.watch(value_in(thing), begin + since)
    targets = [value_in(t) for t in asked.targets if not _is_variable(t)]

    def question(kind, about):
        q = _whygrad.FlowQuestion(flow, targets, kind, *_counts(asked.sources))
        for i in about:
            source = asked.sources[i]
            variable = collector.variable_of(source) if _is_variable(source) else -1
            q.add_source(log.version_of(variable) if variable >= 0 else value_in(source), variable)
        return q

    wanting = _without_unconnected(collector, asked, wanting, question)
    if wanting and tensors is not None:
        _explain_drawing(collector, asked, log.draw(question("absent", wanting)), wanting, targets, tensors)
    log.hide(root)


def _explain_drawing(collector, asked, drawing, wanting, targets, tensors):
    if tensors:
        real = [tensors.get(t._id) if is_symbolic(t) else t for t in asked.targets]
        gradients = [tensors.get(getattr(g, "_id", None)) for g in asked.gradients]
        seeds = [tensors.get(getattr(s, "_id", None)) for s in asked.seeds]
        if all(t is not None for t in real):
            look_at_numbers(collector, drawing, _Real(real, gradients, seeds), wanting, targets)
    collector.reports.explain(drawing)


class _Real:
    """The targets, gradients and output gradients of a question, with the tensors of one run."""

    def __init__(self, targets, gradients, seeds):
        self.targets, self.gradients, self.seeds = targets, gradients, seeds


_LOOKED_AT = (1, 10, 100, 1000, 10000)  # the calls of a function that are looked at; each costs another run


def before_call(collector, graph, arguments):
    """Called before a run of a traced function that contains requests for gradients. At some of the calls (_LOOKED_AT) it runs a copy of the function
    to look at the numbers."""
    waiting = [p for p in collector.pending if p.facts.graph is graph]
    if not waiting or not collector.values or collector.log.busy:
        return
    for pending in waiting:
        pending.calls += 1
    if waiting[0].calls not in _LOOKED_AT:
        return
    tensors = _graphs.run_again(collector, graph, arguments)
    if not tensors:
        return
    for pending in waiting:
        pending.seen = True
        gradients = pending.asked.gradients
        wanting = [i for i, g in enumerate(gradients) if g is not None and _is_spoilt(tensors.get(getattr(g, "_id", None)))]
        if wanting:
            with collector.silence():
                _explain_in_graph(collector, pending, wanting, tensors)


def note_spread(collector, norm):
    """Called when gradients are divided by their common norm. Reports a norm that is not finite, because it spreads to all of them."""
    counted = _whygrad.count_elements(elements_of(norm))
    if counted is not None and counted[2] + counted[3] > 0:
        collector.reports.add_spread(here())


# ---- Where TensorFlow raises ----


def threw(collector, tape, error, where, target, sources):
    """Called when gradient() raised: the tape is used up, an op has no rule, or a custom gradient is wrong."""
    if isinstance(error, (LookupError, NotImplementedError)):  # an op without a rule
        answered(collector, Asked(tape, target, sources, None, None, where, "none"))
        return
    if collector.py_functions.met and isinstance(error, tf.errors.InvalidArgumentError):
        # If no gradient leaves a py_function, TensorFlow continues with a scalar 0, whose shape does not fit.
        answered(collector, Asked(tape, target, sources, None, None, where, "none"), "open")
        return
    first = str(error).partition("\n")[0]
    collector.reports.count()
    if isinstance(error, RuntimeError) and tape._tape is None:
        for source in tf.nest.flatten(sources):
            name = collector.log.variable_facts(collector.variable_of(source))[0] if collector.variable_of(source) >= 0 else ""
            collector.reports.add(
                "absent",
                "TAPE_CONSUMED",
                "the tape had answered already and, not being persistent, let go of what it had recorded",
                where=where,
                source=f"variable `{name}`" if name else "a tensor",
                source_name=name,
            )
    elif collector.rules and isinstance(error, (ValueError, TypeError)):
        rule = collector.rules[-1]
        place = collector.log.place_of(rule) if collector.log.has_op(rule) else where
        call = collector.log.call_of(rule) if collector.log.has_op(rule) else None
        if call is not None:
            with collector.silence():
                _, returned = _settle.call_and_watch(call.backward, _settle.seeds_of(call))
            place = returned or place
        collector.reports.add(
            "absent",
            "CUSTOM_GRADIENT",
            f"its backward function failed: {first}",
            where=place,
            source="the inputs of a custom gradient",
            op="custom_gradient",
            op_type="IdentityN",
        )


def jacobian_threw(collector, tape, error, where, target, sources):
    if isinstance(error, AttributeError):  # jacobian() stacks the gradients, and one of them is None
        collector.reports.count()
        collector.reports.add(
            "absent", "JACOBIAN", f"jacobian() failed: {str(error).partition(chr(10))[0]}", where=where, source="the sources of jacobian()"
        )
    else:
        threw(collector, tape, error, where, target, sources)
