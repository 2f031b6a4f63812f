#!/usr/bin/env bash
# judge.sh BACKEND [ONLY] [--rename] [--seed N] [--keep]: plays the judge's scenarios of a backend, each on a fresh sandbox of its own.
# Builds nothing: uses SANDBOX_DLL, else Portal.Sandbox/bin/Debug. Prints the judge's lines and a sum; exit 1 when something failed.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
replay=${REPLAY_TOOL:-$root/../shared/tools/replay}
backend=$1; shift
dirs=(--scenarios "$replay/scenarios/$backend"); [ -d "$here/scenarios/$backend" ] && dirs+=(--scenarios "$here/scenarios/$backend")
only='*'; extra=(); [ $# -gt 0 ] && [ "${1#--}" = "$1" ] && { only=$1; shift; }
extra=("$@")
work=$(mktemp -d); pid=
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
for name in $(python3 "$replay/replay.py" "${dirs[@]}" --only "$only" --world | python3 -c 'import json,sys; print("\n".join(json.load(sys.stdin)))'); do
  python3 "$replay/replay.py" "${dirs[@]}" --only "$name" --world > "$work/world.json"
  dotnet "${SANDBOX_DLL:-$root/Portal.Sandbox/bin/Debug/net10.0/Portal.Sandbox.dll}" --world "$work/world.json" --anyports true > "$work/out" 2> "$work/err" & pid=$!
  for _ in $(seq 600); do grep -q '^ready' "$work/out" && break; kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done
  if ! grep -q '^ready' "$work/out"; then echo "the sandbox did not start:"; cat "$work/out" "$work/err"; exit 2; fi
  vars=(); while read -r endpoint url; do [ -n "${url:-}" ] && vars+=("$(echo "$endpoint" | tr 'a-z-' 'A-Z_')_URL=$url"); done < "$work/out"
  env "${vars[@]}" python3 "$replay/replay.py" "${dirs[@]}" --only "$name" --target "$here/targets.sandbox.json" "${extra[@]}" | tee "$work/lines"
  read -r p f s < <(tail -1 "$work/lines" | sed -E 's/([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped/\1 \2 \3/')
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; pid=
  [ -s "$work/err" ] && { echo "--- the sandbox said:"; head -20 "$work/err"; }
done
echo "$backend: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
