"""Reads the ops of traced functions from their graphs when a question needs them."""

from whygrad import _whygrad
from whygrad.tensorflow import _results, _settle
from whygrad.tensorflow._tensorflow import func_graph, is_eager, op_def_registry, place_in_stack, run_graph, shape_of, tf

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_BRANCHES = ("If", "StatelessIf")
_LOOPS = ("While", "StatelessWhile")
_DEEPEST = 20  # nested calls
_MOST_TRIPS = 128  # trips of a loop whose values are looked at
_MOST_DRAWN = 8  # trips of a loop whose number of trips is unknown


def name_of_call(type_, attrs):
    """The name of the function that an op calls."""
    if type_ not in _CALLS:
        return type_
    if isinstance(attrs, tuple):
        for name, value in zip(attrs[::2], attrs[1::2]):
            if name == "f":
                return getattr(getattr(value, "func", value), "name", str(value))
    return attrs.get_attr("f").name if attrs is not None else type_


def graph_of(functions, name, around=None):
    """The graph of a function; None if it no longer exists."""
    graph = functions.get(name)
    while graph is None and around is not None:
        function = around._get_function(name)
        graph = getattr(function, "cached_graph", None) or getattr(function, "graph", None)
        around = getattr(around, "outer_graph", None)
    return graph


def has_control_flow(graph):
    return any(op.type in (*_BRANCHES, *_LOOPS) for op in graph.get_operations())


def in_order(graph):
    """The graph's ops with their numbers, each after the ops that it needs. The order of numbers does not suffice: TensorFlow may add inputs to a
    loop after it was made."""
    number_of = {op: number for number, op in enumerate(graph.get_operations())}
    opened, done, ordered = set(), set(), []
    for op in number_of:
        waiting = [op]
        while waiting:
            here = waiting[-1]
            needed = () if here in opened else [*(tensor.op for tensor in here.inputs), *here.control_inputs]
            opened.add(here)
            needed = [other for other in needed if other not in opened and other in number_of]
            waiting += reversed(needed)
            if not needed:
                waiting.pop()
                if here not in done:
                    done.add(here)
                    ordered.append((number_of[here], here))
    return ordered


