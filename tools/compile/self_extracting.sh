#!/bin/sh
# @NAME@ @VERSION@ for @TARGET@: one file that brings its own runtime.
#
# Behind this header follow the program (JavaScript) and the Deno runtime
# (gzip). The first start unpacks both into a folder of the user's own:
# $EVENTCOUNTER_CACHE, or $XDG_CACHE_HOME/eventcounter, or
# ~/.cache/eventcounter, or for users without a home /var/tmp/eventcounter-UID.
# Every start checks them and becomes the runtime (exec).
#
# Exit codes of this header: 73 the folder cannot be used, 74 the disk is full
# or this file is damaged, 1 the runtime does not run on this system. All other
# codes are the program's.

key=@KEY@
program_size=@PROGRAM_SIZE@
program_sum=@PROGRAM_SUM@
program_check='@PROGRAM_CHECK@'
runtime_start=@RUNTIME_START@ runtime_size=@RUNTIME_SIZE@
runtime_sum=@RUNTIME_SUM@
self=$0
newline='
'

# "command -p" finds POSIX tools whatever PATH is.
fail() {
  printf '@NAME@: %s\n' "$2" >&2
  exit "$1"
}

# A folder in a place that everyone can write to is used only if it is this
# user's, closed to all others, and cannot be exchanged for another one.
shared_folder() {
  uid=$(command -p id -u)
  for place in /var/tmp /tmp; do
    [ -n "$(command -p find "$place" -prune -type d -perm -1000 2>&1)" ] &&
      [ -w "$place" ] || continue
    root=$place/eventcounter-$uid
    command -p mkdir -m 700 "$root" 2>/dev/null
    is_of "$root" "$uid" && return
    fail 73 "Cannot unpack the runtime into \"$root\": it belongs to another user or others can write to it; remove it, or set EVENTCOUNTER_CACHE to a folder of your own"
  done
  fail 73 'Cannot unpack the runtime: this user has no home folder and /var/tmp cannot be used; set EVENTCOUNTER_CACHE to a folder of your own'
}

usable_home() {
  [ -n "$1" ] && { [ -d "$1/.cache" ] || [ -w "$1" ]; }
}

