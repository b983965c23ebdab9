# shellcheck shell=bash disable=SC2154
# Watchers of API servers, for lanes that source this file instead of kube-lib.sh. The registry is our own: its look-ups
# say which attestations of a digest are there and whether their signatures hold.
# shellcheck source-path=SCRIPTDIR source=kube-lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/kube-lib.sh"

watched=taskruns,pipelineruns,customruns,runs

# start_registry: our own on a free port; $registry, $key. It can be stopped by stop_registry and started anew.
start_registry() {
  [[ -n ${registry:-} ]] || registry=127.0.0.1:$(free_port)
  key=$work/store/keys/attestor.key
  start registry "http://$registry/readyz" "${product[@]}" up --data "$work/store" --port "${registry##*:}"
}

stop_registry() { end "$(cat "$work/registry.pid")"; }

let_watchers_watch() { # USER
  allow "$1" get,list,watch tekton.dev "$watched"
  allow "$1" get '' namespaces
}

# launch_watcher NAME [OPTION...]: a watcher in the background, which may end at any time; $watcher, $watcher_url.
launch_watcher() {
  local name=$1
  shift
  watcher_url=http://127.0.0.1:$(free_port)
  "${product[@]}" watch --kubeconfig "$kube/watcher.kubeconfig" --key "$key" --builder-id "$builder" --repository "$registry/attestations" \
    --data "$work/$name" --listen "${watcher_url#http://}" "$@" >> "$work/$name.log" 2>&1 < /dev/null &
  watcher=$!
  remember "$watcher"
}

# start_watcher NAME [OPTION...]: one that is ready.
start_watcher() {
  launch_watcher "$@"
  await ready || { tail -n 40 "$work/$1.log" >&2; return 1; }
}

ready() { curl --fail --silent --output /dev/null --max-time 2 "$watcher_url/readyz"; }

# metric NAME [LABELS]: the sum of its values, 0 where there are none; nothing where nobody answers or has that metric.
metric() {
  curl --fail --silent --max-time 5 "$watcher_url/metrics" |
    awk -v name="$1" -v labels="${2:-}" '$1 == "#" && $3 == name { known = 1 }
      $1 ~ "^" name "([{]|$)" && index($1, labels) { sum += $2 } END { if (known) print sum + 0; exit !known }'
}

stop_watcher() { end "$watcher" "$@"; } # [SIGNAL]

# digest_of_run NAME: of what the run made; that of a number costs no process, since some lanes have hundreds.
digest_of_run() {
  if [[ $1 =~ ^[0-9]+$ ]]; then printf '%064d' "$1"; else printf 'run %s' "$1" | sha256sum | cut -c 1-64; fi
}

# add_run NUMBER: creates a TaskRun that goes on.
add_run() {
  local body
  body=$(printf '{"apiVersion": "tekton.dev/v1", "kind": "TaskRun", "metadata": {"name": "run-%s", "namespace": "load"}, "spec": {"taskRef": {"name": "build"}}}' "$1")
  answers 201 admin POST /apis/tekton.dev/v1/namespaces/load/taskruns --data "$body" > /dev/null
}

# end_run NUMBER: lets it succeed, with one image as its output.
end_run() {
  local body
  body=$(printf '{"status": {"podName": "run-%s-pod", "startTime": "2026-03-02T10:00:00Z", "completionTime": "2026-03-02T10:01:07Z", "conditions": [{"type": "Succeeded", "status": "True", "reason": "Succeeded", "lastTransitionTime": "2026-03-02T10:01:07Z"}], "steps": [{"name": "push", "container": "step-push", "outputs": [{"name": "image", "buildOutput": true, "values": [{"uri": "oci://registry.example/load/app", "digest": {"sha256": "%s"}}]}]}]}}' "$1" "$(digest_of_run "$1")")
  merge_patch 200 admin "/apis/tekton.dev/v1/namespaces/load/taskruns/run-$1/status" "$body" > /dev/null
}

complete_runs() { # NUMBER...
  local number
  for number; do
    add_run "$number"
    end_run "$number"
  done
}

delete_run() { answers 200 admin DELETE "/apis/tekton.dev/v1/namespaces/load/taskruns/run-$1" > /dev/null; }

# registry_says PATH FILTER NUMBER...: what the jq filter makes of the registry's answer about what each run made, one a line.
registry_says() {
  local path=$1 filter=$2 number
  shift 2
  for number; do printf 'url = "http://%s%s/sha256:%s"\n' "$registry" "$path" "$(digest_of_run "$number")"; done |
    curl --silent --max-time 10 --write-out '\n' --config - | jq "$filter"
}

# attestations NUMBER...: how many attestations the registry has of what the run made.
attestations() { registry_says /v2/attestations/referrers '.manifests | length' "$@"; }

# verified NUMBER...: how many of them our key signed, the signature checked.
verified() { registry_says /lookup '[.madeBy[]? | select(.verifiedBy != null)] | length' "$@"; }

is_attested() { [[ $(attestations "$1") == 1 ]]; }

all_attested() { # NUMBER...
  local made
  made=$(attestations "$@") && [[ $made == "$(printf '1%.0s\n' "$@")" ]]
}

# exactly_one_each NUMBER...: one attestation each, and it verifies.
exactly_one_each() {
  paste <(printf '%s\n' "$@") <(attestations "$@") <(verified "$@") |
    awk '$2 != 1 || $3 != 1 { printf "run %s has %s attestations, %s of them verified\n", $1, $2, $3; wrong++ } END { exit wrong > 0 || NR == 0 }'
}

eventually() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < end)) || { "$@"; return; }
    sleep 0.2
  done
}
