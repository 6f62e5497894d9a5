"""What is done when a gradient was asked for: whether it is fine, and if not, the question why."""

from whygrad import _whygrad
from whygrad.tensorflow import _graphs, _settle
from whygrad.tensorflow._tensorflow import elements_of, flat, here, is_eager, is_symbolic, record, tf


class Asked:
    """One call of gradient()."""

    def __init__(self, tape, target, sources, gradients, seeds, where, unconnected):
        self.tape, self.where = tape, where
        self.targets = [t for t in flat(target) if t is not None]
        self.sources = flat(sources)
        self.gradients = flat(gradients) if gradients is not None else [None] * len(self.sources)
        if len(self.gradients) != len(self.sources):
            self.gradients = [None] * len(self.sources)
        self.seeds = [None] * len(self.targets) if seeds is None else flat(seeds)
        self.zeros = unconnected == "zero"


def _is_spoilt(gradient):
    """Whether all of it is 0, or some of it not finite."""
    array = elements_of(gradient)
    if array is None:
        return False
    counted = _whygrad.count_elements(array)
    if counted is None:
        return False
    size, zeros, nans, infs = counted
    return size > 0 and (zeros == size or nans + infs > 0)


def look_at(collector, quiet, *call):
    """One call of gradient(), whose backward pass becomes a record where nobody recorded it."""
    asked = Asked(*call)
    answered(collector, asked)
    if quiet:
        collector.note_pass(asked)


def answered(collector, asked):
    """Looks at what gradient() answered, and explains what is wrong with it."""
    facts = collector.tapes.get(asked.tape)
    if facts is None:
        return
    collector.report.asked += 1
    wanting = []
    for i, gradient in enumerate(asked.gradients):
        if gradient is None or collector.values and not is_symbolic(gradient) and _is_spoilt(gradient):
            wanting.append(i)
    if not wanting:
        if collector.values and not asked.tape._persistent and not collector.open:
            collector.log.let_go(facts.flow.began)
        return
    with collector.silence():
        if facts.graph is None:
            _explain_eager(collector, asked, facts, wanting)
        else:
            _explain_traced(collector, asked, facts, wanting)


def _counts(sources):
    variables = sum(1 for s in sources if _is_variable(s))
    return variables, len(sources) - variables


def _is_variable(thing):
    return hasattr(thing, "handle") or isinstance(thing, tf.Variable)


# ---- Outside of functions ----


def _explain_eager(collector, asked, facts, wanting):
    log = collector.log
    facts.flow.asked_at = asked.where
    targets = [_value(collector, t) for t in asked.targets]
    targets = [t for t in targets if t >= 0]

    def question(kind, replaced=False):
        q = _whygrad.FlowQuestion(facts.flow, targets, kind, *_counts(asked.sources))
        for i in wanting:
            source = asked.sources[i]
            q.add_source(_value(collector, source), collector.variable_of(source) if _is_variable(source) else -1, replaced)
        return q

    settle_all(collector, question("absent"), {_value(collector, asked.sources[i]) for i in wanting})
    if asked.zeros:
        missing = collector.report.judge(log.draw(question("open")))
        if len(missing):
            collector.report.explain(log.draw(question("absent", replaced=True)))
            return
    drawing = log.draw(question("absent"))
    if any(asked.gradients[i] is not None for i in wanting):
        look_at_numbers(collector, drawing, asked, wanting, targets)
    collector.report.explain(drawing)


def _value(collector, thing):
    """The value of a target or a source."""
    if _is_variable(thing):
        variable = collector.variable_of(thing)
        return collector.log.version_of(variable) if variable >= 0 else -1
    return collector.events.value_of(thing) if is_eager(thing) else -1


def settle_all(collector, question, sources):
    """Definitions for all ops that the question is about; calls of functions are opened first, except one whose result is a source: a program has
    nothing else of what happened inside."""
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
    """One op of the backward pass, done once more."""
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
    except Exception:  # the rest remains unknown
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


