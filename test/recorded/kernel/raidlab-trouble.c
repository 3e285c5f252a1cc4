// SPDX-License-Identifier: GPL-2.0
// Makes one kind of kernel trouble when loaded: insmod raidlab_trouble.ko kind=null
#include <linux/module.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/delay.h>
#include <linux/sched.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/rcupdate.h>
static char *kind = "null";
module_param(kind, charp, 0);
static DEFINE_SPINLOCK(lock);
static noinline int do_null(volatile int *p) { return p[34]; }
static noinline int do_gpf(void) { return *(volatile int *)0xdead000000000100UL; }
static noinline void do_bug(void) { BUG(); }
static noinline void do_warn(void) { WARN_ON(1); }
static noinline void do_warn_text(void) { WARN(1, "raidlab says %d\n", 7); }
static noinline void do_loop(void) { unsigned long end = jiffies + 11 * HZ; spin_lock(&lock); while (time_before(jiffies, end)) cpu_relax(); spin_unlock(&lock); }
static struct rcu_head head;
static void head_done(struct rcu_head *h) {}
static noinline void do_stall(void) { unsigned long end = jiffies + 14 * HZ; call_rcu(&head, head_done); msleep(100); preempt_disable(); while (time_before(jiffies, end)) cpu_relax(); preempt_enable(); }
static noinline void do_ro(void) { volatile char *p = (volatile char *)do_warn; p[0] = 1; }
static noinline void do_exec(void) { void (*f)(void) = (void (*)(void))0xffffffff00000000UL; f(); }
static int __init trouble_init(void)
{
	volatile int r = 0;
	if (!strcmp(kind, "null")) r = do_null(NULL);
	else if (!strcmp(kind, "gpf")) r = do_gpf();
	else if (!strcmp(kind, "bug")) do_bug();
	else if (!strcmp(kind, "warn")) { do_warn(); }
	else if (!strcmp(kind, "warn-text")) { do_warn_text(); }
	else if (!strcmp(kind, "loop")) do_loop();
	else if (!strcmp(kind, "stall")) do_stall();
	else if (!strcmp(kind, "ro")) do_ro();
	else if (!strcmp(kind, "exec")) do_exec();
	else if (!strcmp(kind, "panic")) panic("raidlab says stop");
	else if (!strcmp(kind, "irq-null")) { local_irq_disable(); preempt_disable(); r = do_null(NULL); }
	else if (!strcmp(kind, "hung")) { set_current_state(TASK_UNINTERRUPTIBLE); schedule_timeout(9 * HZ); }
	return 0;
}
static void __exit trouble_exit(void) {}
module_init(trouble_init);
module_exit(trouble_exit);
MODULE_LICENSE("GPL");
