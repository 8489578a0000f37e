"""Attacks: on files, processes, the kernel, the network, and on the cases that come after."""

from gallery_entry import Attack

from conformance.confinement.landlock import Landlock
from conformance.confinement.limits import Limits
from conformance.confinement.namespaces import Namespaces
from conformance.confinement.privileges import Privileges
from conformance.confinement.seccomp import Seccomp

FILES = (
    Attack(
        "reads the records of the run",
        "return worked(open=lambda: open(CANARY).read(), os=lambda: os.read(os.open(CANARY, os.O_RDONLY), 9))",
        (Namespaces, Landlock),
        reaches="['open', 'os']",
    ),
    Attack(
        "reads its own file again",
        "return worked(file=lambda: open(__file__ if os.path.isabs(__file__) else SUBMISSION).read())",
        (Namespaces, Landlock),
        reaches="['file']",
    ),
    Attack(
        "reads our code and our cases",
        "return [p for p in ('conformance/runner.py', 'conformance/reference/rnn.py', 'cases/README.md') if read(f'{ROOT}/{p}')]",
        (Namespaces, Landlock),
        reaches="['conformance/runner.py', 'conformance/reference/rnn.py', 'cases/README.md']",
    ),
    Attack(
        "reads files of the system",
        "return read('/etc/passwd', '/proc/version', '/proc/self/cmdline', '/proc/meminfo')",
        (Namespaces, Landlock),
        reaches="['/etc/passwd', '/proc/version', '/proc/self/cmdline', '/proc/meminfo']",
    ),
    Attack(
        "lists folders",
        "return [p for p in ('/', '/tmp', '/etc', '/proc', FOLDER, ROOT) if worked(it=lambda: os.listdir(p))][:4]",
        (Landlock,),
        reaches="['/', '/tmp', '/etc', '/proc']",
        besides=(Namespaces,),
    ),
    Attack(
        "looks for torch beside NumPy",
        "import importlib.util, numpy\n"
        "sys.path += [SITE, os.path.dirname(numpy.__path__[0])]\n"
        "return [n for n in ('torch', 'pytest') if importlib.util.find_spec(n)] + worked(file=lambda: open(f'{SITE}/torch/version.py'))",
        (Namespaces, Landlock),
        reaches="['torch', 'pytest', 'file']",
    ),
    Attack(
        "opens what it may not read by a path alone, and then again",
        "return worked(again=lambda: open(f'/proc/self/fd/{os.open(CANARY, os.O_PATH)}').read(),\n"
        "    within=lambda: os.open('records.jsonl', os.O_RDONLY, dir_fd=os.open(FOLDER, os.O_PATH)))",
        (Namespaces, Landlock),
        reaches="['again', 'within']",
    ),
    Attack(
        "holds a descriptor of the judge's",
        "import stat\nkinds = []\n"
        "for d in range(256):\n"
        "    if worked(it=lambda: os.fstat(d)):\n"
        "        mode = os.fstat(d).st_mode\n"
        "        kinds += [oct(mode)] if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else []\n"
        "return kinds",
    ),
    Attack(
        "writes new files",
        "return worked(folder=lambda: write(f'{FOLDER}/{TOKEN}.written'), tmp=lambda: write(f'/tmp/{TOKEN}.written'),\n"
        "    memory=lambda: write(f'/dev/shm/{TOKEN}.written'))",
        (Namespaces, Landlock, Limits),
        reaches="['folder', 'tmp', 'memory']",
    ),
    Attack(
        "writes wherever else that may be allowed",
        "import tempfile\n"
        "return [p for p in (*OPEN_FOLDERS, os.path.dirname(np.__file__)) if worked(it=lambda: write(f'{p}/{TOKEN}.written'))]\\\n"
        "    + worked(temporary=tempfile.mkstemp)",
    ),
    Attack(
        "writes over the records of the run",
        "return worked(append=lambda: write(CANARY, os.O_APPEND), begin=lambda: write(CANARY, os.O_TRUNC))",
        (Namespaces, Landlock, Limits),
        reaches="['append', 'begin']",
    ),
    Attack(
        "opens our code, and what Python keeps of it, to be written",
        "import numpy\n"
        "return [p for p in (f'{ROOT}/conformance/case.py', numpy.__file__) if worked(it=lambda: os.close(os.open(p, os.O_WRONLY)))][:1] and ['code']",
        (Namespaces, Landlock),
        reaches="['code']",
    ),
    Attack(
        "fills a disk",
        "def fill(path):\n"
        "    with open(path, 'wb') as file:\n"
        "        file.write(bytes(1 << 20))\n"
        "        file.flush()\n"
        "return worked(folder=lambda: fill(f'{FOLDER}/{TOKEN}.full'), memory=lambda: fill(f'/dev/shm/{TOKEN}.full'))",
        (Namespaces, Landlock, Limits),
        reaches="['folder', 'memory']",
    ),
    Attack(
        "empties a file by truncating it",
        "return worked(by_name=lambda: os.truncate(SPARE, 0), opened_to_read=lambda: os.open(SPARE, os.O_RDONLY | os.O_TRUNC))",
        (Namespaces, Landlock, Seccomp),
        reaches="['by_name', 'opened_to_read']",
        abi=3,
    ),
    Attack(
        "makes links, folders, pipes and sockets, and moves and removes files",
        "new = f'{FOLDER}/{TOKEN}'\n"
        "return worked(symlink=lambda: os.symlink(CANARY, new + '.a'), link=lambda: os.link(CANARY, new + '.b'),\n"
        "    fifo=lambda: os.mkfifo(new + '.c'), rename=lambda: os.rename(SPARE, new + '.d'), folder=lambda: os.mkdir(new),\n"
        "    back=lambda: os.rename(new + '.d', SPARE), remove=lambda: os.rmdir(new))",
        (Namespaces, Landlock, Seccomp),
        reaches="['symlink', 'link', 'fifo', 'rename', 'folder', 'back', 'remove']",
    ),
    Attack(
        "changes mode, owner and time of a file",
        "return worked(mode=lambda: os.chmod(CANARY, 0o777), owner=lambda: os.chown(CANARY, os.getuid(), -1),\n"
        "    time=lambda: os.utime(CANARY, (1, 1)))",
        (Namespaces, Seccomp),
        reaches="['mode', 'owner', 'time']",
        besides=(Landlock,),
    ),
    Attack(
        "locks and watches files",
        "import fcntl\n"
        "return worked(flock=lambda: fcntl.flock(0, fcntl.LOCK_SH), lock=lambda: fcntl.fcntl(0, fcntl.F_SETSIG, 0),\n"
        "    watch=lambda: checked(libc.inotify_init()))",
        (Seccomp,),
        reaches="['flock', 'lock', 'watch']",
    ),
    Attack(
        "opens switches of the kernel to be written",
        "return [p for p in ('/proc/self/oom_score_adj', '/proc/self/coredump_filter', '/proc/sys/kernel/core_pattern')\n"
        "    if worked(it=lambda: os.close(os.open(p, os.O_WRONLY)))][:2]",
        (Namespaces, Landlock),
        reaches="['/proc/self/oom_score_adj', '/proc/self/coredump_filter']",
        root=True,
    ),
)

