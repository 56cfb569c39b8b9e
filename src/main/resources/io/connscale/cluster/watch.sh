# Runs "$@", an agent, and where SIGKILL ended it says on standard error whether that was the kernel, in POSIX sh (dash, busybox): the
# console is on another machine, or sees another process than the agent's, and can't read here what the kernel counts. In the words of
# io.connscale.kernel.OomKills. SIGTERM is passed on: in a container this shell may be process 1, which it would not end.
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
exec 3>&2 4<&0 2> /dev/null # shells say of their own that a command was killed, and give what runs beside them nothing to read
before=$(kills)
(exec "$@" 2>&3 3>&- <&4 4<&-) & # in a shell of its own: dash redirects itself, too
agent=$!
trap 'kill "$agent"' TERM
wait "$agent"
code=$?
while kill -0 "$agent"; do # a signal ended the wait
    wait "$agent"
    code=$?
done
if [ "$code" -eq 137 ]; then
    after=$(kills)
    if [ "${after#* }" = "${before#* }" ] && [ "${after%% *}" -gt "${before%% *}" ]; then
        echo "killed by the kernel: out of memory (${after#* } +$((${after%% *} - ${before%% *})) since it began)" >&3
    fi
fi
exit "$code"
