# Takes the jar from standard input into the cache folder, in POSIX sh (dash, busybox): to a temporary name, checked, renamed.
# Each line of the answer begins with the marker. One at a time on a host by a lock folder; who waits finds the jar there.
# $1 marker · $2 cache folder · $3 the jar's name · $4 its size in bytes · $5 its SHA-256 · $6 seconds without progress after which
# another's lock is stale. Two that take a stale lock at once copy twice, to two names: no harm but the time.
marker=$1 folder=$2 jar=$2/$3 size=$4 sha=$5 stale=$6
lock=$jar.lock part=$jar.$marker.part
say() { printf '%s %s\n' "$marker" "$*"; }
# Whether $1 has the size that it must have.
whole() { [ -f "$1" ] && [ "$(($(wc -c < "$1")))" -eq "$size" ]; }
# Whether the jar is there and is the one that is meant.
present() {
    # shellcheck disable=SC2046 # in words
    whole "$jar" && set -- $(sum < "$jar") && [ "$1" = "$sha" ]
}

echo
# The one who copies makes its temporary file grow; where it does not for long, the lock was left behind. Said once a second, so
# that a waiting shell ends when nobody listens any more.
still=0 before=''
until failed=$(mkdir "$lock" 2>&1); do
    if present; then
        say present
        exit
    fi
    [ -d "$lock" ] || [ "$still" -eq 0 ] || { # it may have gone between, once
        say failed "$failed"
        exit
    }
    now=$(ls -ln "$jar".*.part 2> /dev/null)
    [ "$now" = "$before" ] || still=0
    before=$now
    still=$((still + 1))
    if [ "$still" -gt "$stale" ]; then
        rmdir "$lock" 2> /dev/null
        still=0
    fi
    say waiting || exit
    sleep 1
done
trap 'rm -f "$part"; rmdir "$lock" 2> /dev/null' EXIT
trap 'exit 1' HUP INT TERM PIPE

if present; then # while this one waited
    say present
    exit
fi
# What was broken off yesterday, and jars that nobody used for a month, each with its archives of classes. A running JVM keeps an
# unlinked jar open.
find "$folder"/* -prune -name '*.part' -mtime +0 -exec rm -f {} + 2> /dev/null
find "$folder"/* -prune -name '*.lock' -mtime +0 -exec rmdir {} + 2> /dev/null
find "$folder"/* -prune -name '*.jsa.*' -mtime +0 -exec rm -f {} + 2> /dev/null
for old in $(command -v find > /dev/null && cd "$folder" && echo connscale-*.jar); do
    old=$folder/$old
    [ -n "$(find "$old" "$old.used" -prune -mtime -31 2> /dev/null)" ] || rm -f "$old" "$old.used" "${old%.jar}"-*.jsa
done
for old in "$folder"/connscale-*-*.jsa; do
    [ -f "${old%-agent-java*}.jar" ] || rm -f "$old"
done

say send
failed=$({ cat > "$part"; } 2>&1) || {
    say failed "$failed"
    exit
}
if ! whole "$part"; then
    say short "$(($(wc -c < "$part")))"
    exit
fi
# shellcheck disable=SC2046 # in words
set -- $(sum < "$part")
checked=unchecked
if [ -n "$1" ]; then
    checked=checked
    [ "$1" = "$sha" ] || {
        say differs "$1"
        exit
    }
fi
if failed=$(mv -f "$part" "$jar" 2>&1); then
    say stored "$checked"
else
    say failed "$failed"
fi