class Walk:
    """Records the ops of a graph. Of the outermost graph it records only the ops before the number `until`. `values` has the log's values by the key
    of a symbolic tensor. add(kind, type, inputs, outputs, where) records an op."""

    def __init__(self, collector, add, variable_of=None, on_read=None, tensors=None, until=None):
        self.collector, self.add = collector, add
        self.log, self.facts, self.functions = collector.log, collector.facts, collector.functions
        self.variable_of, self.on_read = variable_of, on_read
        self.tensors = tensors or {}  # tensors with numbers, by the key of the symbolic tensor
        self.values, self.handles, self.versions = {}, {}, {}
        self.until = until
        self.moment = [0]  # the number of the present op in the outermost graph

    def walk(self, graph, ends=None, depth=0):
        """Records the graph's ops. ends: the caller's values for the graph's outputs, by key."""
        ends = dict(ends or {})
        for number, op in in_order(graph):
            if depth == 0:
                if self.until is not None and number >= self.until:
                    continue
                self.moment[0] = number
            if op.type == "Placeholder" or not op.outputs and op.type == "NoOp":
                for out in op.outputs:
                    self._input(out)
                continue
            self._op(op, graph, ends, depth)
        for key, value in ends.items():  # outputs that are inputs of the graph
            if key in self.values:
                self._pass_on(self.values[key], value)

    def _input(self, tensor):
        """Adds the value of a placeholder, which comes from outside of the graph."""
        if tensor.dtype == tf.resource:
            if tensor._id not in self.handles and self.variable_of is not None:
                self.handles[tensor._id] = self.variable_of(tensor)
        elif tensor._id not in self.values:
            value = self.values[tensor._id] = self._make(tensor)
            op = self.add("feed", "Placeholder", [], [value], place_in_stack(tensor.op.traceback))
            self.log.settle(op, self.log.define("Placeholder", name="argument", like="element", kind="feed", answers=[]))

    def _make(self, tensor):
        return self.log.value(tensor._id, tensor.dtype.base_dtype.name, shape_of(tensor), self.tensors.get(tensor._id))

    def _pass_on(self, value, end):
        op = self.add("compute", "Identity", [value], [end], _whygrad.Where())
        self.log.settle(op, self.log.define("Identity", answers=[("flows", "data", "", "", "")]))

    def value_of(self, tensor):
        if tensor.dtype == tf.resource:
            variable = self.handles.get(tensor._id, -1)
            if variable >= 0:
                return self._read(variable)
        if tensor._id not in self.values:
            self.values[tensor._id] = self._make(tensor)
        return self.values[tensor._id]

    def _read(self, variable):
        if variable not in self.versions:
            self.versions[variable] = self.log.version_of(variable)
        if self.on_read is not None:
            self.on_read(variable, self.versions[variable])
        return self.versions[variable]

    def _op(self, op, graph, ends, depth):
        inputs = list(op.inputs)
        variable = self.handles.get(inputs[0]._id, -1) if inputs and inputs[0].dtype == tf.resource else -1
        if op.type == "ReadVariableOp" and variable >= 0:
            version = self._read(variable)
            self.values[op.outputs[0]._id] = version
            if op.outputs[0]._id in self.tensors:
                self.log.set_tensor(version, self.tensors[op.outputs[0]._id])
            return
        where = place_in_stack(op.traceback)
        if variable >= 0 and not op.outputs:
            return self._assign(op, variable, inputs, where)
        if op.type == "Identity":  # mostly added by TensorFlow before a function's results; it is the same value in any case
            if inputs[0].dtype == tf.resource:
                self.handles[op.outputs[0]._id] = variable
            else:
                self.values[op.outputs[0]._id] = self.value_of(inputs[0])
            return
        ids = [self.value_of(tensor) for tensor in inputs]
        if op.type in _LOOPS and depth < _DEEPEST and self._loop(op, graph, inputs, ids, where, depth):
            return
        if op.type in _BRANCHES and depth < _DEEPEST and self._branch(op, graph, inputs, ids, where, depth):
            return
        outputs = []
        for tensor in op.outputs:
            value = ends.pop(tensor._id, None)
            if value is None:
                value = self._make(tensor)
            elif tensor._id in self.tensors:
                self.log.set_tensor(value, self.tensors[tensor._id])
            self.values[tensor._id] = value
            outputs.append(value)
        if op.type in _CALLS and depth < _DEEPEST:
            inner = graph_of(self.functions, name_of_call(op.type, op), graph)
            if inner is not None:
                return self._call(inner, inputs, ids, outputs, depth)
        self._record(op, ids, outputs, where)

    def _record(self, op, ids, outputs, where):
        kind = "constant" if op.type == "Const" else "compute"
        new = self.add(kind, op.type, ids, outputs, where)
        if kind == "compute":
            self.log.set_call(new, op)
            tensors = [self.tensors.get(t._id) for t in op.inputs], [self.tensors.get(t._id) for t in op.outputs]
            if all(t is not None for part in tensors for t in part):
                self.log.set_tensors(new, tensors)
        else:
            array = tf.get_static_value(op.outputs[0])
            if array is not None and getattr(array, "dtype", None) is not None and array.dtype.kind in "biuf":
                self.log.set_print(new, array)
        _settle.settle(self.facts, self.log, new)

    def _assign(self, op, variable, inputs, where):
        given = [self.value_of(tensor) for tensor in inputs[1:] if tensor.dtype != tf.resource]
        if op.type != "AssignVariableOp":
            given.append(self._read(variable))
        written = inputs[-1]
        version = self.log.value(0, written.dtype.base_dtype.name, shape_of(written))
        new = self.add("assign", op.type, given, [version], where)
        self.log.set_variable(version, variable)
        self.versions[variable] = version
        _settle.settle(self.facts, self.log, new)

    def _enter(self, inner, inputs, ids, ends, depth):
        """Records the ops of an inner graph, with the caller's values as its inputs."""
        for symbol, tensor, value in zip(inner.inputs, inputs, ids):
            if symbol.dtype == tf.resource:
                self.handles[symbol._id] = self.handles.get(tensor._id, -1)
            else:
                self.values[symbol._id] = value
        self.walk(inner, ends, depth + 1)

    def _call(self, inner, inputs, ids, outputs, depth):
        real = [self.tensors.get(tensor._id) for tensor in inputs]
        if self.tensors and all(tensor is not None for tensor in real):
            self.tensors = {**self.tensors, **(self.collector.guard(run_again, self.collector, inner, real) or {})}
        ends, late = ends_of(inner, outputs)
        self._enter(inner, inputs, ids, ends, depth)
        for symbol, value in late:
            self._pass_on(self.value_of(symbol), value)

    def _loop(self, op, graph, inputs, ids, where, depth):
        """Records the body once for each trip if the number of trips is known. Otherwise it repeats the body until every input that can reach a
        result does so."""
        condition, body = (graph_of(self.functions, op.get_attr(name).name, graph) for name in ("cond", "body"))
        if condition is None or body is None or not len(body.inputs) == len(body.outputs) == len(op.outputs) == len(ids):
            return False
        outside, real = self.tensors, [self.tensors.get(tensor._id) for tensor in inputs]
        trips = _count_of(self.tensors.get(op.outputs[0]._id))
        is_known = trips is not None and trips <= _MOST_TRIPS and all(tensor is not None for tensor in real)
        ids = list(ids)
        for _ in range(trips if is_known or trips == 0 else _trips_until_all_is_reached(body)):
            if is_known:
                inside = self.collector.guard(run_again, self.collector, body, real) or {}
                self.tensors = {**outside, **inside}
                real = [inside.get(tensor._id, argument if tensor.dtype == tf.resource else None) for tensor, argument in zip(body.outputs, real)]
                is_known = all(tensor is not None for tensor in real)
            else:
                self.tensors = outside
            self._enter(body, inputs, ids, {}, depth)
            ids = [value if tensor.dtype == tf.resource else self.value_of(tensor) for tensor, value in zip(body.outputs, ids)]
        self.tensors = outside
        self._end_of_loop(condition, inputs, ids, trips, where, depth)
        for tensor, value, given in zip(op.outputs, ids, inputs):
            if tensor.dtype == tf.resource:
                self.handles[tensor._id] = self.handles.get(given._id, -1)
            else:
                self.values[tensor._id] = value
                if tensor._id in outside:
                    self.log.set_tensor(value, outside[tensor._id])
        return True

    def _end_of_loop(self, condition, inputs, ids, trips, where, depth):
        self._enter(condition, inputs, ids, {}, depth)
        end = self.add("loop_end", "while_loop", [self.value_of(condition.outputs[0])], [], where)
        self.log.set_choice(end, -1 if trips is None else trips)
        _settle.settle(self.facts, self.log, end)

    def _branch(self, op, graph, inputs, ids, where, depth):
        """Records the branch that was taken, or both if that is unknown."""
        condition = self.tensors.get(inputs[0]._id)
        if condition is None:
            condition = tf.get_static_value(inputs[0])
        if condition is None:
            return self._both_branches(op, graph, inputs, ids, where, depth)
        taken = bool(condition)
        inner = graph_of(self.functions, op.get_attr("then_branch" if taken else "else_branch").name, graph)
        if inner is None or len(inner.outputs) != len(op.outputs):
            return False
        choice = self.add("choice", "cond", [ids[0]], [], where)
        self.log.set_choice(choice, int(taken))
        _settle.settle(self.facts, self.log, choice)
        self._enter(inner, inputs[1:], ids[1:], {}, depth)
        for symbol, tensor in zip(inner.outputs, op.outputs):
            self.values[tensor._id] = self.value_of(symbol)
        return True

    def _both_branches(self, op, graph, inputs, ids, where, depth):
        """Records both branches, because it is unknown which one was taken. A result depends on the results of both."""
        branches = [graph_of(self.functions, op.get_attr(name).name, graph) for name in ("then_branch", "else_branch")]
        if any(inner is None or len(inner.outputs) != len(op.outputs) for inner in branches):
            return False
        given = []
        for inner in branches:
            self._enter(inner, inputs[1:], ids[1:], {}, depth)
            given.append([None if symbol.dtype == tf.resource else self.value_of(symbol) for symbol in inner.outputs])
        for tensor, *either in zip(op.outputs, *given):
            if tensor.dtype == tf.resource:
                continue
            value = self.values[tensor._id] = self._make(tensor)
            answers = [("flows", "condition", "", "", ""), ("flows", "data", "", "", ""), ("flows", "data", "", "", "")]
            self.log.settle(self.add("compute", op.type, [ids[0], *either], [value], where), self.log.define(op.type, answers=answers))
        return True


