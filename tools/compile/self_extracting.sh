#!/bin/sh
# eventcounter @VERSION@ for @TARGET@: a script with its own runtime behind it.
#
# The first start unpacks the Deno runtime and the program into a folder of this
# user's: $EVENTCOUNTER_CACHE, or $XDG_CACHE_HOME/eventcounter, or
# ~/.cache/eventcounter, or for users without a home /var/tmp/eventcounter-UID.
# Every start becomes that runtime (exec).
#
# Exit codes of this script: 73 the folder cannot be used, 74 the disk is full
# or this file is damaged, 1 the runtime does not run on this system. All other
# codes are the program's.

payload_start=@PAYLOAD_START@ payload_sum=@PAYLOAD_SUM@

fail() {
  printf 'eventcounter: Cannot %s\n' "$2" >&2
  exit "$1"
}

# Whether a folder is this user's or root's: nobody else may put a runtime there.
trusted() {
  [ -O "$1" ] || [ -n "$(command -p find "$1/." -prune -user 0 2>/dev/null)" ]
}

# The files of the program, as they are, and then the runtime, by gzip.
write_parts() {
  start=$payload_start
  for part in @PARTS@; do
    size=${part#*:}
    tail -c "+$start" "$0" | head -c "$size" >"$new/${part%:*}" || return
    start=$((start + size))
  done
  tail -c "+$start" "$0" | gzip -dc >"$new/runtime"
}

# All get their names when they are whole and on the disk, the runtime as
# the last: where it is, all is. A subshell, so that the program gets none of its
# settings.
unpack() (
  PATH=${PATH:+$PATH:}/usr/bin:/bin
  umask 077
  mkdir -p "$folder" 2>/dev/null && new=$(mktemp -d "$folder/new.XXXXXX" 2>/dev/null) ||
    fail 73 "unpack the runtime into \"$folder\": it cannot be written; $other"
  trap 'rm -rf "$new"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trusted "$cache" && [ -z "$(find "$cache/." -prune ! -perm -1000 \( -perm -020 -o -perm -002 \))" ] ||
    fail 73 "unpack the runtime into \"$cache\": it belongs to another user or others can write to it; $other"
  sum=$(tail -c "+$payload_start" "$0" | { sha256sum || shasum -a 256; } 2>/dev/null)
  [ "${sum%% *}" = "$payload_sum" ] ||
    fail 74 "unpack the runtime: \"$0\" is damaged, it has not the SHA-256 sum that it should; copy it again"
  {
    write_parts && chmod 500 "$new/runtime" && { sync "$new/runtime" || sync; }
  } 2>/dev/null ||
    fail 74 "unpack the runtime into \"$folder\": the disk is full; free 110 MB, or $other"
  [ -x "$new/runtime" ] ||
    fail 73 "start the runtime in \"$folder\": programs are not allowed there (noexec); $other"
  "$new/runtime" --version >/dev/null 2>&1 ||
    fail 1 "start the runtime in \"$folder\": it does not run on this system; use an executable built for it, this one is for @TARGET@"
  mv -f "$new"/*.js "$folder" && mv -f "$new/runtime" "$folder"
)

other='set EVENTCOUNTER_CACHE to another folder'
if [ -n "${EVENTCOUNTER_CACHE:-}" ]; then
  cache=$EVENTCOUNTER_CACHE
elif [ -n "${XDG_CACHE_HOME:-}" ]; then
  cache=$XDG_CACHE_HOME/eventcounter
elif [ -n "${HOME:-}" ] && [ -w "$HOME" ]; then
  cache=$HOME/.cache/eventcounter
else
  cache=/var/tmp/eventcounter-$(command -p id -u)
fi
# Named by version and content: every build has its own.
folder=$cache/@VERSION@-@KEY@
[ -x "$folder/runtime" ] || unpack || exit
trusted "$cache" && trusted "$folder" ||
  fail 73 "start the runtime in \"$folder\": it belongs to another user; $other"
@LAUNCH@
exit 126