PROCESSES = (
    Attack(
        "opens the memory of the judge and of its parent",
        "return [f for p in (JUDGE, os.getppid()) for f in ('mem', 'maps', 'environ') if read(f'/proc/{p}/{f}')\n"
        "    or f == 'mem' and worked(it=lambda: os.open(f'/proc/{p}/mem', os.O_RDWR))]",
        (Namespaces, Landlock),
        reaches="['mem', 'maps', 'environ', 'mem', 'maps', 'environ']",
        besides=(Privileges,),
        root=True,
        maybe=True,
    ),
    Attack(
        "lists what the judge has open and where it is",
        "return worked(open=lambda: os.listdir(f'/proc/{JUDGE}/fd'), where=lambda: os.readlink(f'/proc/{JUDGE}/cwd'),\n"
        "    what=lambda: os.readlink(f'/proc/{JUDGE}/exe'))",
        (Namespaces, Landlock),
        reaches="['open', 'where', 'what']",
        besides=(Privileges,),
        root=True,
        maybe=True,
    ),
    Attack(
        "signals its parent, the judge and everybody",
        "return worked(parent=lambda: os.kill(os.getppid(), 0), judge=lambda: os.kill(JUDGE, 0),\n"
        "    group=lambda: os.kill(0, 0), everybody=lambda: os.kill(-1, 0))",
        (Seccomp,),
        reaches="['parent', 'judge', 'group', 'everybody']",
        besides=(Namespaces, Landlock),
    ),
    Attack(
        "signals them by other calls",
        "info = (ctypes.c_int * 32)(0, 0, -1)\n"
        "return worked(thread=lambda: system_call('tgkill', JUDGE, JUDGE, 0), any_thread=lambda: system_call('tkill', JUDGE, 0),\n"
        "    queue=lambda: system_call('rt_sigqueueinfo', JUDGE, 0, ctypes.addressof(info)),\n"
        "    handle=lambda: system_call('pidfd_open', JUDGE, 0))",
        (Seccomp,),
        reaches="['thread', 'any_thread', 'queue', 'handle']",
        besides=(Namespaces, Landlock),
    ),
    Attack(
        "looks for anybody to signal",
        "return ['somebody'] if any(worked(it=lambda: os.kill(p, 0)) for p in (*range(1, 20000), JUDGE) if p != os.getpid()) else []",
        (Seccomp,),
        reaches="['somebody']",
        besides=(Namespaces, Landlock),
    ),
    Attack(
        "ends its parent",
        "return worked(parent=lambda: os.kill(os.getppid(), 9), group=lambda: os.killpg(os.getpgid(os.getppid()), 0))",
    ),
    Attack(
        "starts processes",
        "def begun(start):\n"
        "    child = start()\n"
        "    if child == 0:\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
        "return worked(fork=lambda: begun(os.fork), clone=lambda: begun(lambda: system_call('clone', 17, 0, 0, 0, 0)),\n"
        "    clone3=lambda: known('clone3', 0, 0))",
        (Seccomp,),
        reaches="['fork', 'clone', 'clone3']",
    ),
    Attack(
        "starts programs",
        "silent = [(os.POSIX_SPAWN_CLOSE, 1), (os.POSIX_SPAWN_CLOSE, 2)]\n"
        "def spawn():\n"
        "    program = os.posix_spawn(sys.executable, [sys.executable, '-V'], {}, file_actions=silent)\n"
        "    if os.waitpid(program, 0)[1]:\n"
        "        raise PermissionError\n"
        "return worked(spawn=spawn)",
        (Landlock, Seccomp),
        reaches="['spawn']",
    ),
    Attack(
        "becomes another program",
        "def become():\n"
        "    try:\n"
        "        os.execv('/proc/none', ['none'])\n"
        "    except FileNotFoundError:\n"
        "        pass\n"
        "return worked(program=become)",
        (Seccomp,),
        reaches="['program']",
    ),
    Attack(
        "leaves a daemon behind",
        "import subprocess\n"
        "return worked(shell=lambda: subprocess.Popen(['/bin/sh', '-c', 'sleep 300']), session=lambda: os.setsid(), group=lambda: os.setpgid(0, 0))",
    ),
    Attack(
        "outlives its parent, lets others look in, and adopts",
        "return worked(outlive=lambda: checked(libc.prctl(1, 0, 0, 0, 0)), look=lambda: checked(libc.prctl(4, 1, 0, 0, 0)),\n"
        "    adopt=lambda: checked(libc.prctl(36, 1, 0, 0, 0)))",
        (Seccomp,),
        reaches="['outlive', 'look', 'adopt']",
    ),
    Attack(
        "becomes another user",
        "return worked(user=lambda: os.setuid(os.getuid()), group=lambda: os.setgid(os.getgid()), ids=lambda: os.setresuid(-1, -1, -1))",
        (Seccomp,),
        reaches="['user', 'group', 'ids']",
    ),
    Attack(
        "becomes root in a namespace of its own",
        "return worked(user=lambda: checked(libc.unshare(0x10000000)))",
        (Namespaces, Seccomp),
        reaches="['user']",
        maybe=True,
    ),
    Attack(
        "uses what root may",
        "return worked(groups=lambda: os.setgroups([]), host=lambda: socket.sethostname(socket.gethostname()))",
        (Privileges,),
        reaches="['groups', 'host']",
        besides=(Namespaces, Seccomp),
        root=True,
    ),
    Attack(
        "changes its limits and those of its parent",
        "return worked(lower=lambda: resource.setrlimit(resource.RLIMIT_STACK, resource.getrlimit(resource.RLIMIT_STACK)),\n"
        "    parent=lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE))",
        (Seccomp,),
        reaches="['lower', 'parent']",
    ),
    Attack(
        "raises its limits",
        "raised = lambda which, more: resource.setrlimit(which, (resource.getrlimit(which)[1] + more,) * 2)\n"
        "return worked(time=lambda: raised(resource.RLIMIT_CPU, 1), memory=lambda: raised(resource.RLIMIT_AS, 1 << 20),\n"
        "    files=lambda: raised(resource.RLIMIT_NOFILE, 1))",
    ),
    Attack(
        "takes more of the processor",
        "return worked(nice=lambda: os.nice(0), priority=lambda: os.setpriority(os.PRIO_PROCESS, 0, 0),\n"
        "    processors=lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)),\n"
        "    scheduler=lambda: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0)))",
        (Seccomp,),
        reaches="['nice', 'priority', 'processors', 'scheduler']",
    ),
    Attack(
        "keeps memory where its limit does not count it",
        "def segment():\n"
        "    number = checked(libc.shmget(0, 4096, 0o1600))\n"
        "    libc.shmctl(number, 0, 0)\n"
        "return worked(file=lambda: os.memfd_create('none'), segment=segment)",
        (Seccomp,),
        reaches="['file', 'segment']",
    ),
    Attack(
        "takes more memory than it may",
        "return worked(bytes=lambda: bytearray(600 << 20), array=lambda: np.empty(600 << 17), map=lambda: __import__('mmap').mmap(-1, 600 << 20))",
        (Limits,),
        reaches="['bytes', 'array', 'map']",
    ),
    Attack(
        "opens more files than it may",
        "opened = []\n"
        "found = worked(files=lambda: opened.extend(os.dup(0) for _ in range(100)))\n"
        "os.closerange(10, 200)\n"
        "return found",
        (Limits,),
        reaches="['files']",
    ),
    Attack(
        "types into the terminal",
        "import fcntl\n"
        "return worked(typed=lambda: fcntl.ioctl(0, 0x5412, b'x'), terminal=lambda: open('/dev/tty', 'w'))",
    ),
)

