"""The files of ours that have to be visible inside, and the modules that must not be."""

from __future__ import annotations

#: Within conformance/, as `Visible.here` takes them.
FILES = (
    "child", "wire", "case.py", "arguments.py", "memory_layout.py", "number_source.py", "shapes.py", "special_value.py",
    "implementation.py", "observation.py", "description.py", "quiet.py", "adapters/__init__.py", "adapters/function.py",
    "adapters/plain_class.py", "adapters/signature.py", "adapters/subject.py", "array_attributes.py",
    "array_mapping.py", "array_role.py",
)  # fmt: skip

#: Whoever could import one of these could have the answers calculated.
FORBIDDEN = (
    "torch", "jax", "tensorflow", "keras", "onnx", "onnxruntime", "mlx",
    "conformance.reference", "conformance.faults", "conformance.oracle", "conformance.expected",
)  # fmt: skip
