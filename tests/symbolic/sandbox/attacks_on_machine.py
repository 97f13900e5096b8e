"""Programs that reach for files, other processes, the network and the kernel: each must be refused.

Data for test_executor_attacks. FOLDER is a directory that permissions leave open to all, with a file
`secret`; PORT listens on this machine. Where a system call is tried, its arguments are such that the kernel
itself would answer something other than EPERM, or nothing would happen.
"""

# ruff: noqa: E501 - an attack a line reads better
from __future__ import annotations

from pathlib import Path

from tests.symbolic.sandbox.attacks_on_results import Attack

# A file of whoever runs the tests, where there is one.
AT_HOME = min((path for path in Path.home().iterdir() if path.is_file()), default=Path.home() / ".profile")
_LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
_CALL = (
    _LIBC + "def call(f, *a):\n"
    "    if f(*a) == -1:\n"
    "        code = ctypes.get_errno()\n"
    "        raise OSError(code, os.strerror(code))\n"
)
REFUSED = "Errno 1]"


def refused(hazard: str, code: str) -> Attack:
    return Attack(hazard, code, "error", REFUSED)


FILES = [
    Attack("read a file", "answer = open('FOLDER/secret').read()", "error"),
    Attack("read the password file", "answer = open('/etc/passwd').read()", "error"),
    Attack("read past the readable", "import os\nanswer = open(os.__file__ + '/../../../../../../../FOLDER/secret').read()", "error"),
    Attack("read by way of its process", "answer = open('/proc/self/root/FOLDER/secret').read()", "error"),
    Attack("read its directory's link", "import os\nanswer = os.listdir('/proc/self/cwd')", "error"),
    Attack("read its descriptors' links", "import os\nanswer = os.listdir('/proc/self/fd')", "error"),
    Attack("read its memory map", "answer = open('/proc/self/maps').read()", "error"),
    Attack("read the environment of a process", "answer = open('/proc/1/environ', 'rb').read()", "error"),
    Attack("read its zygote's memory", "import os\nanswer = open(f'/proc/{os.getppid()}/mem', 'rb').read(1)", "error"),
    Attack("read kernel addresses", "answer = open('/proc/kallsyms').read()", "error"),
    Attack("read devices' state", "import os\nanswer = os.listdir('/sys/class')", "error"),
    Attack("read the disk", "import os\nanswer = [open(f'/dev/{n}', 'rb') for n in ('vda', 'sda', 'mem')]", "error"),
    Attack("read the terminal", "answer = open('/dev/tty').read()", "error"),
    Attack("make a terminal", "import os\nanswer = os.openpty()", "error"),
    Attack("read a home", f"answer = open({str(AT_HOME)!r}).read()", "error"),
    Attack("read through numpy", "import numpy\nanswer = numpy.fromfile('FOLDER/secret', 'u1')", "error"),
    Attack("list a folder", "import os\nanswer = os.listdir('FOLDER')", "error"),
    Attack("list temporary files", "import os\nanswer = os.listdir('FOLDER/..')", "error"),
    Attack("write a file", "open('FOLDER/mark', 'w').write('x')", "error"),
    Attack("write in its directory", "open('mark', 'w').write('x')", "error"),
    Attack("write to shared memory", "open('/dev/shm/envisions-mark', 'w').write('x')", "error"),
    Attack("write a temporary file", "import tempfile\ntempfile.TemporaryFile().write(b'x')", "error"),
    Attack("write among the libraries", "import os\nopen(os.path.dirname(os.__file__) + '/mark.py', 'w')", "error"),
    Attack("write over a library", "import os\nopen(os.__file__, 'r+')", "error"),
    Attack("cut a library", "import os\nos.truncate(os.__file__, 0)", "error"),
    Attack("write over the result codec", "import symbolic.sandbox.codec as c\nopen(c.__file__, 'a')", "error"),
    Attack("a database", "import sqlite3\nsqlite3.connect('FOLDER/mark').execute('create table t (a)')", "error"),
    Attack("a shelf", "import shelve\nshelve.open('FOLDER/mark')['a'] = 1", "error"),
    Attack("an array saved", "import numpy\nnumpy.save('FOLDER/mark', numpy.ones(3))", "error"),
    Attack("a graph saved", "import networkx\nnetworkx.write_gml(networkx.Graph(), 'FOLDER/mark')", "error"),
    Attack("a solver's log", "import z3\nif not z3.open_log('FOLDER/mark'): raise OSError(1, 'refused')", "error ok"),
    Attack(
        "a solver's output channel",
        "import z3\nc = z3.main_ctx().ref()\nt = '(set-option :regular-output-channel \"FOLDER/mark\") (echo \"x\")'\n"
        "answer = z3.Z3_eval_smtlib2_string(c, t)",
        "error ok crash",
    ),
    Attack("a solver that includes a file", "import z3\nanswer = len(z3.parse_smt2_file('FOLDER/secret'))", "error"),
    Attack("sympify that opens", "import sympy\nsympy.sympify('open(\"FOLDER/mark\", \"w\")')", "error"),
    Attack("sympify that imports", "import sympy\nsympy.sympify('__import__(\"os\").mkdir(\"FOLDER/mark\")')", "error"),
    Attack("a pickle that opens", "import pickle\npickle.loads(b'cbuiltins\\nopen\\n(VFOLDER/mark\\nVw\\ntR.')", "error"),
    refused("make a directory", "import os\nos.mkdir('FOLDER/mark')"),
    refused("remove a file", "import os\nos.unlink('FOLDER/secret')"),
    refused("rename a file", "import os\nos.rename('FOLDER/secret', 'FOLDER/mark')"),
    refused("link to a file", "import os\nos.link('FOLDER/secret', 'FOLDER/mark')"),
    refused("link by name", "import os\nos.symlink('FOLDER/secret', 'FOLDER/mark')"),
    refused("make a pipe with a name", "import os\nos.mkfifo('FOLDER/mark')"),
    refused("change permissions", "import os\nos.chmod('FOLDER/secret', 0)"),
    refused("change times", "import os\nos.utime('FOLDER/secret', (0, 0))"),
    refused("change an attribute", "import os\nos.setxattr('FOLDER/secret', 'user.mark', b'x')"),
    refused("change its root", "import os\nos.chroot('/nowhere')"),
    refused("change its directory", "import os\nos.chdir('/usr')"),
]  # fmt: skip

