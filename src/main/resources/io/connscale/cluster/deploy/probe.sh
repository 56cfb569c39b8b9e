# One look at a host, in POSIX sh (dash, busybox): Java, limits, the cache folder. Each line of the answer begins with the marker,
# so that anything else on standard output is known as noise. Writes nothing but the cache folder. Nothing here fails as a whole:
# what can't be found out is not said.
# $1 marker · $2 the Java that hosts.yaml names, or empty · $3 the jar's name · $4 its size in bytes · $5 its SHA-256
marker=$1 wanted=$2 jar=$3 size=$4 sha=$5
say() { printf '%s %s\n' "$marker" "$*"; }

echo # noise may have left a line without an end
say system "$(uname -sm)"
[ ! -t 0 ] || say terminal
say files "$(ulimit -Sn) $(ulimit -Hn)"
for name in JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS; do # every JVM reads them; agents are started without
    eval "value=\$$name"
    # shellcheck disable=SC2154 # set by eval
    [ -z "$value" ] || say ignored "$name"
    unset "$name"
done
say ports "$(cat /proc/sys/net/ipv4/ip_local_port_range 2> /dev/null)" # in one read: a sysctl gives nothing to a second one

# A Java: where it was looked for, its program. Its version stands in the file release; starting it would take 50 times as long.
seen='|'
java_at() {
    [ -f "$2" ] && [ -x "$2" ] || return 0
    real=$(readlink -f "$2" 2> /dev/null) && [ -n "$real" ] || real=$2
    case $seen in *"|$real|"*) return 0 ;; esac
    seen="$seen$real|" version='' arch='' modules=''
    if [ -r "${real%/bin/java}/release" ]; then
        while IFS='=' read -r key value || [ -n "$key" ]; do
            case $key in
                JAVA_VERSION) version=$value ;;
                OS_ARCH) arch=$value ;;
                MODULES) modules=" $(echo "$value" | tr -d '"') " ;;
            esac
        done < "${real%/bin/java}/release"
    fi
    if [ -z "$version" ]; then
        said=$("$2" -version 2>&1 < /dev/null)
        version=$(printf '%s\n' "$said" | sed -n 's/.* version "\([^"]*\)".*/\1/p')
        [ -n "$version" ] || version="broken: $(printf '%s\n' "$said" | sed -n 1p)"
    fi
    missing=''
    for module in java.xml jdk.management; do # made with jlink, it may lack some that an agent needs
        case $modules in
            '' | *" $module "*) ;;
            *) missing="$missing${missing:+, }$module" ;;
        esac
    done
    [ -z "$missing" ] || version="broken: this Java lacks module $missing"
    say java "$1|$version|$arch|$2"
}

if [ -n "$wanted" ]; then
    case $wanted in "~/"*) wanted=$HOME${wanted#"~"} ;; esac
    [ ! -d "$wanted" ] || wanted=$wanted/bin/java
    java_at hosts.yaml "$(command -v "$wanted")"
else
    [ -z "$JAVA_HOME" ] || java_at JAVA_HOME "$JAVA_HOME/bin/java"
    java_at PATH "$(command -v java)"
    for java in /usr/lib/jvm/*/bin/java /usr/lib64/jvm/*/bin/java /usr/java/*/bin/java /usr/local/*/bin/java \
        /opt/*/bin/java /opt/*/*/bin/java /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java \
        "$HOME"/.sdkman/candidates/java/*/bin/java "$HOME"/.jdks/*/bin/java "$HOME"/.asdf/installs/java/*/bin/java \
        "$HOME"/.local/share/mise/installs/java/*/bin/java; do
        java_at folder "$java"
    done
fi

# The cache folder: what XDG says, below the home that the environment or the system's user list names.
cache=$XDG_CACHE_HOME
case $cache in
    /*) ;;
    *)
        home=$HOME
        [ -n "$home" ] || home=$(eval "echo ~$(id -un 2> /dev/null)")
        cache=$home/.cache
        ;;
esac
case $cache in
    /*)
        cache=$cache/connscale
        say cache "$cache"
        # What another user can put there must not be run.
        failed=$(mkdir -p "$cache" 2>&1) why=''
        if [ -d "$cache" ]; then
            why=$(shared "$cache")
            open=$(open_above "$cache")
            if [ -z "$why" ] && [ -n "$open" ]; then
                why="is in $open, which everybody can write to"
            elif [ -z "$why" ] && { [ -e "$cache/$jar" ] || [ -L "$cache/$jar" ]; }; then
                why=$(shared "$cache/$jar")
                why=${why:+has a jar that $why}
            fi
            [ -z "$why" ] && failed=$({ : > "$cache/probe.$marker.part"; } 2>&1)
            rm -f "$cache/probe.$marker.part" 2> /dev/null
        fi
        [ -z "$why" ] || say shared "$why"
        [ -n "$failed" ] && say unwritable "$failed" || say writable
        at=$cache
        while [ ! -d "$at" ]; do
            at=${at%/*}
            at=${at:-/}
        done
        df -Pk "$at" 2> /dev/null | while read -r line; do say disk "$line"; done
        # The size first: a machine may have crashed before it was all on disk. A note beside it says when it was used last, for cleaning up;
        # its own time stays, since a JVM compares it with that in the archive of classes. Where nothing can tell its SHA-256 it is copied anew.
        if [ -z "$why" ] && [ -f "$cache/$jar" ] && [ "$(($(wc -c < "$cache/$jar")))" -eq "$size" ]; then
            # shellcheck disable=SC2046 # in words
            set -- $(sum < "$cache/$jar")
            if [ "$1" = "$sha" ]; then
                (: > "$cache/$jar.used") 2> /dev/null # in a shell of its own: one that may not write here would end
                say there
            fi
        fi
        ;;
esac
say end
