# shellcheck shell=bash
# What the lanes share. A lane is a script that sources this file, says with `plan` how many checks it makes, and makes
# them with `check`, usually once for each registry (`on_each_registry`). It runs in a network namespace that holds the
# loopback interface only, where the machine allows that: whatever a program asks of the internet fails the lane. It has its
# own mounts and processes too, which go with it however it ends.
#
# The product is $PROVENANCE (its executable or its .dll); the peers are $COSIGN, $ORAS, $CRANE and $DOCKER_REGISTRY,
# by default what eng/peers gives.
set -Eeuo pipefail
shopt -s inherit_errexit

lane=$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bundle_type=application/vnd.dev.sigstore.bundle.v0.3+json
provenance_type=https://slsa.dev/provenance/v1
builder=https://builder.example/lanes

unusable() {
  printf '%s: %s\n' "$lane" "$*" >&2
  exit 2
}

for tool in curl jq tar; do
  command -v "$tool" > /dev/null || unusable "this lane needs $tool; install it."
done
PATH=$PATH:/usr/sbin:/sbin
PROVENANCE=${PROVENANCE:-$root/src/Cli/bin/Release/net10.0/provenance.dll}
[[ -f $PROVENANCE ]] || unusable "there is no $PROVENANCE; build it (dotnet build -c Release) or set PROVENANCE."
PROVENANCE=$(realpath "$PROVENANCE")
export PROVENANCE
if [[ -z ${COSIGN:-} || -z ${ORAS:-} || -z ${CRANE:-} || -z ${DOCKER_REGISTRY:-} ]]; then
  peers=$("$root/eng/peers" --env) || unusable 'the peers cannot be had, see above.'
  eval "$peers"
fi

if [[ -z ${LANE_NETWORK:-} ]]; then
  alone='--net --mount --pid --fork --kill-child --mount-proc'
  for isolate in "unshare $alone" "unshare --user --map-root-user $alone" 'unshare --net' 'unshare --user --map-root-user --net'; do
    $isolate ip link set lo up 2> /dev/null || continue
    export LANE_NETWORK='loopback only'
    # shellcheck disable=SC2016
    exec $isolate bash -c 'ip link set lo up && exec "$0" "$@"' "$0" "$@"
  done
  LANE_NETWORK="the machine's own, because network namespaces cannot be made here"
fi

if [[ $PROVENANCE == *.dll ]]; then product=(dotnet "$PROVENANCE"); else product=("$PROVENANCE"); fi
provenance() { timeout 30 "${product[@]}" "$@"; }
cosign() { timeout 30 "$COSIGN" "$@"; }
oras() { timeout 30 "$ORAS" "$@"; }
crane() { timeout 30 "$CRANE" "$@"; }

# Who gives a folder deletes it.
work=${LANE_FOLDER:-$(mktemp -d "${TMPDIR:-/tmp}/provenance-lane.XXXXXX")}
planned=0
passed=0
failed=0
where=
finished=false

# Nobody's keys, credentials or caches take part.
mkdir "$work/home" "$work/ports" "$work/.said"
export HOME=$work/home DOCKER_CONFIG=$work/home/.docker
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
# .NET would leave a socket and two pipes among the temporary files for each process that is killed.
export DOTNET_EnableDiagnostics=0

plan() {
  planned=$1
  printf '%s: network: %s\n' "$lane" "$LANE_NETWORK"
}

# check SENTENCE COMMAND...: the sentence holds when the command succeeds, which is a function's every command. In $(...) || or
# an if, bash would let all but the last fail.
check() {
  local sentence=$1 output=$work/.said/$BASHPID status=0
  shift
  ("$@") > "$output" 2>&1 < /dev/null &
  wait $! || status=$?
  if ((status == 0)); then
    passed=$((passed + 1))
    printf 'ok     %s%s\n' "$where" "$sentence"
  else
    failed=$((failed + 1))
    printf 'FAILED %s%s\n' "$where" "$sentence"
    printf '       | status %d of: %s\n' "$status" "$*"
    tail -n 40 "$output" | sed 's/^/       | /'
  fi
}

exits() { # STATUS COMMAND...
  local expected=$1 status=0
  shift
  "$@" || status=$?
  ((status == expected)) || { printf 'expected exit status %d, got %d\n' "$expected" "$status"; return 1; }
}

