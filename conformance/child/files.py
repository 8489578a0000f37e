"""The files of ours that have to be visible inside, and the modules that must not be."""

from __future__ import annotations

#: Within conformance/, as `Visible.here` takes them.
FILES = (
    "child", "wire", "case.py", "arguments.py", "memory_layout.py", "number_source.py", "shapes.py", "special_value.py",
    "implementation.py", "observation.py", "description.py", "quiet.py", "adapters/__init__.py", "adapters/function.py",
    "adapters/plain_class.py", "adapters/signature.py", "adapters/subject.py", "array_attributes.py",
    "array_mapping.py", "array_role.py", "generators.py", "loading",
)  # fmt: skip

#: A submission that is a torch module needs these besides, and what torch imports, each a package or a single file.
TORCH_FILES = (*FILES, "adapters/torch_module.py")
TORCH_PACKAGES = ("numpy", "torch", "torchgen", "typing_extensions", "sympy", "mpmath")

#: Whoever could import one of these could have the answers calculated.
FORBIDDEN = (
    "torch", "jax", "tensorflow", "keras", "onnx", "onnxruntime", "mlx",
    "conformance.reference", "conformance.faults", "conformance.oracle", "conformance.expected",
)  # fmt: skip