def _explain_traced(collector, asked, facts, wanting):
    """The graph that is being built is the log; a moment is the number of an op in it."""
    sheet = _whygrad.FlowBuilder()
    flow = _whygrad.FlowTape(facts.flow.made_at, facts.flow.watches_variables)
    flow.asked_at = asked.where
    for begin, end, after, where in facts.windows:
        flow.window(begin, end, after, where)
    for begin, end, where in facts.forgotten:
        flow.forgotten(begin, end, where)
    variables = {}

    def variable_of(handle):
        """Of a handle inside of the graph or of a variable outside."""
        outer = _graphs.outer_of(handle)
        if outer is None:
            return -1
        if outer._id not in variables:
            variables[outer._id] = _copy_variable(collector.log, sheet, outer._id)
        return variables[outer._id]

    explicit = {variable_of(thing.handle) for thing, _ in facts.watched if _is_variable(thing)}

    def on_read(variable, version):
        now = walk.moment[0]
        recording = any(begin <= now and (end < 0 or now < end) for begin, end, _, _ in facts.windows)
        if recording and (flow.watches_variables and sheet.is_trainable(variable) or variable in explicit):
            flow.watch(version, now)

    def add(kind, type_, inputs, outputs, where):
        op = sheet.record(type_, inputs, outputs, where, kind)
        sheet.set_moment(op, walk.moment[0])
        return op

    walk = _graphs.Walk(sheet, collector.facts, collector.functions, add, variable_of, on_read)
    walk.outer = {inner._id: outer._id for outer, inner in facts.graph.captures}
    walk.walk(facts.graph)
    for thing, since in facts.watched:
        value = _value_in(walk, thing)
        if value is not None and not _is_variable(thing):
            flow.watch(value, since)
    targets = [value for value in (_value_in(walk, t) for t in asked.targets) if value is not None]
    question = _whygrad.FlowQuestion(flow, targets, "absent", *_counts(asked.sources))
    for i in wanting:
        source = asked.sources[i]
        variable = variable_of(source.handle) if _is_variable(source) else -1
        value = sheet.version_of(variable) if variable >= 0 else _value_in(walk, source)
        if value is None:
            value = sheet.value(0, source.dtype.name, None)
        question.add_source(value, variable)
    collector.report.explain(sheet.draw(question))


def _copy_variable(log, sheet, key):
    variable = log.variable_of(key)
    if variable < 0:
        return sheet.add_variable(key, "Variable", False, True, "float32", None, _whygrad.Where())
    return sheet.add_variable(key, *log.variable_facts(variable))


def _value_in(walk, thing):
    """The value of a tensor in the graph; one from outside is known by the tensor that stands for it inside."""
    if _is_variable(thing):
        return None
    if thing._id in walk.values:
        return walk.values[thing._id]
    return next((value for key, value in walk.values.items() if walk.outer.get(key) == thing._id), None)


def note_spread(collector, norm):
    """Gradients are divided by their common norm, which is not finite if one of them is not."""
    counted = _whygrad.count_elements(elements_of(norm))
    if counted is not None and counted[2] + counted[3] > 0:
        collector.report.add_spread(here())


# ---- Where TensorFlow raises ----


def threw(collector, tape, error, where, target, sources):
    """gradient() raised: the tape is used up, an op has no rule, or a custom gradient is wrong."""
    if isinstance(error, LookupError):
        answered(collector, Asked(tape, target, sources, None, None, where, "none"))
        return
    first = str(error).partition("\n")[0]
    collector.report.asked += 1
    if isinstance(error, RuntimeError) and tape._tape is None:
        for source in tf.nest.flatten(sources):
            name = collector.log.variable_facts(collector.variable_of(source))[0] if collector.variable_of(source) >= 0 else ""
            collector.report.add(
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
        collector.report.add(
            "absent",
            "CUSTOM_GRADIENT",
            f"its backward function failed: {first}",
            where=place,
            source="the inputs of a custom gradient",
            op="custom_gradient",
            op_type="IdentityN",
        )


def jacobian_threw(collector, tape, error, where, target, sources):
    if isinstance(error, AttributeError):  # of None, which it stacks: there is no gradient
        collector.report.asked += 1
        collector.report.add(
            "absent", "JACOBIAN", f"jacobian() failed: {str(error).partition(chr(10))[0]}", where=where, source="the sources of jacobian()"
        )
    else:
        threw(collector, tape, error, where, target, sources)
