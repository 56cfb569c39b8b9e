# Takes a packed Java from standard input into the cache folder, in POSIX sh (dash, busybox): checked, unpacked beside its place, tried, renamed.
# Each line of the answer begins with the marker. Two that do so at once unpack twice, and one of them is kept.
# $1 marker · $2 cache folder · $3 the name of its folder there · $4 the archive's size in bytes · $5 its SHA-256
marker=$1 folder=$2 home=$2/$3 size=$4 sha=$5
part=$home.$marker.part
say() { printf '%s %s\n' "$marker" "$*"; }
# tried HOME: sets version; where the Java there does not run, says why and ends.
tried() {
    said=$("$1/bin/java" -version 2>&1 < /dev/null) || {
        say broken "$(printf '%s\n' "$said" | sed -n 1p)"
        exit
    }
    version=$(printf '%s\n' "$said" | sed -n 's/.* version "\([^"]*\)".*/\1/p')
}

echo
if [ -d "$home" ] || [ -L "$home" ]; then
    why=$(shared "$home")
    if [ -n "$why" ]; then
        say failed "$home $why"
    else
        tried "$home"
        (: > "$home.used") 2> /dev/null # in a shell of its own: one that may not write here would end
        say present "$version"
    fi
    exit
fi
for tool in tar gzip; do
    command -v "$tool" > /dev/null || {
        say failed "there is no $tool to unpack it"
        exit
    }
done
trap 'rm -rf "$part"' EXIT
trap 'exit 1' HUP INT TERM PIPE
# Those that nobody used for a month.
find "$folder"/* -prune -name 'java-*.part' -mtime +0 -exec rm -rf {} + 2> /dev/null
for old in "$folder"/java-*; do
    case $old in *.used | *.part) continue ;; esac
    [ -n "$(find "$old.used" -prune -mtime -31 2> /dev/null)" ] || rm -rf "$old" "$old.used"
done

say send
failed=$({ mkdir -p "$part/java" && cat > "$part/archive"; } 2>&1) || {
    say failed "$failed"
    exit
}
arrived=$(($(wc -c < "$part/archive")))
[ "$arrived" -eq "$size" ] || {
    say short "$arrived"
    exit
}
# shellcheck disable=SC2046 # in words
set -- $(sum < "$part/archive")
[ -z "$1" ] || [ "$1" = "$sha" ] || {
    say differs "$1"
    exit
}
failed=$({ tar -C "$part/java" -xzf "$part/archive"; } 2>&1) || {
    say failed "$failed"
    exit
}
tried "$part/java"
: > "$home.used"
[ -d "$home" ] || mv "$part/java" "$home"
say stored "$version"
