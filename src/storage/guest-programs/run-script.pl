#!/usr/bin/perl
# Becomes a person's program, as the leader of a session of its own, so that all that it starts can be ended with it; what it writes to
# either output comes out of one, in the order written. It has nothing to read.
#
#   run-script.pl PROGRAM [ARGUMENT...]
#
# Exits as PROGRAM does; 127 when it is not there, 126 when it cannot be run.
#
# Needs perl-base only.
use strict;
use warnings;
use Errno qw(ENOENT);
use POSIX ();

die "usage: run-script.pl PROGRAM [ARGUMENT...]\n" unless @ARGV;
POSIX::setsid();
open(STDERR, '>&', \*STDOUT) or die "run-script.pl: $!\n";
chdir '/root';
no warnings 'exec';
exec { $ARGV[0] } @ARGV;
my $code = $! == ENOENT ? 127 : 126;
syswrite(STDOUT, "$ARGV[0]: $!\n");
POSIX::_exit($code);