PROCESSES = [
    refused("fork", "import os\nos.fork()"),
    refused("fork bomb", "import os\nwhile True: os.fork()"),
    Attack("fork for a terminal", "import pty\npty.fork()", "error"),
    refused("clone past the library", _CALL + "call(libc.syscall, NR_clone, 17, 0, 0, 0, 0)"),
    Attack("clone by the newer call", _CALL + "call(libc.syscall, NR_clone3, ctypes.create_string_buffer(88), 88)", "error", "Errno 38]"),
    refused("another program", "import os\nos.execv('/usr/bin/true', ['true'])"),
    refused("another program by descriptor", _CALL + "call(libc.syscall, NR_execveat, 0, b'', 0, 0, 0x1000)"),
    refused("subprocess", "import subprocess\nsubprocess.run(['true'])"),
    refused("spawn", "import os\nos.posix_spawn('/usr/bin/true', ['true'], {})"),
    Attack("a shell", "import os\nif os.system('true'): raise OSError(1, 'refused')", "error"),
    Attack("a pool of processes", "import multiprocessing\nmultiprocessing.Pool(1)", "error"),
    refused("a huge argument list", "import os\nos.execv('/usr/bin/true', ['x' * 1000] * 9000)"),
    refused("signal its zygote", "import os\nos.kill(os.getppid(), 0)"),
    refused("signal everyone", "import os\nos.kill(-1, 0)"),
    refused("signal its group", "import os\nos.kill(0, 0)"),
    refused("signal its neighbours", "import os\nfor p in range(os.getpid() - 9, os.getpid()): os.kill(p, 0)"),
    refused("signal a thread of its zygote", _CALL + "call(libc.syscall, NR_tgkill, os.getppid(), os.getppid(), 0)"),
    refused("signal a thread of anyone", _CALL + "call(libc.syscall, NR_tkill, os.getppid(), 0)"),
    refused("queue a signal", _CALL + "call(libc.syscall, NR_rt_sigqueueinfo, os.getppid(), 0, 0)"),
    refused("hold a process by descriptor", "import os\nos.pidfd_open(os.getppid())"),
    refused("signal by descriptor", _CALL + "call(libc.syscall, NR_pidfd_send_signal, 0, 0, 0, 0)"),
    refused("take another's descriptor", _CALL + "call(libc.syscall, NR_pidfd_getfd, 0, 0, 0)"),
    refused("kill itself, which would look like our fault", "import os\nos.kill(os.getpid(), 9)"),
    refused("kill itself by a number of 64 bits", _CALL + "call(libc.syscall, NR_kill, os.getpid(), ctypes.c_long(1 << 32 | 9))"),
    refused("own signals by descriptor", "import fcntl, os\nfcntl.fcntl(1, fcntl.F_SETOWN, os.getppid())"),
    refused("outlive its zygote", _CALL + "call(libc.prctl, 1, 0, 0, 0, 0)"),
    refused("be traced", _CALL + "call(libc.prctl, 4, 1, 0, 0, 0)"),
    refused("trace its zygote", _CALL + "call(libc.ptrace, 0x4206, os.getppid(), 0, 0)"),
    refused("read another's memory", _CALL + "call(libc.process_vm_readv, os.getppid(), 0, 0, 0, 0, 0)"),
    refused("write another's memory", _CALL + "call(libc.process_vm_writev, os.getppid(), 0, 0, 0, 0, 0)"),
    refused("leave its session", "import os\nos.setsid()"),
    refused("change its group", "import os\nos.setpgid(0, 0)"),
    refused("become root", "import os\nos.setuid(0)"),
    refused("become another group", "import os\nos.setgid(0)"),
    refused("set capabilities", _CALL + "call(libc.capset, 0, 0)"),
    refused("change its priority", "import os\nos.nice(1)"),
    refused("choose its processor", "import os\nos.sched_setaffinity(0, {0})"),
    refused("run in real time", "import os\nos.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))"),
    refused("remove the clock that limits it", _CALL + "call(libc.syscall, NR_timer_delete, 0)"),
    refused("set the clock that limits it", _CALL + "call(libc.syscall, NR_timer_settime, 0, 0, ctypes.create_string_buffer(32), 0)"),
    Attack("raise the memory limit", "import resource as r\nr.setrlimit(r.RLIMIT_AS, (-1, -1))", "error"),
    Attack("raise the processor limit", "import resource as r\nr.setrlimit(r.RLIMIT_CPU, (99, 99))", "error"),
    Attack("raise the file limit", "import resource as r\nr.setrlimit(r.RLIMIT_FSIZE, (99, 99))", "error"),
    refused("limit its zygote", "import os, resource as r\nr.prlimit(os.getppid(), r.RLIMIT_NOFILE, (0, 0))"),
    Attack("read the environment", "import os\nanswer = sorted(os.environ)", "ok", value="SEEDED"),
    Attack("use inherited descriptors", "import os\nanswer = []\nfor n in range(4, 1000):\n try:\n  os.fstat(n)\n  answer.append(n)\n except OSError: pass", "ok", value=[]),
    Attack("read inherited input", "import os\nanswer = os.read(0, 9).decode()", "ok", value=""),
]  # fmt: skip