choose_root() {
  root=${EVENTCOUNTER_CACHE:-}
  [ -n "$root" ] && return
  case ${XDG_CACHE_HOME:-} in
    /*) root=$XDG_CACHE_HOME/eventcounter && return ;;
  esac
  home=${HOME:-}
  if [ -z "$home" ]; then
    user=$(command -p id -un 2>/dev/null)
    case $user in
      '' | [!A-Za-z_]* | *[!A-Za-z0-9._-]*) ;;
      # The shell asks the system for the home of a user that is named.
      *) eval "home=~$user" ;;
    esac
  fi
  case $home in
    /*) usable_home "$home" && root=$home/.cache/eventcounter && return ;;
  esac
  shared_folder
}

# The folder and the one it is in are this user's or root's, and nobody else can
# exchange what is in them; both files have their sizes and the old date that
# unpacking gave them, so nobody wrote to them since; the program has its
# checksum. A sum over the runtime, 95 MB, would take longer than the whole
# start. Each process here costs milliseconds: two are run.
cache_is_good() {
  is_ours "$root" && is_ours "$folder" || return 1
  found=$(command -p find "$root/." "$folder" "$folder/program.js" \
    "$folder/runtime" -prune ! -type l \( -type d -perm -1000 \
    -o ! -perm -020 ! -perm -002 \( -type d \
    -o -type f -name program.js -size "${program_size}c" \
    -o -type f -name runtime -perm -100 -size "${runtime_size}c" \) \) \
    2>/dev/null)
  [ "$found" = "$root/.
$folder
$folder/program.js
$folder/runtime" ] && [ -f "$folder/runtime" ] && [ -f "$folder/stamp" ] ||
    return 1
  for file in program.js runtime; do
    { [ "$folder/$file" -nt "$folder/stamp" ] ||
      [ "$folder/stamp" -nt "$folder/$file" ]; } 2>/dev/null && return 1
  done
  [ "$(command -p cksum 2>/dev/null <"$folder/program.js")" = "$program_check" ]
}

# Whether a folder belongs to this user or to root.
is_ours() {
  [ -O "$1" ] ||
    [ -n "$(command -p find "$1/." -prune -user 0 2>/dev/null)" ]
}

# Whether nobody else can exchange what is in the root.
root_is_closed() {
  is_ours "$root" && [ -n "$(command -p find "$root/." -prune \
    \( -perm -1000 -o ! -perm -020 ! -perm -002 \) 2>/dev/null)" ]
}

# Whether a folder belongs to a user and no one else may write to it.
is_of() {
  [ -n "$(command -p find "$1" -prune -type d -user "$2" \
    ! -perm -020 ! -perm -002 2>/dev/null)" ]
}

# Ends with what a tool complained of, if it failed. That is kept in a variable:
# on a full disk there is no room for a log either.
written() {
  [ "$1" -eq 0 ] && return
  case $errors in
    *[Nn]'o space'* | *quota*)
      fail 74 "Cannot unpack the runtime into \"$folder\": the disk is full; free 110 MB, or set EVENTCOUNTER_CACHE to a folder elsewhere" ;;
  esac
  first_line
  fail 74 "Cannot unpack the runtime into \"$folder\": $line; copy this executable again, or set EVENTCOUNTER_CACHE to a folder elsewhere"
}

# The first line that says something: a crash may begin with a row of "=".
first_line() {
  line='' rest=$errors$newline
  while [ -n "$rest" ]; do
    case ${rest%%"$newline"*} in
      *[A-Za-z]*) line=${rest%%"$newline"*} && break ;;
    esac
    rest=${rest#*"$newline"}
  done
  line=${line:-it said nothing}
}

# GNU calls it sha256sum, macOS shasum; without either, gzip's own check stands.
whole() {
  sum=$({ command -p sha256sum || command -p shasum -a 256; } \
    2>/dev/null <"$temporary/$1") || return 0
  [ "${sum%% *}" = "$2" ] ||
    fail 74 "Cannot unpack \"$self\": it is damaged, its $1 does not have the sum $2; copy it again"
}

# In a subshell, so that the program gets none of its settings.
unpack() (
  umask 077
  LC_ALL=C && export LC_ALL
  command -p mkdir -p "$root" 2>/dev/null
  [ ! -d "$root" ] || root_is_closed || fail 73 "Cannot unpack the runtime into \"$root\": it belongs to another user or others can write to it; close it to them, or set EVENTCOUNTER_CACHE to a folder of your own"
  command -p mkdir -p "$folder" 2>/dev/null || fail 73 "Cannot make the folder \"$folder\" to unpack the runtime into; set EVENTCOUNTER_CACHE to a folder that can be written"
  is_of "$folder" "$(command -p id -u)" || fail 73 "Cannot unpack the runtime into \"$folder\": it belongs to another user or others can write to it; remove it, or set EVENTCOUNTER_CACHE to a folder of your own"
  # Left behind, here or beside other versions, by starts that were killed while
  # they unpacked. Two levels: what else is below is none of this program's.
  command -p find "$root"/*/unpack.* -prune -type d -mtime +0 \
    -exec rm -rf {} + 2>/dev/null
  try=0 temporary=$folder/unpack.$$
  until command -p mkdir "$temporary" 2>/dev/null; do
    try=$((try + 1)) temporary=$folder/unpack.$$.$try
    [ "$try" -lt 9 ] || fail 73 "Cannot write to the folder \"$folder\" to unpack the runtime into; set EVENTCOUNTER_CACHE to a folder that can be written"
  done
  trap 'command -p rm -rf "$temporary"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM

  # In this order nobody writes to a pipe that is closed, which some shells take
  # for a failure.
  errors=$({ command -p head -c "$((runtime_start - 1))" <"$self" |
    command -p tail -c "$program_size" >"$temporary/program.js"; } 2>&1)
  written $?
  whole program.js "$program_sum"
  errors=$({ command -p tail -c "+$runtime_start" <"$self" |
    command -p gzip -dc >"$temporary/runtime"; } 2>&1)
  written $?
  whole runtime "$runtime_sum"
  errors=$(
    cd "$temporary" 2>&1 && : >stamp &&
      command -p chmod 500 runtime 2>&1 &&
      command -p chmod 400 program.js stamp 2>&1 &&
      TZ=UTC0 command -p touch -t 200001010000.00 program.js runtime stamp 2>&1
  )
  written $?
  # Onto the disk before they get their names: a loss of power leaves no half.
  command -p sync "$temporary/program.js" "$temporary/runtime" 2>/dev/null
  for file in program.js runtime stamp; do
    [ -d "$folder/$file" ] && command -p rm -rf "${folder:?}/$file"
    errors=$(command -p mv -f "$temporary/$file" "$folder/$file" 2>&1)
    written $?
  done
  runnable
  # Shows whether the runtime runs here, and fills Deno's cache of compiled code.
  # A shell in between takes in what it says of a runtime that crashes.
  errors=$(
    exec </dev/null 2>&1 >/dev/null
    (start --version)
    exit $?
  ) && exit
  # The next start shall try, and tell, again.
  command -p rm -f "$folder/stamp"
  first_line
  fail 1 "Cannot start the runtime \"$folder/runtime\" on this system: $line; use an executable built for it (@TARGET@ needs @NEEDS@)"
)

runnable() {
  [ -x "$folder/runtime" ] ||
    fail 73 "Cannot run the runtime in \"$folder\": its file system does not allow programs (noexec); set EVENTCOUNTER_CACHE to a folder elsewhere"
}

start() {
@START@
}

choose_root
case $root in
  /*) ;;
  *)
    [ -d "${PWD:-}" ] || fail 73 "Cannot unpack the runtime into \"$root\": the folder this was started in is gone; change to another one"
    root=$PWD/$root
    ;;
esac
folder=$root/$key
if ! cache_is_good; then
  unpack || exit
  cache_is_good || fail 74 "Cannot use what was just unpacked into \"$folder\": it changed; see what else writes there, or set EVENTCOUNTER_CACHE to a folder elsewhere"
fi
runnable
start "$@"
exit 126
