"""A submission's program: its bytes, compiled and run as a module of its own."""

from __future__ import annotations

import marshal
import sys
from dataclasses import dataclass
from types import CodeType, ModuleType

from conformance.description import FILE_MODULE


@dataclass(frozen=True)
class Program:
    """The source of one file, its name, and its code where some child has compiled it."""

    source: bytes
    file: str
    code: bytes = b""

    def compiled(self) -> bytes:
        """The code as bytes, which only a child may look into; raises what compiling raises."""
        return marshal.dumps(compile(self.source, self.file, "exec", dont_inherit=True))

    def run(self) -> ModuleType:
        """Run it as a module; raises whatever it raises."""
        # A marshalled program is as safe as the program: it runs here in any case.
        code = marshal.loads(self.code or self.compiled())  # noqa: S302
        if not isinstance(code, CodeType):
            raise ImportError(f"{self.file} is no program")  # noqa: TRY004 -- as an import would fail
        module = ModuleType(f"{FILE_MODULE}0_{self.file.removesuffix('.py')}")
        module.__file__ = self.file
        sys.modules[module.__name__] = module
        exec(code, module.__dict__)  # noqa: S102 -- running it is what a case child is for
        return module
