"""Runs a Python function in a confined child, as a warm parent would, and gives back what it returned."""

import inspect
import json
import subprocess
import textwrap
from dataclasses import replace

from conformance.confinement.level import Level
from conformance.confinement.start import ENVIRONMENT, Confinement
from conformance.confinement.visible import Visible

#: The warm parent's program: one child for the function, which puts its layers on first; SIGKILL for one that hangs.
PARENT = """
import json, os, select, signal, time
import numpy as np

def main(confined, arguments):
    reading, writing = os.pipe()
    before = time.perf_counter()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            confined.put_on()
            said = json.dumps(inside(*json.loads(arguments[0])))
            os.write(writing, said.encode())
            code = 0
        except BaseException as error:
            os.write(writing, json.dumps(f"{type(error).__name__}: {error}").encode())
        finally:
            os._exit(code)
    os.close(writing)
    if not select.select([reading], [], [], float(arguments[1]))[0]:
        os.kill(child, signal.SIGKILL)
    with open(reading) as stream:
        said = stream.read()
    status = os.waitpid(child, 0)[1]
    took = 1e3 * (time.perf_counter() - before)
    print(json.dumps([json.loads(said or "null"), os.waitstatus_to_exitcode(status), took]))
"""


def parent_package(folder, function):
    """A package `submitted` that holds the parent's program and a function's source, under the name `inside`."""
    source = textwrap.dedent(inspect.getsource(function)).replace(f"def {function.__name__}(", "def inside(", 1)
    package = folder / "submitted"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text(PARENT + "\n" + source)
    return package


def prepared(kinds, folder, function, limits=None):
    """A Confinement whose parent may import the package; raises NotJudgedError."""
    package = parent_package(folder, function)
    visible = Visible.here()
    visible = replace(visible, packages=(*visible.packages, ("submitted", package)))
    return Confinement.prepare(kinds, limits, visible)


def run(level, folder, function, *arguments, limits=None, seconds=20.0):
    """What `function(*arguments)` returned inside (or "Error: text"), and the exit code of its process."""
    kinds = level.layers if isinstance(level, Level) else level
    with prepared(kinds, folder, function, limits) as confinement:
        words = confinement.command("submitted:main", json.dumps(arguments), str(seconds))
        done = subprocess.run(
            words,
            env=ENVIRONMENT,
            pass_fds=confinement.descriptors,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.stdout, f"the parent said nothing, but this on stderr: {done.stderr}"
    said, code, _ = json.loads(done.stdout)
    return said, code