# refuses COMMAND...: it fails by its own decision, not by a time-out, a signal or for want of the program.
refuses() {
  local status=0
  "$@" || status=$?
  ((status > 0 && status < 124)) || { printf 'expected a refusal, got exit status %d\n' "$status"; return 1; }
}

equal() { # EXPECTED ACTUAL
  [[ $1 == "$2" ]] || { printf 'expected: %s\nactual:   %s\n' "$1" "$2"; return 1; }
}

# holds FILTER [JQ OPTION...]: standard input is one JSON document, and the filter is true of it. Without the count, jq
# 1.6 calls an empty input a success.
holds() {
  local filter=$1
  shift
  tee /dev/stderr | jq --exit-status --slurp "$@" "length == 1 and (.[0] | $filter)"
}

# quietly COMMAND...: a step of the preparation; what it said is shown only when it fails, which ends the lane.
quietly() {
  local output=$work/.said/$BASHPID status=0
  ("$@") > "$output" 2>&1 < /dev/null &
  wait $! || status=$?
  ((status == 0)) || { cat "$output" >&2; return 1; }
}

# Checks run in shells of their own, so what they start is remembered in a file: the process and when it began, since a
# process id can come back as another's.
remember() { printf '%d %d\n' "$1" "$(began "$1")" >> "$work/servers"; } # PID
began() { sed 's/.*) //' "/proc/$1/stat" 2> /dev/null | cut -d ' ' -f 20; } # PID
runs_still() { [[ $(began "$1") == "$2" ]] && ! has_ended "$1"; } # PID BEGINNING

# A process has ended when it is gone, or when only its status is left for its parent. Its first thread can be that while
# others still hold its sockets.
has_ended() { ! grep --quiet --no-messages '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/task"/*/status; } # PID

# end PID [SIGNAL]: ends a process of the lane and returns when it is gone, 30 seconds at most.
end() {
  local deadline=$((SECONDS + 30))
  kill -s "${2:-TERM}" "$1" 2> /dev/null || true
  until has_ended "$1"; do
    ((SECONDS < deadline)) || { printf '%s: process %d does not end\n' "$lane" "$1" >&2; return 1; }
    sleep 0.05
  done
  wait "$1" 2> /dev/null || true
}

stop_servers() {
  local pid beginning running=()
  [[ -f $work/servers ]] || return 0
  while read -r pid beginning; do
    ! runs_still "$pid" "$beginning" || { running+=("$pid"); kill "$pid" 2> /dev/null || true; }
  done < "$work/servers"
  rm "$work/servers"
  for pid in "${running[@]}"; do
    for _ in {1..100}; do
      ! has_ended "$pid" || break
      sleep 0.1
    done
    has_ended "$pid" || end "$pid" KILL || true
    wait "$pid" 2> /dev/null || true
  done
}

# The first process of a namespace ends all others of it. What is mounted in the folder is not deleted with it.
leave() {
  local place
  if (($$ == 1)); then
    for _ in {1..200}; do
      kill -KILL -- -1 || break
      wait
      sleep 0.02
    done 2> /dev/null
  else
    stop_servers
  fi
  awk -v folder="$work/" 'index($2, folder) == 1 { print $2 }' /proc/self/mounts | while read -r place; do umount --lazy "$place"; done
  ! rm -rf "$work" || return
  failed=$((failed + 1))
  printf 'FAILED the lane left its folder, %s\n' "$work"
}

finish() {
  local made=$((passed + failed))
  trap - ERR
  set +e
  leave
  if ! $finished; then
    failed=$((failed + 1))
    printf 'FAILED %sthe lane stopped early, after %d of %d checks\n' "$where" "$made" "$planned"
  elif ((made != planned || made == 0)); then
    failed=$((failed + 1))
    printf 'FAILED the lane made %d checks, planned were %d\n' "$made" "$planned"
  fi
  printf '%s: %d checks passed, %d failed\n' "$lane" "$passed" "$failed"
  ((failed == 0)) || exit 1
  exit 0
}
# shellcheck source-path=SCRIPTDIR source=fixtures.sh
source "$root/eng/lanes/fixtures.sh"

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'printf "%s: line %s: this failed: %s\n" "$lane" "${BASH_LINENO[0]:-$LINENO}" "$BASH_COMMAND" >&2' ERR

# free_port: one at which nothing listens, and which this lane gets once: who asked for it need not have bound it yet.
free_port() {
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM % 12000))
    mkdir "$work/ports/$port" 2> /dev/null || continue
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { printf '%d' "$port"; return; }
  done
  return 1
}