#: Name of the call, what it is given: if it came through, it would find nothing to do harm with.
_CALLS = {
    "traces itself": ("ptrace", (0, 0, 0, 0)),
    "traces the judge": ("ptrace", (0x4206, "JUDGE", 0, 0)),
    "reads another process's memory": ("process_vm_readv", ("JUDGE", 0, 0, 0, 0, 0)),
    "writes into its parent's memory": ("process_vm_writev", ("os.getppid()", 0, 0, 0, 0, 0)),
    "compares its descriptors with another's": ("kcmp", ("os.getpid()", "os.getpid()", 0, 0, 0)),
    "changes its root folder": ("chroot", (0,)),
    "mounts": ("mount", (0, 0, 0, 0, 0)),
    "unmounts": ("umount2", (0, 0)),
    "moves the root": ("pivot_root", (0, 0)),
    "enters another namespace": ("setns", (-1, 0)),
    "loads a program into the kernel": ("bpf", (-1, 0, 0)),
    "measures the kernel": ("perf_event_open", (0, 0, -1, -1, 0)),
    "asks by rings instead of calls": ("io_uring_setup", (0, 0)),
    "keeps keys in the kernel": ("keyctl", (0, -2, 0)),
    "handles page faults itself": ("userfaultfd", (1,)),
    "opens a file by its handle": ("open_by_handle_at", (-1, 0, 0)),
    "asks for a file's handle": ("name_to_handle_at", (-100, 0, 0, 0, 0)),
    "takes another personality": ("personality", (0xFFFFFFFF,)),
    "changes its descriptor table": ("modify_ldt", (0, 0, 0)),
    "restarts the machine": ("reboot", (0, 0, 0, 0)),
}
#: What the kernel lets root alone do, or what its settings may forbid to all.
_ROOT = ("chroot", "mount", "umount2", "pivot_root", "setns", "bpf", "open_by_handle_at", "reboot")
_SETTINGS = ("perf_event_open", "io_uring_setup", "userfaultfd", "keyctl", "process_vm_readv", "process_vm_writev",
             "ptrace", "modify_ldt", "kcmp")  # fmt: skip

