# shellcheck shell=bash disable=SC2154
# Kubernetes API servers for lanes, which source this file instead of lib.sh. What a server can be asked is here; how one
# is started is in kube-start.sh.
#
# A server is a folder: `start_apiserver crd "$work/crd"` starts one and makes it $kube, the one that everything below
# means; `use_apiserver FOLDER` goes back to another. Its users are admin, who may do everything, and watcher, viewer and
# stranger, who may do what `allow` says. FOLDER/USER.kubeconfig and FOLDER/tokens/USER are how they sign in;
# FOLDER/certified.kubeconfig is an administrator with a client certificate instead of a token. FOLDER/apiserver.pid and
# FOLDER/etcd.pid are for lanes that stop or freeze one of the two.
#
# The programs are $ETCD, $ETCDCTL, $KUBECTL, $CRD_APISERVER and $FULL_APISERVER, by default what eng/peers and
# eng/apiserver/get give. $kube_kinds are the servers there are; a lane runs on each of them (on_each_apiserver).
kube_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ -z ${ETCD:-} || -z ${ETCDCTL:-} || -z ${KUBECTL:-} ]]; then
  kube_programs=$("$kube_root/eng/peers" --env) || exit 2
  eval "$kube_programs"
fi
if [[ -z ${CRD_APISERVER:-} && -z ${FULL_APISERVER:-} ]]; then
  kube_programs=$("$kube_root/eng/apiserver/get" --env) || exit 2
  eval "$kube_programs"
fi
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$kube_root/eng/lanes/lib.sh"
# shellcheck source-path=SCRIPTDIR source=kube-start.sh
source "$kube_root/eng/lanes/kube-start.sh"