# start NAME URL COMMAND...: starts a server and waits until URL answers, 30 seconds at most. $work/NAME.pid is its process.
start() {
  local name=$1 url=$2 pid
  shift 2
  "$@" > "$work/$name.log" 2>&1 < /dev/null &
  pid=$!
  remember "$pid"
  printf '%d\n' "$pid" > "$work/$name.pid"
  local end=$((SECONDS + 30))
  while ((SECONDS < end)) && kill -0 "$pid" 2> /dev/null; do
    ! curl --fail --silent --output /dev/null --max-time 2 "$url" || return 0
    sleep 0.1
  done
  printf '%s: %s did not become ready at %s; it said:\n' "$lane" "$name" "$url" >&2
  tail -n 40 "$work/$name.log" >&2
  return 1
}

start_docker_registry() {
  local port
  port=$(free_port)
  registry=127.0.0.1:$port
  cat > "$work/docker-registry.yml" << END
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/docker-registry}, delete: {enabled: true}}
http: {addr: "$registry"}
END
  start docker-registry "http://$registry/v2/" "$DOCKER_REGISTRY" serve "$work/docker-registry.yml"
}

start_provenance() {
  local port
  port=$(free_port)
  registry=127.0.0.1:$port
  mkdir "$work/runs"
  start provenance "http://$registry/readyz" "${product[@]}" up "$work/runs" \
    --data "$work/store" --port "$port" --builder-id "$builder/server"
}

# on_each_registry FUNCTION: calls it with $registry set to HOST:PORT and $has_referrers to whether that registry has the
# referrers API: ours has, Debian's docker-registry has not, so that clients keep a tag there.
on_each_registry() {
  has_referrers=false where='docker-registry: '
  start_docker_registry
  "$1"
  stop_servers
  # shellcheck disable=SC2034
  has_referrers=true where='provenance: '
  start_provenance
  "$1"
  stop_servers
  where=
}

product_key() { # NAME: $work/NAME and $work/NAME.pub, without a passphrase
  quietly provenance key generate --out "$work/$1" --no-passphrase
}

cosign_key() { # NAME PASSWORD: $work/NAME.key and $work/NAME.pub
  COSIGN_PASSWORD=$2 quietly cosign generate-key-pair --output-key-prefix "$work/$1"
}

cosign_verifies() { # PUBLIC_KEY IMAGE
  cosign verify-attestation --key "$1" --type slsaprovenance1 --insecure-ignore-tlog "$2"
}

has_tag() { # IMAGE TAG
  local tags
  tags=$(crane ls "${1%@*}") || return 124
  grep --fixed-strings --line-regexp -e "$2" <<< "$tags"
}

referrers() { # IMAGE: the direct referrers, as oras sees them, one JSON document a line
  oras discover --plain-http --format json --depth 1 "$1" | jq --compact-output '.referrers[]'
}

# bundles IMAGE: the bundle that each referrer of the image holds, one a line.
bundles() {
  local manifest
  referrers "$1" | jq --raw-output '.reference' | while read -r manifest; do
    crane manifest "$manifest" |
      jq --raw-output --arg type "$bundle_type" --arg repository "${manifest%@*}" \
        '.layers[] | select(.mediaType == $type) | "\($repository)@\(.digest)"' |
      while read -r blob; do crane blob "$blob" | jq --compact-output .; done
  done
}

attach_bundle() { # IMAGE FILE: with oras, in cosign's layout
  (cd "$(dirname "$2")" && quietly oras attach --plain-http --artifact-type "$bundle_type" \
    --annotation dev.sigstore.bundle.content=dsse-envelope \
    --annotation "dev.sigstore.bundle.predicateType=$provenance_type" \
    "$1" "$(basename "$2"):$bundle_type")
}
