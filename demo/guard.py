"""Becomes one command that ends when its parent ends.

Started as a script by `demo.process`, never imported. It drops root for the account it is told,
asks the kernel for a signal on the parent's death, and replaces itself by the command. The kernel
ties that signal to the thread which started us, and a change of account clears it: hence the order.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PARENT_IS_GONE = 112


def main() -> None:
    """Arguments: parent's process id, signal number, `uid:gid` or `-`, then the command."""
    parent, death_signal, account, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if account != "-":
        uid, gid = (int(part) for part in account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    # The parent may have died before the kernel knew of our wish.
    if os.getppid() != int(parent):
        sys.exit(PARENT_IS_GONE)
    os.execve(command[0], command, os.environ)  # noqa: S606 - a shell would be one process more


main()