def _count_of(tensor):
    """The number of trips that a loop made, which is its first result in TensorFlow; None if it is unknown."""
    return int(tensor._numpy_internal()) if is_eager(tensor) and tensor.dtype == tf.int32 and tensor.shape.rank == 0 else None


def _trips_until_all_is_reached(body):
    """The number of trips after which no further input of the body can reach a result."""
    inputs_of = {tensor._id: {number} for number, tensor in enumerate(body.inputs)}
    for op in body.get_operations():
        reached = set().union(*(inputs_of.get(tensor._id, ()) for tensor in op.inputs))
        inputs_of.update((tensor._id, reached) for tensor in op.outputs if tensor._id not in inputs_of)
    first = [inputs_of.get(tensor._id, set()) for tensor in body.outputs]
    trips, now = 1, first
    while trips < _MOST_DRAWN:
        further = [set().union(*(now[number] for number in reached)) for reached in first]
        if further == now:
            break
        trips, now = trips + 1, further
    return trips


def ends_of(graph, outputs):
    """The caller's values by the graph's tensor that each one is, and a list of the values that have no tensor of their own: the tensor is an input
    of the graph or is returned twice. The list leaves out the outputs after the program's own results, which serve only TensorFlow's backward
    pass."""
    ends, late = {}, []
    own = len(graph.outputs) if graph.structured_outputs is None else len(_results.paths_in(graph.structured_outputs))
    for number, (symbol, value) in enumerate(zip(graph.outputs, outputs)):
        while symbol.op.type == "Identity" and symbol.op.inputs[0].dtype != tf.resource:
            symbol = symbol.op.inputs[0]
        if symbol._id in ends or symbol.op.type in ("Placeholder", "ReadVariableOp", *_BRANCHES, *_LOOPS):
            if number < own:
                late.append((symbol, value))
        else:
            ends[symbol._id] = value
    return ends, late


