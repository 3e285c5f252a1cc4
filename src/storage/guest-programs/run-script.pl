#!/usr/bin/perl
# Runs a person's program in a session of its own, so that all that it starts can be ended with it; what it writes to either output comes
# out of one, in the order written.
#
#   run-script.pl PROGRAM [ARGUMENT...]
#   run-script.pl --terminal TERM ROWS COLUMNS PROGRAM [ARGUMENT...]
#
# Without a terminal nobody answers its questions: a process that reads its standard input is told of, once, and then finds the end of it
# there. With one, PROGRAM is on a terminal of its own, and what comes in on our standard input is typed there. That it waits for an answer
# is said on our standard error, once. When our standard input has ended nobody answers any more: what still asks is given Ctrl-D.
#
# Exits as PROGRAM does, with 128 + N when signal N ended it; 127 when it is not there, 126 when it cannot be run.
#
# Needs perl-base only; x86-64 alone.
use strict;
use warnings;
use Errno qw(EAGAIN EINTR ENOENT);
use Fcntl qw(F_GETFL F_SETFL O_NOCTTY O_NONBLOCK O_RDWR);
use POSIX ();

# arch/x86/entry/syscalls/syscall_64.tbl
use constant SYS_READ => 0;
my %waits = map { $_ => 1 } 7, 23, 270, 271;    # poll, select, pselect6, ppoll
# include/uapi/asm-generic/ioctls.h: _IOR('T', 0x30, unsigned int), _IOW('T', 0x31, int)
use constant { TIOCSWINSZ => 0x5414, TIOCGPTN => 0x80045430, TIOCSPTLCK => 0x40045431 };
use constant { PIECE => 65536, END_OF_INPUT => "\x04" };

# How long something may wait for more than its input alone before that counts as waiting for an answer, seconds.
use constant PATIENCE => 10;
use constant NOBODY => "raidlab: it waits for an answer, and nobody can give one here: its input ends.\n";
use constant ASKED => "raidlab: it waited for an answer, and was given the person's terminal.\n";

my $with_terminal = @ARGV && $ARGV[0] eq '--terminal';
my (undef, $term, $rows, $columns) = $with_terminal ? splice @ARGV, 0, 4 : ();
die "usage: run-script.pl [--terminal TERM ROWS COLUMNS] PROGRAM [ARGUMENT...]\n" unless @ARGV;
POSIX::setsid();
# So that a wait ends with the program.
local $SIG{CHLD} = sub { };
my $waited = 0;
exit($with_terminal ? run_at_terminal() : run_without_input());

sub run_without_input {
    pipe(my $reader, my $writer) or die "run-script.pl: pipe: $!\n";
    my $input = 'pipe:[' . (stat $reader)[1] . ']';
    my $pid = fork // die "run-script.pl: fork: $!\n";
    if ($pid == 0) {
        close $writer;
        become_program($reader, \*STDOUT);
    }
    close $reader;
    until (waitpid($pid, POSIX::WNOHANG()) > 0) {
        if (defined $writer) {
            my $how = how_input_is_waited_for($input);
            syswrite(STDOUT, NOBODY) if $how eq 'alone';
            undef $writer if is_question($how);
        }
        select(undef, undef, undef, 1);
    }
    return exit_of($?);
}

# The session is ours, and the terminal is its own; PROGRAM is in the foreground, in a group of its own, so that Ctrl-C is for it.
sub run_at_terminal {
    my ($master, $path) = open_terminal();
    sysopen(my $terminal, $path, O_RDWR) or die "run-script.pl: $path: $!\n";
    $SIG{$_} = 'IGNORE' for qw(TTOU HUP);
    my $pid = fork // die "run-script.pl: fork: $!\n";
    if ($pid == 0) {
        close $master;
        POSIX::setpgid(0, 0);
        POSIX::tcsetpgrp(fileno($terminal), $$);
        $SIG{$_} = 'DEFAULT' for qw(TTOU HUP);
        $ENV{TERM} = $term;
        become_program($terminal, $terminal);
    }
    my ($typing, $asked, $told, $looked) = (1, 0, 0, time);
    until (waitpid($pid, POSIX::WNOHANG()) > 0) {
        $typing = converse($master, $typing);
        next if time == $looked;
        $looked = time;
        next unless is_question(how_input_is_waited_for($path, '/dev/tty'));
        if ($typing) {
            syswrite(STDERR, ASKED) unless $asked++;
        }
        else {
            syswrite(STDERR, NOBODY) unless $told++;
            syswrite($master, END_OF_INPUT);
        }
    }
    my $status = $?;
    1 while pass_on($master);
    # What it left running in the background is not ended with its terminal.
    POSIX::tcsetpgrp(fileno($terminal), getpgrp);
    return exit_of($status);
}