KILLED = (
    *(
        Attack(
            name,
            f"return worked(it=lambda: known({call!r}, {', '.join(map(str, given))}))",
            (Seccomp,),
            reaches="['it']",
            besides=(Namespaces, Privileges, Landlock),
            killed=True,
            root=call in _ROOT,
            maybe=call in _SETTINGS,
        )
        for name, (call, given) in _CALLS.items()
    ),
    Attack(
        "speaks to the host of a virtual machine",
        "return worked(host=lambda: socket.socket(40, socket.SOCK_STREAM))",
        (Seccomp,),
        reaches="['host']",
        besides=(Namespaces,),
        killed=True,
        maybe=True,
    ),
    Attack(
        "asks as a program of 32 bits",
        "import mmap\n"
        "code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)\n"
        "code.write(bytes.fromhex('b814000000cd80c3'))  # getpid by int 0x80\n"
        "start = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))\n"
        "return ['it'] if start() > 0 else []",
        (Seccomp,),
        reaches="['it']",
        killed=True,
        maybe=True,
    ),
    Attack(
        "asks by the numbers of x32",
        "return worked(it=lambda: checked(libc.syscall(ctypes.c_long(0x40000000 + 39))))",
        killed=True,
    ),
)

NETWORK = (
    Attack(
        "connects to the judge",
        "return worked(tcp=lambda: socket.create_connection(TCP, 1).close())",
        (Namespaces, Landlock, Seccomp),
        reaches="['tcp']",
        abi=4,
    ),
    Attack(
        "sends to the judge without connecting",
        "return worked(udp=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', UDP))",
        (Seccomp,),
        reaches="['udp']",
        besides=(Namespaces, Landlock),
    ),
    Attack(
        "connects by a name in a folder",
        "return worked(unix=lambda: socket.socket(socket.AF_UNIX).connect(UNIX))",
        (Namespaces, Seccomp),
        reaches="['unix']",
        besides=(Landlock,),
    ),
    Attack(
        "connects by a name in no folder",
        "return worked(abstract=lambda: socket.socket(socket.AF_UNIX).connect(ABSTRACT))",
        (Namespaces, Landlock, Seccomp),
        reaches="['abstract']",
        abi=6,
    ),
    Attack(
        "makes sockets of any kind",
        "return worked(inet=lambda: socket.socket(), inet6=lambda: socket.socket(socket.AF_INET6), pair=lambda: socket.socketpair(),\n"
        "    netlink=lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))",
        (Seccomp,),
        reaches="['inet', 'inet6', 'pair', 'netlink']",
    ),
    Attack(
        "listens",
        "return worked(port=lambda: socket.create_server(('127.0.0.1', 0)).close())",
        (Landlock, Seccomp),
        reaches="['port']",
        besides=(Namespaces,),
        abi=4,
    ),
    Attack(
        "asks who is at the other end of its line",
        "lines = [d for d in range(3, 64) if worked(it=lambda: os.fstat(d)) and os.fstat(d).st_mode >> 12 == 12]\n"
        "return worked(who=lambda: [socket.socket(fileno=os.dup(d)).getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED) for d in lines])",
        (Seccomp,),
        reaches="['who']",
    ),
    Attack(
        "asks for a name",
        "return worked(name=lambda: socket.getaddrinfo('example.org', 80))",
    ),
)

