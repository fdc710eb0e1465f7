/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls, by a seccomp filter.  A list of what is refused, not of what
 * is allowed: a list of what is needed would have to follow every version of
 * the C library and of the libraries behind the doors, and the service unit
 * has one.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/confine.h"
#include "base/vec.h"

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#else
#define MACHINE 0	/* the order of arguments was never looked at */
#endif

/* x86-64 has its calls once more under these numbers. */
#define X32_BIT 0x40000000U

#define NEW_SPACES                                                     \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |   \
	 CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

EP_VEC_TYPE(program, struct sock_filter);

static const long refused[] = {
	/* other processes and programs */
	SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
	SYS_pidfd_getfd, SYS_kcmp, SYS_execve, SYS_execveat,
	/* what the machine looks like */
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_move_mount,
	SYS_open_tree, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick,
	SYS_mount_setattr, SYS_setns, SYS_unshare, SYS_swapon, SYS_swapoff,
	SYS_sethostname, SYS_setdomainname, SYS_reboot, SYS_quotactl,
	SYS_acct, SYS_syslog, SYS_vhangup,
	/* its clock */
	SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex,
	/* the kernel, and ways into it that have often been broken */
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
	SYS_kexec_file_load,
	SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup,
	SYS_io_uring_enter, SYS_io_uring_register, SYS_add_key,
	SYS_request_key, SYS_keyctl, SYS_open_by_handle_at,
	SYS_name_to_handle_at, SYS_fanotify_init, SYS_personality,
};

/* Names, connections, and the kernel's list of routes for the resolver. */
static const unsigned int families[] = { AF_UNIX, AF_INET, AF_INET6,
					 AF_NETLINK };

/* --- building ----------------------------------------------------------------- */

static void add(struct program *p, unsigned int code, unsigned int k,
		size_t yes, size_t no)
{
	EP_VEC_ADD(p) = (struct sock_filter){
		.code = (unsigned short)code,
		.jt = (unsigned char)yes,
		.jf = (unsigned char)no,
		.k = k,
	};
}

static void load(struct program *p, size_t at)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, (unsigned int)at, 0, 0);
}

static void load_arg(struct program *p, size_t i)
{
	/* Little endian, all three machines: the low half comes first. */
	load(p, offsetof(struct seccomp_data, args) + 8 * i);
}

static void end(struct program *p, unsigned int action)
{
	add(p, BPF_RET | BPF_K, action, 0, 0);
}

static unsigned int fail(int code)
{
	return SECCOMP_RET_ERRNO | ((unsigned int)code & SECCOMP_RET_DATA);
}

/* The next `skip` instructions are for this call alone. */
static void when(struct program *p, long call, size_t skip)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)call, 0, skip);
}

static void refuse_calls(struct program *p)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		when(p, refused[i], 1);
		end(p, fail(EPERM));
	}
	/* Its flags lie where a filter cannot look; the C library asks the
	 * old call instead. */
	when(p, SYS_clone3, 1);
	end(p, fail(ENOSYS));
}

static void look_at_clone(struct program *p)
{
	when(p, SYS_clone, 4);
	load_arg(p, 0);
	add(p, BPF_JMP | BPF_JSET | BPF_K, NEW_SPACES, 0, 1);
	end(p, fail(EPERM));
	end(p, SECCOMP_RET_ALLOW);
}

static void look_at_socket(struct program *p)
{
	const size_t n = sizeof(families) / sizeof(families[0]);

	when(p, SYS_socket, n + 3);
	load_arg(p, 0);
	for (size_t i = 0; i < n; i++)
		add(p, BPF_JMP | BPF_JEQ | BPF_K, families[i], n - i, 0);
	end(p, fail(EAFNOSUPPORT));
	end(p, SECCOMP_RET_ALLOW);
}

/* Typing, or pasting on a console, into the terminal of whoever started us. */
static void look_at_ioctl(struct program *p)
{
	when(p, SYS_ioctl, 5);
	load_arg(p, 1);
	add(p, BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0);
	add(p, BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1);
	end(p, fail(EPERM));
	end(p, SECCOMP_RET_ALLOW);
}

static void look_at_memory(struct program *p, long call)
{
	when(p, call, 5);
	load_arg(p, 2);
	add(p, BPF_ALU | BPF_AND | BPF_K, PROT_WRITE | PROT_EXEC, 0, 0);
	add(p, BPF_JMP | BPF_JEQ | BPF_K, PROT_WRITE | PROT_EXEC, 0, 1);
	end(p, fail(EPERM));
	end(p, SECCOMP_RET_ALLOW);
}

static void look_at_shared(struct program *p)
{
	when(p, SYS_shmat, 4);
	load_arg(p, 2);
	add(p, BPF_JMP | BPF_JSET | BPF_K, SHM_EXEC, 0, 1);
	end(p, fail(EPERM));
	end(p, SECCOMP_RET_ALLOW);
}

static void build(struct program *p)
{
	load(p, offsetof(struct seccomp_data, arch));
	add(p, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
	end(p, fail(EPERM));
	load(p, offsetof(struct seccomp_data, nr));
	if (MACHINE == AUDIT_ARCH_X86_64) {
		add(p, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
		end(p, fail(EPERM));
	}
	refuse_calls(p);
	look_at_clone(p);
	look_at_socket(p);
	look_at_ioctl(p);
	look_at_memory(p, SYS_mmap);
	look_at_memory(p, SYS_mprotect);
	look_at_memory(p, SYS_pkey_mprotect);
	look_at_shared(p);
	end(p, SECCOMP_RET_ALLOW);
}

int ep_confine_calls(bool *ret_held, struct ep_err *err)
{
	struct program p = { 0 };
	struct sock_fprog filter;
	int rc = 0;

	*ret_held = false;
	if (MACHINE == 0)
		return 0;
	build(&p);
	filter = (struct sock_fprog){ (unsigned short)p.n, p.v };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0)
		*ret_held = true;
	else if (errno != EINVAL && errno != ENOSYS)
		rc = ep_err_errno(err, EP_EPERM, "the kernel refuses a filter "
				  "of system calls (seccomp)");
	ep_vec_release(&p);
	return rc;
}
