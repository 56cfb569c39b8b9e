# Writes settings of the kernel and limits of processes for good, and sets what can be set at once; or takes back what it wrote, in POSIX sh.
# $1 fix or undo · then, to fix, sysctl:NAME=VALUE, limit:ITEM=NUMBER (of limits.conf), systemd:SETTING=VALUE (of its manager)
# CONNSCALE_ROOT, for tests, is put in front of each path.
root=$CONNSCALE_ROOT
sysctls=$root/etc/sysctl.d/90-connscale.conf
limits=$root/etc/security/limits.d/90-connscale.conf
manager=$root/etc/systemd/system.conf.d/90-connscale.conf
ours='# Written by connscale (doctor --fix); doctor --undo removes it.'
fail() {
    echo "$*" >&2
    exit 1
}
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail 'it needs root'
# A setting's file below /proc/sys.
file() { printf '%s/proc/sys/%s' "$root" "$(printf '%s' "$1" | tr . /)"; }
# Sets one now; many are lists with tabs between.
now() {
    if failed=$({ printf '%s\n' "$2" > "$(file "$1")"; } 2>&1); then
        echo "set $1 = $2"
    else
        echo "not set now, at the next restart: $1: $failed"
    fi
}
todo=$1
shift
for one in "$sysctls" "$limits" "$manager"; do
    if [ -e "$one" ] && [ "$(sed -n 1p "$one")" != "$ours" ]; then
        fail "$one is there and was not written by doctor --fix: move it away"
    fi
done

if [ "$todo" = undo ]; then
    gone=0
    if [ -f "$sysctls" ]; then # back to what they were before the first fix
        sed -n 's/^# was \([^ ]*\) = /\1 /p' "$sysctls" | while read -r name value; do now "$name" "$value"; done
    fi
    for one in "$sysctls" "$limits" "$manager"; do
        if [ -f "$one" ]; then
            made=$(sed -n 's/^# made //p' "$one")
            rm -f "$one" || fail "$one can't be removed"
            echo "removed $one"
            gone=1
            # Folders that were made for it; one in which somebody else has a file by now stays.
            [ -z "$made" ] || printf '%s\n' "$made" | while read -r folder; do rmdir "$root$folder" 2> /dev/null; done
        fi
    done
    [ "$gone" = 1 ] || echo 'nothing to undo'
    exit 0
fi

# Writes standard input to the file $1.
write() {
    made=$(sed -n 's/^# made /&/p' "$1" 2> /dev/null)
    folder=${1%/*}
    while [ -n "$folder" ] && [ ! -d "$folder" ]; do # empty: there is no /etc
        made="$made${made:+
}# made ${folder#"$root"}"
        folder=${folder%/*}
    done
    mkdir -p "${1%/*}" || fail "${1%/*} can't be made"
    { echo "$ours" && printf '%s' "$made${made:+
}" && cat; } > "$1.new" && mv -f "$1.new" "$1" || fail "$1 can't be written"
    echo "wrote $1"
}
# The settings of one kind among the arguments, a line each.
of() {
    kind=$1
    shift
    for one in "$@"; do case $one in "$kind":*) printf '%s\n' "${one#*:}" ;; esac done
}
# earlier FILE SETTINGS LINE: what an earlier fix wrote there and no finding asks for any more, since it is so: all but what SETTINGS set anew,
# whose lines LINE matches, & in it being the setting's name.
earlier() { [ ! -f "$1" ] || sed "1d; /^# made /d; $(printf '%s\n' "$2" | sed "s|=.*||; s|.*|/$3/d|")" "$1"; }

sysctl=$(of sysctl "$@")
limit=$(of limit "$@")
systemd=$(of systemd "$@")
if [ -n "$sysctl" ]; then
    {
        earlier "$sysctls" "$sysctl" '^\\(# was \\)\\{0,1\\}& = '
        printf '%s\n' "$sysctl" | while IFS='=' read -r name value; do
            was=$(sed -n "s/^# was $name = //p" "$sysctls" 2> /dev/null)
            [ -n "$was" ] || was=$(tr '\t' ' ' < "$(file "$name")" 2> /dev/null)
            [ -z "$was" ] || echo "# was $name = $was"
            echo "$name = $value"
        done
    } | write "$sysctls" || exit
fi
if [ -n "$limit" ]; then
    {
        earlier "$limits" "$limit" ' - & '
        # A line for * does not reach root (limits.conf(5)).
        printf '%s\n' "$limit" | while IFS='=' read -r item value; do printf '* - %s %s\nroot - %s %s\n' "$item" "$value" "$item" "$value"; done
    } | write "$limits" || exit
fi
if [ -n "$systemd" ]; then
    {
        echo '[Manager]'
        earlier "$manager" "$systemd" '^&=' | sed '/^\[Manager]$/d'
        printf '%s\n' "$systemd"
    } | write "$manager" || exit
    [ -n "$root" ] || systemctl daemon-reexec 2> /dev/null
fi
[ -z "$sysctl" ] || printf '%s\n' "$sysctl" | while IFS='=' read -r name value; do now "$name" "$value"; done
[ -z "$limit" ] || echo 'limits of processes hold for logins and services from now on'
