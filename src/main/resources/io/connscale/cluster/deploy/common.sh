# What the scripts of a deployment share, in POSIX sh (dash, busybox); put in front of each of them.
LC_ALL=C
export LC_ALL
umask 077
# The SHA-256 of standard input as first word, nothing where no program here can tell.
sum() {
    if command -v sha256sum > /dev/null; then
        sha256sum
    elif command -v shasum > /dev/null; then
        shasum -a 256
    elif command -v openssl > /dev/null; then
        openssl dgst -sha256 -r
    elif command -v busybox > /dev/null; then
        busybox sha256sum
    fi 2> /dev/null
}
# Whether the file or folder $1 is root's, who may change all there is anyway: in an image all of it is.
of_root() {
    # shellcheck disable=SC2046 # in words
    set -- $(ls -ldn "$1" 2> /dev/null)
    [ "${3:-}" = 0 ]
}
# Why somebody else may have made or changed the file or folder $1; nothing where that can't be.
shared() {
    if [ -L "$1" ]; then
        echo 'is a symbolic link'
    elif [ ! -O "$1" ] && ! of_root "$1"; then
        echo 'belongs to another user'
    else
        case $(ls -ldn "$1" 2>&1) in
            ?????w* | ????????w*) echo 'can be written by other users' ;;
            [-d]?????????*) ;;
            *) echo 'does not tell its mode' ;;
        esac
    fi
}
# The first folder above the folder $1 in which everybody can put another one in its place; nothing where there is none.
open_above() {
    above=$(cd -P "$1" && pwd -P)
    while [ -n "$above" ]; do
        above=${above%/*}
        case $(ls -ldn "${above:-/}" 2>&1) in
            ?????????[tT]*) ;;
            ????????w*) echo "${above:-/}" && return ;;
        esac
    done
}