_READERS = frozenset(("ReadVariableOp", "ResourceGather", "ResourceGatherNd", "VariableShape", "VarIsInitializedOp", "Assert", "NoOp", "Placeholder"))


def _leaves_a_trace(op, functions, graph, depth=0):
    """Whether a second run of the op would have effects: it assigns, draws random numbers from a state, calls Python, or takes from a data set."""
    definition = op_def_registry.get(op.type)
    if op.type in ("PartitionedCall", "StatefulPartitionedCall", "If", "StatelessIf", "While", "StatelessWhile"):
        for name in ("f", "then_branch", "else_branch", "cond", "body"):
            try:
                inner = graph_of(functions, op.get_attr(name).name, graph)
            except ValueError:
                continue
            if inner is None or depth > _DEEPEST or any(_leaves_a_trace(o, functions, inner, depth + 1) for o in inner.get_operations()):
                return True
        return False
    return op.type not in _READERS and (definition is None or definition.is_stateful)


def run_again(collector, graph, arguments):
    """The numbers of the tensors inside of a function, in a run that is over or about to begin. A copy of those ops that have no effects runs and
    returns them all, by the keys of the symbolic tensors; {} if that is not possible."""
    from tensorflow.python.eager import lift_to_graph

    if any(argument is None for argument in arguments):
        return {}
    clean = {}  # whether an op and all ops that it needs have no effects
    for _, op in in_order(graph):
        clean[op] = (
            not _leaves_a_trace(op, collector.functions, graph)
            and all(clean.get(tensor.op, False) for tensor in op.inputs)
            and all(clean.get(other, False) for other in op.control_inputs)
        )
    wanted = [t for op, is_clean in clean.items() if is_clean and op.type != "Placeholder" for t in op.outputs if t.dtype != tf.resource]
    if not wanted:
        return {}
    copy = func_graph.FuncGraph("whygrad_again")
    with collector.silence():
        places = lift_to_graph.lift_to_graph(wanted, copy, sources=list(graph.inputs), base_graph=graph, add_sources=True)
        inputs = [(places[t], a) for t, a in zip(graph.inputs, arguments) if t in places]
        copy.inputs = [symbol for symbol, _ in inputs]
        copy.outputs = [places[t] for t in wanted]
        copy.structured_outputs = copy.outputs
        try:
            given = run_graph(f"whygrad_again_{graph.name}_{len(collector.functions)}", copy, [argument for _, argument in inputs])
        except tf.errors.OpError:  # an op that runs only where XLA compiles it
            return {}
    tensors = {symbol._id: tensor for symbol, tensor in zip(wanted, given)}
    tensors.update({symbol._id: argument for symbol, argument in zip(graph.inputs, arguments)})
    return tensors


