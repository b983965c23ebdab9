# shellcheck shell=bash disable=SC2034,SC2154
# Starts and stops the API servers of the Kubernetes lanes. Part of kube-lib.sh.

kube=
kube_url=

# start_apiserver crd|full FOLDER: an etcd and a server with keys and users of its own, ready to be asked.
start_apiserver() {
  local kind=$1 folder=$2 name port peer_port
  name=$(basename "$folder")
  mkdir -p "$folder/tokens"
  printf '%s\n' "$kind" > "$folder/kind"
  write_certificates "$folder"
  write_users "$folder"
  : > "$folder/audit.log"

  port=$(free_port)
  peer_port=$(free_port)
  printf 'http://127.0.0.1:%d\n' "$port" > "$folder/etcd.url"
  start "etcd-$name" "http://127.0.0.1:$port/health" "$ETCD" --data-dir "$folder/etcd" --log-level warn --unsafe-no-fsync \
    --listen-client-urls "http://127.0.0.1:$port" --advertise-client-urls "http://127.0.0.1:$port" \
    --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port"
  cp "$work/etcd-$name.pid" "$folder/etcd.pid"

  port=$(free_port)
  printf 'https://127.0.0.1:%d\n' "$port" > "$folder/url"
  write_command "$kind" "$folder" "$port"
  for name in admin watcher viewer stranger; do write_kubeconfig "$folder" "$name" "token: $(cat "$folder/tokens/$name")"; done
  write_kubeconfig "$folder" certified 'client-certificate: client.crt' 'client-key: client.key'
  use_apiserver "$folder"
  launch_apiserver
}

use_apiserver() { # FOLDER
  kube=$1
  kube_url=$(cat "$1/url")
}

# A CA, a certificate for the server, one for a client of the group that may do everything, and the key of service
# account tokens.
write_certificates() { # FOLDER
  local folder=$1
  local curve=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc)
  quietly openssl req -x509 "${curve[@]}" -keyout "$folder/ca.key" -out "$folder/ca.crt" -days 2 -subj '/CN=lanes CA'
  quietly openssl req -x509 "${curve[@]}" -keyout "$folder/server.key" -out "$folder/server.crt" -days 2 -subj '/CN=kube-apiserver' \
    -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -addext 'basicConstraints=critical,CA:FALSE' \
    -addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' -addext 'extendedKeyUsage=serverAuth'
  quietly openssl req -x509 "${curve[@]}" -keyout "$folder/client.key" -out "$folder/client.crt" -days 2 -subj '/O=system:masters/CN=certified' \
    -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -addext 'basicConstraints=critical,CA:FALSE' -addext 'extendedKeyUsage=clientAuth'
  quietly openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$folder/accounts.key"
  quietly openssl pkey -in "$folder/accounts.key" -pubout -out "$folder/accounts.pub"
}

write_users() { # FOLDER
  local user group
  for user in admin watcher viewer stranger; do
    group=lanes
    [[ $user != admin ]] || group=system:masters
    openssl rand -hex 16 > "$1/tokens/$user"
    printf '%s,%s,%s,"%s"\n' "$(cat "$1/tokens/$user")" "$user" "uid-$user" "$group"
  done > "$1/tokens.csv"
  printf '[]\n' > "$1/rules.json"
}

# Paths in a kubeconfig are relative to its folder.
write_kubeconfig() { # FOLDER USER CREDENTIAL...
  local folder=$1 user=$2
  shift 2
  cat > "$folder/$user.kubeconfig" << YAML
apiVersion: v1
kind: Config
clusters:
  - name: lanes
    cluster:
      server: $(cat "$folder/url")
      certificate-authority-data: $(base64 --wrap 0 "$folder/ca.crt")
users:
  - name: $user
    user:
$(printf '      %s\n' "$@")
contexts:
  - name: lanes
    context: {cluster: lanes, user: $user}
current-context: lanes
YAML
}

# FOLDER/command is what starts the server, again and again on the same port.
write_command() { # KIND FOLDER PORT
  local folder=$2 server=${1^^}_APISERVER
  cat > "$folder/audit.yaml" << 'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    users: ["system:apiserver"]
  - level: Metadata
YAML
  # No compaction but that of compact_etcd. The address to advertise is of use to nobody; without one the server looks
  # for a default route.
  local command=("${!server}" --etcd-servers="$(cat "$folder/etcd.url")" --etcd-compaction-interval=0
    --bind-address=127.0.0.1 --secure-port="$3" --advertise-address=192.0.2.1
    --tls-cert-file="$folder/server.crt" --tls-private-key-file="$folder/server.key"
    --client-ca-file="$folder/ca.crt" --token-auth-file="$folder/tokens.csv"
    --audit-policy-file="$folder/audit.yaml" --audit-log-path="$folder/audit.log" --audit-log-mode=blocking)
  if [[ $1 == crd ]]; then
    command+=(--rules-file="$folder/rules.json")
  else
    command+=(--insecure-port=0 --authorization-mode=RBAC --allow-privileged --service-cluster-ip-range=10.96.0.0/16
      --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$folder/accounts.pub"
      --service-account-signing-key-file="$folder/accounts.key" --disable-admission-plugins=ServiceAccount
      --endpoint-reconciler-type=none)
  fi
  printf 'exec %s\n' "${command[*]@Q}" > "$folder/command"
}

# launch_apiserver: starts the server of $kube, which is down, and waits until it is ready, a minute at most.
launch_apiserver() {
  local pid end=$((SECONDS + 60))
  bash "$kube/command" >> "$kube/apiserver.log" 2>&1 < /dev/null &
  pid=$!
  remember "$pid"
  printf '%d\n' "$pid" > "$kube/apiserver.pid"
  while ((SECONDS < end)) && kill -0 "$pid" 2> /dev/null; do
    ! answers 200 admin GET /readyz > "$kube/answer" 2>&1 || return 0
    sleep 0.1
  done
  printf '%s: the %s API server did not become ready; it said:\n' "$lane" "$(cat "$kube/kind")" >&2
  tail -n 40 "$kube/apiserver.log" >&2
  return 1
}

# stop_apiserver [SIGNAL]: the server of $kube goes, its etcd stays. With KILL it crashes.
stop_apiserver() { end "$(cat "$kube/apiserver.pid")" "$@"; }

restart_apiserver() {
  stop_apiserver "$@"
  launch_apiserver
}
