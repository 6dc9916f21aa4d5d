#!/usr/bin/env bash
# A smoke test of te for any CI: copy it, point TE at the command, run it. Needs git and python3; leaves nothing behind.
set -euo pipefail
TE=${TE:-te}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work/home" XDG_CACHE_HOME="$work/home/cache" XDG_CONFIG_HOME="$work/home/config"
unset TE_INDEX_DIR TE_TRUST_INDEX TE_JOBS
mkdir -p "$HOME" "$work/repo"
cd "$work/repo"
git init --quiet
cat > greet.py <<'PY'
def greet_visitor(name):
    """Say hello to a visitor."""
    return f"Hello, {name}!"
PY
printf '# Guide\n\nHow to greet.\n' > guide.md

# expect CODE COMMAND…: the command ends with that exit code; its output is kept in out and err.
expect() {
    local want=$1 got=0
    shift
    "$@" > "$work/out" 2> "$work/err" || got=$?
    if [ "$got" -ne "$want" ]; then
        echo "smoke: '$*' ended with $got, not $want" >&2
        cat "$work/out" "$work/err" >&2
        exit 1
    fi
}

# check EXPRESSION: a Python expression over the last output, parsed as JSON, is true.
check() {
    python3 -c 'import json, sys; data = json.load(open(sys.argv[1])); sys.exit(0 if eval(sys.argv[2]) else 1)' \
        "$work/out" "$1" || { echo "smoke: not true: $1" >&2; cat "$work/out" >&2; exit 1; }
}

expect 0 "$TE" --version
expect 0 "$TE" index . --json
check 'data["schema"] == "te.index/1" and data["files"] == 2'
expect 0 "$TE" search greet_visitor
grep -q '^greet.py:1: function greet_visitor$' "$work/out"
expect 0 "$TE" search "say hello" --json
check 'data["schema"] == "te.search/1" and data["results"][0]["path"] == "greet.py"'
expect 1 "$TE" search zyxwvut --mode text
expect 2 "$TE" search "" --json
check 'data["error"]["code"] == "empty_query"'
expect 2 "$TE" index no-such-folder
expect 0 "$TE" outline greet.py --json
check 'data["symbols"][0]["name"] == "greet_visitor"'
expect 0 "$TE" status --json
check 'data["files"] == 2'
expect 0 "$TE" doctor
echo "smoke: all is well"
