# Drives the real program on an own virtual screen, as a person would; sourced by scripts that take pictures.
# Sets up: screen_up; begin LOCALE [ARGUMENT...]; then click NAME, open METHOD, write TEXT, key KEYS, rest; end.
# The program is built with the feature `inspection`: it tells when its window is at rest, and where things stand.
# Needs Debian's xvfb, xdotool, xclip, imagemagick, libgl1-mesa-dri, libegl1, libxkbcommon-x11-0, libxcursor1, libxi6.
# shellcheck shell=bash

work=$(mktemp -d)
screen='' window='' width=1440 height=900
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

finish() {
    if [[ -n $window ]]; then kill "$window" 2>/dev/null && wait "$window" 2>/dev/null || true; fi
    if [[ -n $screen ]]; then kill "$screen" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap finish EXIT

# needs TOOL...: all have to be there.
needs() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "$(basename "$0"): no $tool (see the head of this script)" >&2; exit 2; }
    done
}

# program_of [PROGRAM]: prints the program to drive; builds it where none is named.
program_of() {
    if [[ -n ${1:-} ]]; then
        printf '%s\n' "$1"
        return
    fi
    cargo build --locked --features inspection >&2
    printf '%s\n' "${CARGO_TARGET_DIR:-target}/debug/proconsul"
}

# screen_up [WIDTH HEIGHT]
screen_up() {
    width=${1:-$width} height=${2:-$height}
    local number
    rm -f "$work/number"
    mkfifo "$work/number"
    Xvfb -displayfd 3 -screen 0 "${width}x${height}x24" -nolisten tcp -noreset 3>"$work/number" >/dev/null 2>&1 &
    screen=$!
    read -r number <"$work/number"
    export DISPLAY=:$number LIBGL_ALWAYS_SOFTWARE=1 PROCONSUL_MEASURE=1
    unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS EGUI_INSPECTION
}

screen_down() {
    kill "$screen" 2>/dev/null || true
    wait "$screen" 2>/dev/null || true
    screen=''
}

# begin LOCALE [ARGUMENT...]: opens the window in a fresh home and waits for its first frame.
begin() {
    local locale=$1 home said
    shift
    home=$(mktemp -d "$work/home.XXXX")
    mkfifo "$home/asks" "$home/says"
    env HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_STATE_HOME="$home/state" \
        XDG_CACHE_HOME="$home/cache" LANG="$locale" LC_ALL="$locale" "$program" "$@" <"$home/asks" >"$home/says" &
    window=$!
    exec 4>"$home/asks" 5<"$home/says"
    read -r -t 60 said <&5
    [[ $said == first-frame ]] || die "the window said $said"
    # Without a window manager nothing has the focus by itself.
    xdotool windowfocus --sync "$(xdotool search --sync --onlyvisible --name '^Proconsul$')"
    # The arguments that went on to the window are opened by now; the first answers are awaited.
    rest
}

end() {
    exec 4>&- 5<&-
    kill "$window"
    wait "$window" 2>/dev/null || true
    window=''
}

# Waits until nothing was drawn for a while: what runs is drawn ten times a second.
rest() {
    local before='' quiet=0 count
    for _ in $(seq 300); do
        echo frames >&4
        read -r -t 60 _ count <&5
        if [[ $count == "$before" ]]; then quiet=$((quiet + 1)); else quiet=0; fi
        if ((quiet == 5)); then return; fi
        before=$count
        sleep 0.12
    done
    import -window root "${TMPDIR:-/tmp}/proconsul-restless.png"
    die "the window does not come to rest (see ${TMPDIR:-/tmp}/proconsul-restless.png)"
}

# place NAME: sets x, y, w, h to where the thing with this accessible name is, once it is there.
place() {
    local said
    for _ in $(seq 100); do
        echo "place $1" >&4
        read -r -t 60 _ x y w h <&5
        if [[ $x != none ]]; then return; fi
        sleep 0.1
    done
    import -window root "${TMPDIR:-/tmp}/proconsul-not-found.png"
    die "nothing is called $1 (see ${TMPDIR:-/tmp}/proconsul-not-found.png)"
}

# is_there NAME: without waiting.
is_there() {
    echo "place $1" >&4
    read -r -t 60 _ x y w h <&5
    [[ $x != none ]]
}

# point NAME [DX DY]: the pointer onto its middle, or so far from its left upper corner.
point() {
    place "$1"
    xdotool mousemove $((x + ${2:-w / 2})) $((y + ${3:-h / 2}))
}

# press NAME [DX DY]: a click, without waiting for rest. click: with.
press() { point "$@"; xdotool click 1; }
click() { press "$@"; rest; }
key() { xdotool key --delay 30 "$@"; rest; }
types() { xdotool type --delay "${2:-15}" "$1"; }

# paste TEXT [still]: by way of the clipboard. A window with an open stream never rests: `still`.
paste() {
    printf '%s' "$1" | xclip -selection clipboard -quiet >/dev/null 2>&1 &
    local clip=$!
    for _ in $(seq 100); do
        if [[ $(xclip -selection clipboard -o 2>/dev/null | head -c 40) == "${1:0:8}"* ]]; then break; fi
        sleep 0.05
    done
    xdotool key --delay 30 ctrl+v
    if [[ ${2:-} == still ]]; then sleep 0.3; else rest; fi
    kill "$clip" 2>/dev/null || true
    wait "$clip" 2>/dev/null || true
}
