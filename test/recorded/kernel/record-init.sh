#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
kind=$($B sed -n 's/.*raidlab.kind=\([^ ]*\).*/\1/p' /proc/cmdline)
echo 1 > /proc/sys/kernel/sysrq
echo 7 > /proc/sys/kernel/printk
echo 3 > /proc/sys/kernel/hung_task_timeout_secs
echo 3 > /proc/sys/kernel/watchdog_thresh
echo 4 > /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
$B sleep 1
echo "raidlab-trouble: making $kind"
case $kind in
 sysrq-*) echo ${kind#sysrq-} > /proc/sysrq-trigger;;
 hung) $B insmod /raidlab_trouble.ko kind=hung & $B sleep 12;;
 init-exit) exit 3;;
 loop|stall) [ $kind = stall ] && echo 0 > /proc/sys/kernel/watchdog; $B insmod /raidlab_trouble.ko kind=$kind & $B sleep 16;;
 *) $B insmod /raidlab_trouble.ko kind=$kind & $B sleep 2;;
esac
echo "raidlab-trouble: still here"
$B poweroff -f
