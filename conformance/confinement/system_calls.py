"""The system calls by name: what a calculating Python process needs, what is refused, and what nobody does by accident.

Names are those of Linux (syscalls(2)); libseccomp knows each architecture's numbers. Whatever is in none of the
lists answers "this kernel does not have it" (ENOSYS), for which libraries have other ways; so new calls stay out.
"""

from __future__ import annotations

ALLOWED = """
    read write readv writev pread64 pwrite64 preadv pwritev close close_range lseek _llseek
    access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd chdir fchdir
    stat lstat fstat newfstatat fstat64 fstatat64 statx statfs fstatfs fadvise64 fsync fdatasync
    dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
    mmap munmap mremap mprotect madvise brk msync mincore membarrier
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause
    restart_syscall alarm setitimer getitimer nanosleep clock_nanosleep clock_gettime clock_getres
    gettimeofday time times
    getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid
    umask uname sysinfo getrusage getrlimit getcpu getpriority getrandom wait4 waitid
    sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min
    futex set_robust_list get_robust_list set_tid_address rseq arch_prctl exit exit_group
"""

#: Refused with EPERM, which Python shows as PermissionError: libraries probe for these and can do without.
REFUSED = """
    fork vfork execve execveat unshare setsid setpgid setuid setgid setreuid setregid setresuid setresgid setgroups
    setfsuid setfsgid capset setrlimit setpriority sched_setscheduler sched_setparam sched_setattr sched_setaffinity
    socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
    setsockopt getsockopt getsockname getpeername shutdown
    tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
    memfd_create memfd_secret shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl semtimedop
    mq_open mq_unlink creat mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
    mknod mknodat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
    truncate ftruncate fallocate setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr flock
    copy_file_range splice tee vmsplice sendfile inotify_init inotify_init1 inotify_add_watch fanotify_init
    signalfd signalfd4 timer_create timerfd_create openat2
"""

#: The process is killed with SIGSYS: no honest calculation asks for these, and many have been ways out.
KILLED = """
    ptrace process_vm_readv process_vm_writev process_madvise kcmp mount umount2 pivot_root move_mount open_tree fsopen
    fsmount fsconfig fspick mount_setattr chroot setns bpf perf_event_open io_uring_setup io_uring_enter
    io_uring_register keyctl add_key request_key userfaultfd init_module finit_module delete_module kexec_load
    kexec_file_load reboot swapon swapoff open_by_handle_at name_to_handle_at iopl ioperm modify_ldt acct quotactl
    settimeofday clock_settime adjtimex clock_adjtime syslog personality vhangup
"""

#: execveat(2) is how a program of its own, and not a fork of Python, is begun under its layers: by a descriptor of this
#: number, which only the process that is about to become the program can have. It is above every limit of open files
#: that a program gets and closes with the call, so that nothing can ever be begun again. Node.js 20 and the C library
#: ask for nothing further that is not allowed above, or that they cannot do without (clone3, pkey_alloc, capget).
DESCRIPTOR, EMPTY_PATH = 1000, 0x1000

#: What a build step does besides: start others, and write files where the other layers let it.
BUILDING = """
    fork vfork execve execveat creat mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink
    symlinkat truncate ftruncate fallocate copy_file_range sendfile
"""
#: What a build step asks for and no layer but namespaces would keep to its folder: it is told that it was done.
PRETENDED = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
"""

#: clone(2): threads only, and none with a namespace or a tracer of its own. include/uapi/linux/sched.h
THREAD = 0x00010000
APART = 0x7E020000 | 0x00002000  # CLONE_NEW..., CLONE_PTRACE

#: prctl(2): a thread's name, the names that the C library gives its memory, two questions. include/uapi/linux/prctl.h
PRCTL = (3, 15, 16, 39, 0x53564D41)
#: ...and what would undo the privileges layer: the parent-death signal, being dumpable, a tracer, a subreaper.
PRCTL_REFUSED = (1, 4, 0x59616D61, 36)

#: fcntl(2): duplicates, flags and the size of a pipe; no locks, leases or owners of signals.
FCNTL = (0, 1, 2, 3, 4, 1030, 1031, 1032)

#: ioctl(2): whether it is a terminal and how wide, closing on exec, waiting or not, how much can be read.
IOCTL = (0x5401, 0x5413, 0x5450, 0x5451, 0x5421, 0x541B)

#: open(2): emptying what is opened to be read needs no right to write in Landlock before its version 3 (Linux 6.2).
#: include/uapi/asm-generic/fcntl.h, the same on x86-64 and aarch64
TRUNCATE, ACCESS = 0x200, 0x003
MAY_TRUNCATE = (0x001, 0x002)  # O_WRONLY, O_RDWR

VSOCK = 40  # AF_VSOCK, the way from a virtual machine to its host