#: Each asks what an earlier case has left, and then leaves something; every case is asked twice.
STATE = (
    Attack(
        "keeps state in files",
        "places = [f'{p}/{TOKEN}.state' for p in OPEN_FOLDERS] + [f'{FOLDER}/{TOKEN}.state']\n"
        "found = [p for p in places if os.path.exists(p)]\n"
        "for p in places:\n"
        "    worked(it=lambda: os.close(os.open(p, os.O_WRONLY | os.O_CREAT)))\n"
        "return found",
    ),
    Attack(
        "keeps state in Python",
        "import builtins, numpy\n"
        "found = [w for w in ('environment', 'module', 'builtin') if\n"
        "    {'environment': TOKEN in os.environ, 'module': hasattr(numpy, 'kept'), 'builtin': hasattr(builtins, 'kept')}[w]]\n"
        "os.environ[TOKEN] = '1'\n"
        "numpy.kept = builtins.kept = sys.modules['kept'] = 1\n"
        "return found",
    ),
    Attack(
        "keeps state in the process",
        "found = [n for n in ('umask', 'folder', 'handler', 'timer') if\n"
        "    {'umask': os.umask(0o123) == 0o123, 'folder': os.getcwd() == '/tmp', 'timer': signal.getitimer(signal.ITIMER_REAL)[0],\n"
        "     'handler': signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN}[n]]\n"
        "signal.signal(signal.SIGUSR1, signal.SIG_IGN)\n"
        "signal.setitimer(signal.ITIMER_REAL, 100)\n"
        "worked(it=lambda: os.chdir('/tmp'))\n"
        "return found",
    ),
    Attack(
        "keeps state in the flags of what it has inherited",
        "files = [d for d in range(64) if worked(it=lambda: os.fstat(d)) and os.fstat(d).st_mode >> 12 != 12]\n"
        "found = [d for d in files if not os.get_blocking(d)]\n"
        "for d in files:\n"
        "    os.set_blocking(d, False)\n"
        "return found",
    ),
    Attack(
        "keeps state in the output of an earlier case",
        "found = []\n"
        "for d in (0, 1, 2):\n"
        "    os.set_blocking(d, False)\n"
        "    found += worked(it=lambda: len(os.read(d, 1)) or checked(-1))\n"
        "    worked(it=lambda: os.write(d, b'kept'))\n"
        "return found",
    ),
    Attack(
        "keeps state in the kernel",
        "key = int(TOKEN[-7:], 16)\n"
        "found = worked(segment=lambda: checked(libc.shmget(key, 16, 0)), semaphore=lambda: checked(libc.semget(key, 1, 0)))\n"
        "worked(segment=lambda: checked(libc.shmget(key, 16, 0o1600)), semaphore=lambda: checked(libc.semget(key, 1, 0o1600)),\n"
        "    name=lambda: socket.socket(socket.AF_UNIX).bind(ABSTRACT + 'x'))\n"
        "return found",
    ),
)

ATTACKS = {"files": FILES, "processes": PROCESSES, "kernel": KILLED, "network": NETWORK, "state": STATE}
