# What the benchmarks beside this share; they source it, and are bash.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
home=$(cd "$here/../.." && pwd -P)

die() { printf 'bench: %s\n' "$*" >&2; exit 1; }
say() { printf '%s\n' "$*" >&2; }

# Whether $1 is a number; else that is said, and the end.
whole() { [[ $1 =~ ^[1-9][0-9]{0,9}$ ]] || die "'$1' is not a number: write it in digits, 1 at least"; }

needs() { command -v "$1" > /dev/null || die "no $1: Debian: apt install $2"; }

ulimit -S -n "$(ulimit -H -n)"

work=$(mktemp -d)
children=()
trap 'end_all; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

end_all() {
    local pid
    for pid in "${children[@]}"; do kill "$pid" 2> /dev/null; done
    wait 2> /dev/null
    children=()
}

divide() { awk -v a="$1" -v b="$2" -v digits="${3:-2}" 'BEGIN { printf "%.*f", digits, b ? a / b : 0 }'; }

floor=$work/floor
make_floor() {
    needs cc gcc
    cc -O2 -o "$floor" "$here/floor.c" || die "cc can't build $here/floor.c"
}

# Sets uring, the floor by io_uring, or nothing where there is no liburing or the kernel refuses its rings.
make_uring() {
    uring=$work/uring
    cc -O2 -o "$uring" "$here/uring.c" -luring 2> "$work/uring-log" || uring=
    [ -n "$uring" ] || { say "no floor by io_uring: no liburing (Debian: apt install liburing-dev)"; return 0; }
    timeout 5 "$uring" client 127.0.0.1 1 0 1 0 1 > /dev/null 2> "$work/uring-log" && return
    say "no floor by io_uring: $(tail -n 1 "$work/uring-log")"
    uring=
}

# The processes $@ and all below them.
families() {
    local pid
    for pid in "$@"; do
        printf '%s\n' "$pid"
        # shellcheck disable=SC2046
        families $(pgrep -P "$pid")
    done
}

# --- connscale ---------------------------------------------------------------------------------------------------------------

# Of a child that has ended: its number may soon be another's.
forget() {
    local child left=()
    for child in "${children[@]}"; do [ "$child" = "$1" ] || left+=("$child"); done
    children=("${left[@]}")
}

# The kernel charges to this control group what the program $1 and its children take, where there is one.
in_group() {
    [ -z "${group:-}" ] || echo $BASHPID > "$group/cgroup.procs" || die "can't enter $group"
    exec "$@"
}

# console YAML [FILES]: starts it with these hosts, in the background, to be asked line by line; with so many files a process. Without a
# record, whose cost src/bench/record has.
console() {
    printf '%s\n' "$1" > "$work/hosts.yaml"
    coproc CONSOLE { ulimit -n "${2:-$(ulimit -n)}"; CONNSCALE_STATE=$work in_group "$home/bin/connscale-console" --hosts "$work/hosts.yaml" -o json --keep-going --no-record 2>> "$work/log"; }
    children+=("$CONSOLE_PID")
    console=$CONSOLE_PID
}

# ask COMMAND: sets reply, one line of JSON.
ask() {
    [ -n "${CONSOLE_PID:-}" ] || die "the console has ended before: $* ($(tail -n 3 "$work/log"))"
    printf '%s\n' "$*" >&"${CONSOLE[1]}"
    IFS= read -r -t 600 reply <&"${CONSOLE[0]}" || die "the console does not answer to: $* ($(tail -n 3 "$work/log"))"
    case $reply in *'"ok":true'*) ;; *) die "$*: $reply" ;; esac
}

# The first number after "$1": in the reply; with a host's name before it, that host's.
number() {
    local rest=$reply
    [ $# -eq 1 ] || { rest=${rest#*\"$1\":}; shift; }
    rest=${rest#*\"$1\":}
    printf '%s\n' "${rest%%[!0-9.]*}"
}

console_ends() {
    local pid=$console
    eval "exec ${CONSOLE[1]}>&-"
    wait "$pid"
    forget "$pid"
}