command -v openssl > /dev/null || unusable 'this lane needs openssl; install it.'
kube_kinds=()
[[ -z ${CRD_APISERVER:-} ]] || kube_kinds+=(crd)
[[ -z ${FULL_APISERVER:-} ]] || kube_kinds+=(full)
((${#kube_kinds[@]} == 2)) || printf '%s: *** WARNING *** it runs on the %s API server alone\n' "$lane" "${kube_kinds[*]}"

# on_each_apiserver FUNCTION: calls it with a fresh server as $kube.
on_each_apiserver() {
  local kind
  for kind in "${kube_kinds[@]}"; do
    where="$kind: "
    start_apiserver "$kind" "$work/$kind"
    "$1"
    stop_servers
    where=
  done
}

kubectl() { timeout 60 "$KUBECTL" --kubeconfig "$kube/admin.kubeconfig" "$@"; }
etcdctl() { timeout 30 "$ETCDCTL" --endpoints "$(cat "$kube/etcd.url")" "$@"; }

# ask USER METHOD PATH [CURL OPTION...]: prints the body of the answer.
ask() {
  local user=$1 method=$2 path=$3
  shift 3
  [[ $* == *Content-Type:* ]] || set -- --header 'Content-Type: application/json' "$@"
  curl --silent --show-error --max-time 60 --cacert "$kube/ca.crt" --header "Authorization: Bearer $(< "$kube/tokens/$user")" \
    --request "$method" "$@" "$kube_url$path"
}

# answers STATUS USER METHOD PATH [CURL OPTION...]: prints the body when the answer is whole and has this status, and fails
# otherwise. It keeps no file, because others may ask the same server at the same time.
answers() {
  local expected=$1 answer asked=0
  shift
  answer=$(ask "$@" --write-out '\n%{http_code}') || asked=$?
  printf '%s\n' "${answer%$'\n'*}"
  equal "$expected 0" "${answer##*$'\n'} $asked" >&2
}

merge_patch() { # STATUS USER PATH JSON
  answers "$1" "$2" PATCH "$3" --data "$4" --header 'Content-Type: application/merge-patch+json'
}

apply_patch() { # STATUS USER PATH MANAGER JSON
  answers "$1" "$2" PATCH "$3?fieldManager=$4" --data "$5" --header 'Content-Type: application/apply-patch+yaml'
}

# watch USER PATH QUERY SECONDS: the events that the server sends within so many seconds, one a line.
watch() { answers 200 "$1" GET "$2?watch=1&$3&timeoutSeconds=$4"; }

# allow USER VERBS GROUP RESOURCES [NAMESPACE]: lists are separated by commas. Without a namespace it holds for all.
allow() {
  if [[ $(cat "$kube/kind") == crd ]]; then allow_by_rule "$@"; else allow_by_role "$@"; fi
}

allow_by_rule() {
  jq --arg user "$1" --arg verbs "$2" --arg group "$3" --arg resources "$4" --arg namespace "${5:-*}" \
    '. + [{user: $user, verbs: ($verbs / ","), groups: [$group], resources: ($resources / ","), namespaces: [$namespace]}]' \
    "$kube/rules.json" > "$kube/rules.new"
  mv "$kube/rules.new" "$kube/rules.json"
}

allow_by_role() {
  local role path=/apis/rbac.authorization.k8s.io/v1 kind=ClusterRoleBinding bindings=clusterrolebindings
  role=lane-$1-$(new_uid)
  jq --null-input --arg name "$role" --arg user "$1" --arg verbs "$2" --arg group "$3" --arg resources "$4" \
    '{metadata: {$name, labels: {lane: $user}}, rules: [{apiGroups: [$group], resources: ($resources / ","), verbs: ($verbs / ",")}]}' |
    answers 201 admin POST "$path/clusterroles" --data @- > "$kube/answer"
  [[ -z ${5:-} ]] || { kind=RoleBinding bindings=namespaces/$5/rolebindings; ensure_namespace "$5"; }
  jq --null-input --arg name "$role" --arg user "$1" --arg kind "$kind" \
    '{$kind, apiVersion: "rbac.authorization.k8s.io/v1", metadata: {$name, labels: {lane: $user}},
      roleRef: {apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", $name},
      subjects: [{apiGroup: "rbac.authorization.k8s.io", kind: "User", name: $user}]}' |
    answers 201 admin POST "$path/$bindings" --data @- > "$kube/answer"
  await may "$1" "${2%%,*}" "$3" "${4%%,*}" "${5:-}"
}

# The server learns of new roles by a watch of its own.
may() { # USER VERB GROUP RESOURCE NAMESPACE
  jq --null-input --arg user "$1" --arg verb "$2" --arg group "$3" --arg resource "${4%/*}" --arg whole "$4" --arg namespace "$5" \
    '{apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec: {$user, resourceAttributes:
      {$verb, $group, $resource, $namespace, subresource: (if $whole == $resource then "" else $whole / "/" | last end)}}}' |
    answers 201 admin POST /apis/authorization.k8s.io/v1/subjectaccessreviews --data @- | holds .status.allowed > "$kube/answer" 2>&1
}

may_not() { ! may "$@"; }

# forbid USER VERB GROUP RESOURCE: takes back everything that `allow` gave the user, and returns when that one thing is
# refused.
forbid() {
  local path=/apis/rbac.authorization.k8s.io/v1 namespace
  if [[ $(cat "$kube/kind") == crd ]]; then
    jq --arg user "$1" 'map(select(.user != $user))' "$kube/rules.json" > "$kube/rules.new"
    mv "$kube/rules.new" "$kube/rules.json"
    return
  fi
  answers 200 admin DELETE "$path/clusterrolebindings?labelSelector=lane%3D$1" > "$kube/answer"
  for namespace in $(answers 200 admin GET "$path/rolebindings?labelSelector=lane%3D$1" | jq --raw-output '.items[].metadata.namespace'); do
    answers 200 admin DELETE "$path/namespaces/$namespace/rolebindings?labelSelector=lane%3D$1" > "$kube/answer"
  done
  await may_not "$1" "$2" "$3" "$4" ''
}

# await COMMAND...: until it succeeds, 30 seconds at most.
await() {
  local end=$((SECONDS + 30))
  until "$@"; do
    ((SECONDS < end)) || { printf '%s: this did not come true in 30 s: %s\n' "$lane" "$*" >&2; return 1; }
    sleep 0.1
  done
}

# documents FILE...: what is in YAML or JSON files, one JSON object a line.
documents() {
  local file
  for file; do
    kubectl create --dry-run=client --validate=false --output json --filename "$file"
  done | jq --compact-output 'if .kind == "List" then .items[] else . end'
}

# install_crds FILE...
install_crds() {
  local name crd
  documents "$@" > "$kube/crds.json"
  jq --compact-output 'del(.spec.conversion) | walk(if type == "object" and .default == "" then del(.default) else . end)' "$kube/crds.json" |
    while read -r crd; do
      answers 201 admin POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions --data @- <<< "$crd" > "$kube/answer" ||
        { jq .message "$kube/answer" >&2; return 1; }
    done
  # Established comes a little before the paths are served.
  jq --raw-output '.spec.names.plural as $plural | .spec.group as $group | .spec.versions[] | select(.served) | "\($group)/\(.name)/\($plural)"' \
    "$kube/crds.json" | while read -r name; do await serves "/apis/$name"; done
}

install_all_crds() {
  local files=("$kube_root"/eng/apiserver/crds/tekton/*.yaml "$kube_root"/eng/apiserver/crds/*.yaml)
  [[ $(cat "$kube/kind") == full ]] || files+=("$kube_root"/eng/apiserver/crds/built-in/*.yaml)
  install_crds "${files[@]}"
}

serves() { answers 200 admin GET "$1?limit=1" > "$kube/answer" 2>&1; }

ensure_namespace() { # NAME: where the server has namespaces
  [[ $(cat "$kube/kind") == full ]] || return 0
  ! answers 200 admin GET "/api/v1/namespaces/$1" > "$kube/answer" 2>&1 || return 0
  answers 201 admin POST /api/v1/namespaces --data "{\"metadata\": {\"name\": \"$1\"}}" > "$kube/answer"
}

namespace_in() { local rest=${1#*/namespaces/}; printf '%s' "${rest%%/*}"; } # PATH

# path_of: the path of the object on standard input.
path_of() {
  local version kind namespace name plural
  IFS=$'\t' read -r version kind namespace name < <(jq --raw-output '[.apiVersion, .kind, .metadata.namespace // "default", .metadata.name] | @tsv')
  [[ $version == */* ]] && version=apis/$version || version=api/$version
  plural=$(plural_of "$version" "$kind")
  printf '/%s/namespaces/%s/%s/%s' "$version" "$namespace" "$plural" "$name"
}

plural_of() { # VERSION KIND: the server is asked once
  local known=$kube/plural.${1//\//.}.$2
  [[ -s $known ]] || answers 200 admin GET "/$1" |
    jq --raw-output --arg kind "$2" '.resources[] | select(.kind == $kind and (.name | contains("/") | not)) | .name' > "$known"
  cat "$known"
}

# What becomes a run's status.
kube_status='(if .kind == "TaskRun" then .status.podName //= "\(.metadata.name)-pod" else . end) | {status}'

# create_runs FILE...: creates what is in the files as a controller leaves it, statuses included. Owners come first and
# complete last; who names an owner by uid gets its new uid. TaskRuns get the podName that Tekton's schema asks for.
create_runs() {
  local version kind namespace name old object status made uids='{}' paths=() statuses=() i
  local -A plurals=() spaces=()
  documents "$@" | jq --raw-output --slurp '[.[].metadata.ownerReferences[]?.uid] as $owners | sort_by(.metadata.ownerReferences | length)[] |
    ([.apiVersion, .kind, .metadata.namespace // "default", .metadata.name, (.metadata.uid | select(IN($owners[])) // "")] | @tsv),
    (del(.metadata.resourceVersion, .metadata.uid) | tojson), (if .status then '"$kube_status"' | tojson else "" end)' > "$kube/creating"
  while IFS=$'\t' read -r version kind namespace name old && read -r object && read -r status; do
    [[ $version == */* ]] && version=apis/$version || version=api/$version
    [[ -n ${plurals[$version $kind]:-} ]] || plurals[$version $kind]=$(plural_of "$version" "$kind")
    [[ -n ${spaces[$namespace]:-} ]] || ensure_namespace "$namespace"
    spaces[$namespace]=there
    paths+=("/$version/namespaces/$namespace/${plurals[$version $kind]}/$name")
    statuses+=("$status")
    [[ $object != *'"ownerReferences"'* ]] ||
      object=$(jq --compact-output --argjson uids "$uids" '.metadata.ownerReferences[]? |= (.uid = ($uids[.uid] // .uid))' <<< "$object")
    made=$(answers 201 admin POST "${paths[-1]%/*}" --data @- <<< "$object") || { printf '%s\n' "$made" >&2; return 1; }
    [[ -z $old ]] || uids=$(jq --arg old "$old" --arg new "$(jq --raw-output .metadata.uid <<< "$made")" '.[$old] = $new' <<< "$uids")
  done < "$kube/creating"
  ((${#paths[@]} > 0))
  for ((i = ${#paths[@]} - 1; i >= 0; i--)); do complete_run "${paths[i]}" "${statuses[i]}"; done
}

# complete_run PATH STATUS: gives the object that exists already the status, if that is not empty.
complete_run() {
  local code
  [[ -n $2 ]] || return 0
  # A kind without a status subresource has its status by now. The server says so before it has read a large one, which curl
  # takes for an error.
  code=$(ask admin PATCH "$1/status" --data @- --header 'Content-Type: application/merge-patch+json' --output "$kube/answer" --write-out '%{http_code}' <<< "$2") || true
  case $code in
    200 | 404) ;;
    *) jq .message "$kube/answer" >&2; return 1 ;;
  esac
}

# create_copies FILE COUNT: completes the one run in the file so many times, as NAME-1 and so on, in its namespace. All
# go through one curl, so that thousands take seconds.
create_copies() {
  local object path
  object=$(documents "$1" | jq 'del(.metadata.uid, .metadata.resourceVersion, .metadata.ownerReferences)')
  path=$(path_of <<< "$object")
  ensure_namespace "$(namespace_in "$path")"
  path=${path%/*}
  send_copies 201 POST "$path" "$2" application/json '"", .' <<< "$object"
  send_copies 200 PATCH "$path" "$2" application/merge-patch+json "\"/\(.metadata.name)/status\", ($kube_status)" <<< "$object"
}

# send_copies STATUS METHOD PATH COUNT TYPE FILTER: the filter makes the end of the path and the body from each copy of the
# object on standard input. Every answer must have the status.
send_copies() {
  jq --raw-output --arg method "$2" --arg url "$kube_url$3" --argjson count "$4" --arg type "$5" --arg ca "$kube/ca.crt" \
    --arg token "$(cat "$kube/tokens/admin")" \
    '.metadata.name as $name | range(1; $count + 1) as $i | .metadata.name = "\($name)-\($i)" | ['"$6"'] |
      (if $i > 1 then "next" else empty end), "url = \($url + .[0] | @json)", "request = \($method)", "cacert = \($ca | @json)", "silent", "show-error", "output = /dev/null",
      "header = \("Authorization: Bearer \($token)" | @json)", "header = \("Content-Type: \($type)" | @json)",
      "data = \(.[1] | tojson | @json)", "write-out = \"%{http_code}\\n\""' > "$kube/copies"
  equal "$4 $1" "$(curl --no-progress-meter --parallel --parallel-max 8 --config "$kube/copies" | sort | uniq --count | awk '{ print $1, $2 }')" >&2
}

etcd_revision() { etcdctl get / --write-out json | jq .header.revision; }

# compact_etcd: forgets every earlier revision. A newer server still answers from its memory until it is restarted: then
# whoever wants an earlier one gets a 410.
compact_etcd() { etcdctl compact "$(etcd_revision)" > "$kube/answer"; }

# requests [FILTER]: how many requests the server took whose {user, verb, group, resource, subresource, namespace, name,
# code, uri} the jq filter accepts. A watch counts from its beginning.
requests() {
  jq --slurp "[.[] | {id: .auditID, user: .user.username, verb, group: .objectRef.apiGroup, resource: .objectRef.resource,
    subresource: .objectRef.subresource, namespace: .objectRef.namespace, name: .objectRef.name, code: .responseStatus.code,
    uri: .requestURI}] | unique_by(.id) | map(select(${1:-true})) | length" "$kube/audit.log"
}

forget_requests() { : > "$kube/audit.log"; }