NETWORK = [
    refused("connect by TCP", "import socket\nsocket.create_connection(('127.0.0.1', PORT), 5)"),
    refused("listen by TCP", "import socket\nsocket.create_server(('127.0.0.1', 0))"),
    refused("send by UDP", "import socket as s\ns.socket(s.AF_INET, s.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))"),
    refused("IPv6", "import socket as s\ns.socket(s.AF_INET6, s.SOCK_STREAM)"),
    refused("unix socket", "import socket as s\ns.socket(s.AF_UNIX, s.SOCK_STREAM)"),
    refused("pair of sockets", "import socket\nsocket.socketpair()"),
    refused("netlink", "import socket as s\ns.socket(s.AF_NETLINK, s.SOCK_RAW, 0)"),
    refused("vsock to the host", "import socket as s\ns.socket(s.AF_VSOCK, s.SOCK_STREAM).connect((2, PORT))"),
    refused("kernel's cipher sockets", "import socket as s\ns.socket(38, s.SOCK_SEQPACKET)"),
    refused("raw packets", "import socket as s\ns.socket(s.AF_PACKET, s.SOCK_RAW)"),
    Attack("fetch a page", "import urllib.request as u\nu.urlopen('http://127.0.0.1:PORT/', timeout=5)", "error", "not permitted"),
    Attack("resolve a name", "import socket\nsocket.getaddrinfo('example.org', 80)", "error"),
    refused("message on no socket", _CALL + "call(libc.sendmsg, 0, 0, 0)"),
    refused("receive descriptors", _CALL + "call(libc.recvmsg, 0, 0, 0)"),
]  # fmt: skip

