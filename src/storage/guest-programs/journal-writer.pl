#!/usr/bin/perl
# The live writer: appends records to a file on the array, makes each durable, and tells the host of it over a virtio port.
#
#   journal-writer.pl FILE SEED SEGMENT PORT
#
# Lines that it writes to PORT, one for each record, 0-based:
#   durable SEGMENT I         write and fsync of record I returned 0
#   failed SEGMENT I ERRNO    one of them did not; the record may be there or not
#   stopped SEGMENT N         SIGTERM came; records 0 to N-1 have been tried
#
# Needs perl-base only. src/core/journal/journal-record.ts makes the same records.
use strict;
use warnings;
use Errno qw(EINTR EIO);
use Fcntl qw(O_CREAT O_WRONLY SEEK_SET);
use IO::Handle;

use constant RECORD_BYTES => 2048;
use constant MASK => 0xffffffff;

# Seconds between records: enough to keep the array busy for a whole drill, not enough to fill it. An application that fails waits longer.
use constant PACE => 0.02;
use constant PACE_AFTER_FAILURE => 0.2;

die "usage: journal-writer.pl FILE SEED SEGMENT PORT\n" unless @ARGV == 4 && $ARGV[2] =~ /^\d+$/;
my ($path, $seed, $segment, $port_path) = @ARGV;

my $stopping = 0;
$SIG{TERM} = sub { $stopping = 1 };
# The host may have stopped listening; that is no reason to stop writing.
$SIG{PIPE} = 'IGNORE';

open(my $port, '>', $port_path) or die "journal-writer.pl: $port_path: $!\n";

my $file;
my $index = 0;
while (!$stopping) {
    my $errno = append($index);
    tell_host($errno == 0 ? "durable $segment $index" : "failed $segment $index $errno");
    $index++;
    select(undef, undef, undef, $errno == 0 ? PACE : PACE_AFTER_FAILURE) unless $stopping;
}
tell_host("stopped $segment $index");
exit 0;

# Writes a record at its own place, so that a failed one leaves a gap and no shift. Gives 0, or the errno of what failed.
sub append {
    my ($i) = @_;
    if (!defined $file) {
        my $errno = open_file();
        return $errno if $errno != 0;
    }
    defined sysseek($file, $i * RECORD_BYTES, SEEK_SET) or return $! + 0;
    my $record = record($i);
    my $written = 0;
    while ($written < length $record) {
        my $count = syswrite($file, $record, length($record) - $written, $written);
        if (!defined $count) {
            next if $! == EINTR;
            return $! + 0;
        }
        $written += $count;
    }
    return sync_handle($file);
}

# Gives 0 when the file is open and its name is durable, else an errno.
sub open_file {
    sysopen(my $handle, $path, O_WRONLY | O_CREAT, 0644) or return $! + 0;
    my ($directory) = $path =~ m{^(.*)/[^/]*$};
    $directory = '.' unless defined $directory;
    open(my $parent, '<', $directory eq '' ? '/' : $directory) or return $! + 0;
    my $errno = sync_handle($parent);
    close $parent;
    $file = $handle if $errno == 0;
    return $errno;
}

sub sync_handle {
    my ($handle) = @_;
    until ($handle->sync) {
        next if $! == EINTR;
        return ($! + 0) || EIO;
    }
    return 0;
}

sub record {
    my ($i) = @_;
    my $start = hash_text("$seed/$segment/$i");
    my $word = join '', map { sprintf '%08x', spread_word($start, $_) } 0 .. 3;
    my $line = sprintf('journal segment %d record %09d ', $segment, $i) . $word x (RECORD_BYTES / length $word);
    return substr($line, 0, RECORD_BYTES - 1) . "\n";
}

# FNV-1a, 32 bit. Products stay below 2**64, where perl's integers are exact.
sub hash_text {
    my ($text) = @_;
    my $hash = 0x811c9dc5;
    $hash = (($hash ^ $_) * 0x01000193) & MASK for unpack 'C*', $text;
    return $hash;
}

# A Weyl step of the golden ratio, then MurmurHash3's finaliser.
sub spread_word {
    my ($start, $place) = @_;
    my $word = ($start + ($place + 1) * 0x9e3779b9) & MASK;
    $word = (($word ^ ($word >> 16)) * 0x85ebca6b) & MASK;
    $word = (($word ^ ($word >> 13)) * 0xc2b2ae35) & MASK;
    return $word ^ ($word >> 16);
}

sub tell_host {
    my ($line) = @_;
    my $bytes = "$line\n";
    my $written = 0;
    while ($written < length $bytes) {
        my $count = syswrite($port, $bytes, length($bytes) - $written, $written);
        if (!defined $count) {
            next if $! == EINTR;
            return;
        }
        $written += $count;
    }
}
