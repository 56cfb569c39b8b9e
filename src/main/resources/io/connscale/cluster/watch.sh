# Runs "$@", an agent, and where SIGKILL ended it says on standard error whether that was the kernel, in POSIX sh (dash, busybox): the
# console is on another machine and can't read here what the kernel counts. In the words of io.connscale.kernel.OomKills.
# Prints how many processes the kernel has killed where this one is, and then where that is.
kills() {
    while IFS=: read -r _ controllers group; do
        case ",$controllers," in
            ,,) mount=/sys/fs/cgroup file=memory.events.local ;;
            *,memory,*) mount=/sys/fs/cgroup/memory file=memory.oom_control ;;
            *) continue ;;
        esac
        group=${group%/}
        while [ -n "$group" ] && [ ! -d "$mount$group" ]; do # in a container it may be the path outside
            group=${group%/*}
        done
        [ -f "$mount$group/$file" ] || file=${file%.local} # before Linux 5.2
        n=$(sed -n 's/^oom_kill //p' "$mount$group/$file" 2> /dev/null)
        [ -z "$n" ] || { echo "$n control group ${group:-/}, memory.oom_kill" && return; }
    done < /proc/self/cgroup
    n=$(sed -n 's/^oom_kill //p' /proc/vmstat 2> /dev/null)
    [ -z "$n" ] || echo "$n the machine, vmstat.oom_kill"
}
exec 3>&2 2> /dev/null # shells say of their own that a command was killed
before=$(kills)
(exec "$@" 2>&3 3>&-) # in a shell of its own: dash redirects itself, too
code=$?
if [ "$code" -eq 137 ]; then
    after=$(kills)
    if [ "${after#* }" = "${before#* }" ] && [ "${after%% *}" -gt "${before%% *}" ]; then
        echo "killed by the kernel: out of memory (${after#* } +$((${after%% *} - ${before%% *})) since it began)" >&3
    fi
fi
exit "$code"