# What is shown on the terminal goes out, what comes in is typed there, for a second at most; false when nobody types any more.
sub converse {
    my ($master, $typing) = @_;
    my $readable = '';
    vec($readable, fileno($master), 1) = 1;
    vec($readable, fileno(STDIN), 1) = 1 if $typing;
    return $typing unless select($readable, undef, undef, 1) > 0;
    pass_on($master) if vec($readable, fileno($master), 1);
    return $typing unless $typing && vec($readable, fileno(STDIN), 1);
    my $count = sysread(STDIN, my $keys, PIECE);
    return 0 unless $count;
    write_all($master, $keys);
    return 1;
}

# False when there is nothing for now.
sub pass_on {
    my ($master) = @_;
    my $count = sysread($master, my $shown, PIECE);
    return 0 unless $count;
    write_all(\*STDOUT, $shown);
    return 1;
}

# A terminal that is full of what nobody reads takes no more keys: they are lost, as at any terminal.
sub write_all {
    my ($handle, $bytes) = @_;
    while (length $bytes) {
        my $count = syswrite($handle, $bytes);
        if (!defined $count) {
            next if $! == EINTR;
            return;
        }
        substr($bytes, 0, $count) = '';
    }
}

sub open_terminal {
    sysopen(my $master, '/dev/ptmx', O_RDWR | O_NOCTTY) or die "run-script.pl: /dev/ptmx: $!\n";
    my ($number, $unlocked) = (pack('I', 0), pack('i', 0));
    ioctl($master, TIOCSPTLCK, $unlocked) && ioctl($master, TIOCGPTN, $number) or die "run-script.pl: a terminal: $!\n";
    my $size = pack('S4', $rows, $columns, 0, 0);
    ioctl($master, TIOCSWINSZ, $size);
    fcntl($master, F_SETFL, fcntl($master, F_GETFL, 0) | O_NONBLOCK);
    return ($master, '/dev/pts/' . unpack('I', $number));
}

sub become_program {
    my ($input, $output) = @_;
    POSIX::dup2(fileno($input), 0);
    POSIX::dup2(fileno($output), 1);
    POSIX::dup2(1, 2);
    chdir '/root';
    $SIG{CHLD} = 'DEFAULT';
    no warnings 'exec';
    exec { $ARGV[0] } @ARGV;
    my $code = $! == ENOENT ? 127 : 126;
    syswrite(STDOUT, "$ARGV[0]: $!\n");
    POSIX::_exit($code);
}

# Whether a process waits for the input: `alone` in a read of it, `among others`, perhaps, where it waits for several things.
sub how_input_is_waited_for {
    my %inputs = map { $_ => 1 } @_;
    my $is_input = sub { $inputs{readlink $_[0] // ''} };
    my $among = '';
    for my $process (glob '/proc/[0-9]*') {
        open(my $file, '<', "$process/syscall") or next;
        my ($number, $first) = split ' ', <$file> // '';
        next unless defined $first && $number =~ /^\d+$/;
        return 'alone' if $number == SYS_READ && $is_input->("$process/fd/" . hex $first);
        $among = 'among others' if $waits{$number} && $is_input->("$process/fd/0");
    }
    return $among;
}

# Called once a second.
sub is_question {
    my ($how) = @_;
    $waited = $how eq 'among others' ? $waited + 1 : 0;
    return $how eq 'alone' || $waited >= PATIENCE;
}

sub exit_of {
    my ($status) = @_;
    return $status & 127 ? 128 + ($status & 127) : $status >> 8;
}