# Hazard, system call, arguments with which the kernel would answer otherwise (or nothing would happen).
_CALLS = [
    ("new namespaces", "unshare", "0"),
    ("another's namespace", "setns", "-1, 0"),
    ("mount", "mount", "0, 0, 0, 0, 0"),
    ("unmount", "umount2", "b'/nowhere', 0"),
    ("swap the root", "pivot_root", "b'/nowhere', b'/nowhere'"),
    ("mount by descriptor", "open_tree", "-1, b'', 0"),
    ("open a file system", "fsopen", "0, 0"),
    ("rings of input and output", "io_uring_setup", "0, 0"),
    ("asynchronous input and output", "io_setup", "0, 0"),
    ("programs in the kernel", "bpf", "-1, 0, 0"),
    ("page faults handled", "userfaultfd", "-1"),
    ("keys of the kernel", "keyctl", "99999, 0, 0, 0, 0"),
    ("keys added", "add_key", "0, 0, 0, 0, 0"),
    ("files in memory", "memfd_create", "0, 0"),
    ("secret memory", "memfd_secret", "-1"),
    ("performance counters", "perf_event_open", "0, 0, -1, -1, 0"),
    ("open by handle", "open_by_handle_at", "-1, 0, 0"),
    ("name to handle", "name_to_handle_at", "-1, 0, 0, 0, 0"),
    ("open with resolution flags", "openat2", "-1, 0, 0, 0"),
    ("set the clock", "clock_settime", "99, 0"),
    ("tune the clock", "clock_adjtime", "99, 0"),
    ("name the machine", "sethostname", "0, -1"),
    ("restart the machine", "reboot", "0, 0, 0, 0"),
    ("load a module", "finit_module", "-1, 0, 0"),
    ("the kernel's log", "syslog", "99, 0, 0"),
    ("a filter of its own", "seccomp", "99, 0, 0"),
    ("a ruleset of its own", "landlock_create_ruleset", "0, 0, 99"),
    ("another personality", "personality", "0xffffffff"),
    ("shared memory", "shmget", "1, 0, 0"),
    ("semaphores", "semget", "0, -1, 0"),
    ("message queues", "msgget", "1, 0"),
    ("named message queues", "mq_open", "0, 0, 0, 0"),
    ("watch files", "inotify_init1", "-1"),
    ("watch the file system", "fanotify_init", "-1, 0"),
    ("events to poll", "epoll_create1", "-1"),
    ("counters that wake", "eventfd2", "0, -1"),
    ("signals as a file", "signalfd4", "-1, 0, 0, 0"),
    ("timers as a file", "timerfd_create", "99, 0"),
    ("timers of its own", "timer_create", "99, 0, 0"),
    ("pipes, which hold kernel memory", "pipe2", "0, 0"),
    ("pages moved between pipes", "vmsplice", "-1, 0, 0, 0"),
    ("data moved in the kernel", "splice", "-1, 0, -1, 0, 0, 0"),
    ("file to file", "copy_file_range", "-1, 0, -1, 0, 0, 0"),
    ("pages locked", "mlockall", "99"),
    ("memory policy", "set_mempolicy", "99, 0, 0"),
    ("pages of another", "move_pages", "99999999, 0, 0, 0, 0, 0"),
    ("advice on another's memory", "process_madvise", "-1, 0, 0, 0, 0"),
    ("compare processes", "kcmp", "99999999, 0, 0, 0, 0"),
    ("priority of its disk", "ioprio_set", "99, 0, 0"),
    ("disk quotas", "quotactl", "0, 0, 0, 0"),
    ("accounting", "acct", "b'/nowhere'"),
    ("locks on files", "flock", "-1, 0"),
    ("wait for others' children", "waitid", "99, 0, 0, 0, 0"),
]  # fmt: skip

CALLS = [
    refused(hazard, _CALL + f"call(libc.syscall, NR_{name}, {arguments})")
    for hazard, name, arguments in _CALLS
]

# Calls by another numbering, which a filter that does not look at the architecture would mistake.
X86 = [
    Attack("the x32 numbering", _LIBC + "libc.syscall(0x40000000 + 39)\nanswer = 1", "crash", "SIGSYS"),
    Attack(
        "the 32-bit numbering",
        "import ctypes, mmap\n"
        "m = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)\n"
        "m.write(bytes.fromhex('b814000000cd80c3'))  # mov eax, 20 (getpid); int 0x80; ret\n"
        "f = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))\n"
        "answer = f()",
        "crash",
    ),
]
