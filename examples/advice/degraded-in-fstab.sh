#!/bin/sh
# Advice: "put degraded into fstab, then it comes up by itself": docs/advice.md tells what it comes to.
#
#   raidlab prove --mount-option degraded -- examples/advice/degraded-in-fstab.sh
set -eu

# It did, without a word; everything works, so there is nothing to do.
findmnt --mountpoint /storage
date > /storage/in-service
