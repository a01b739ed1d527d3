"""How the process ends.

At its end the interpreter takes down piece by piece what the system then frees at once: of a report
on a small wheel that is a tenth.  So the process ends itself, after what was registered for its end
has been done and what was written has arrived, unless anybody needs the long way.
"""

import atexit
import gc
import os
import sys
from typing import NoReturn


def end(status: int) -> NoReturn:
    """End the process with ``status``; the caller has nothing left to do.

    Where threads still run, somebody looks on, or a stream does not take what is left in it, this
    is :func:`sys.exit`, so that what happens then is what always happens.
    """
    if not (_watched() or _threads()):
        # What the interpreter itself calls first.
        atexit._run_exitfuncs()  # noqa: SLF001 - nothing public does it
        if _flushed():
            os._exit(status)
    # No last search for cycles: it costs as much as the rest of the end.
    gc.freeze()
    sys.exit(status)


def _watched() -> bool:
    """Whether a debugger, a profiler, coverage or a developer wants to see the end."""
    if sys.flags.dev_mode or sys.flags.inspect or sys.gettrace() or sys.getprofile():
        return True
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    return monitoring is not None and any(monitoring.get_tool(tool) for tool in range(6))


def _threads() -> bool:
    """Whether a thread besides this one runs; none does where nobody has loaded the module."""
    threading = sys.modules.get("threading")
    return threading is not None and threading.active_count() > 1


def _flushed() -> bool:
    """Whether both streams have passed on what was written to them."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return False
    return True