def _graph_of_call(collector, op):
    return graph_of(collector.functions, name_of_call(collector.log.type_of(op), collector.log.call_of(op)))


def note_paths_of_call(collector, op):
    graph = _graph_of_call(collector, op)
    if graph is not None:
        _results.note_paths(collector.log, op, graph)


def open_call(collector, op):
    """Replaces a call of a traced function by the function's ops. Returns False if they are unknown."""
    log = collector.log
    graph = _graph_of_call(collector, op)
    if graph is None:
        return False
    raw = log.tensors_of(op)
    tensors = collector.guard(run_again, collector, graph, list(raw[0])) or {} if collector.values and raw else {}

    def add(kind, type_, inputs, outputs, where):
        return log.record_inside(op, type_, inputs, outputs, where, kind)

    walk = Walk(collector, add, tensors=tensors)
    inputs, outputs = log.inputs_of(op), log.outputs_of(op)
    for symbol, value in zip(graph.inputs, inputs):
        if symbol.dtype == tf.resource:
            variable = log.variable_of_value(value) if log.has_value(value) else -1
            walk.handles[symbol._id] = variable
            if variable >= 0:
                walk.versions[variable] = value
        else:
            walk.values[symbol._id] = value
    ends, late = ends_of(graph, outputs)
    walk.walk(graph, ends)
    for symbol, value in late:
        walk._pass_on(walk.value_of(symbol), value)
    return True


def outer_of(tensor):
    """The tensor outside of all functions that a captured tensor stands for; None if there is none."""
    while not is_eager(tensor):
        graph = tensor.graph
        if not isinstance(graph, func_graph.FuncGraph):
            return None
        tensor = next((outer for outer, inner in graph.captures if inner is tensor), None)
        if tensor is None:
            return None
    return tensor
