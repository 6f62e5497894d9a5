"""Values of several tensors (SparseTensor, RaggedTensor, IndexedSlices). A tape uses the one tensor that carries their gradient."""


def tensors_in(values):
    """Each value, or the tensor that carries its gradient."""
    return [value._gradient_carrier if hasattr(value, "_gradient_carrier") else value for value in values]


def seeds_of(targets, output_gradients):
    """Seeds for these targets. For a target of several tensors, the corresponding tensor of its seed."""
    seeds = list(output_gradients)
    for i, (target, seed) in enumerate(zip(targets, seeds)):
        if hasattr(target, "_gradient_carrier") and hasattr(seed, "_gradient_carrier"):
            seeds[i] = seed._gradient_carrier
    return seeds


def gradients_for(sources, gradients):
    """Gradients in the form of their sources."""
    return [
        source._with_gradient(gradient) if gradient is not None and hasattr(source, "_with_gradient") else gradient
        for source, gradient in zip(sources, gradients)
    ]
