# shellcheck shell=bash
# What the lanes of build tools and container tools share. The tools are a Debian of their own in the folder $CLIENTS, by
# default what eng/clients gives.
if [[ -z ${CLIENTS:-} ]]; then
  clients=$("$(dirname "${BASH_SOURCE[0]}")/../clients" --env) || exit 2
  eval "$clients"
fi
export CLIENTS
# shellcheck source-path=SCRIPTDIR source=lib.sh
declare -F check > /dev/null || source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Runs in a mount namespace of its own: $1 the folder of the tools, which nobody may change, $2 that of the lane.
# shellcheck disable=SC2016
enter='
  clients=$1 work=$2 folder=$3
  shift 3
  mount --bind "$clients" "$clients" && mount -o remount,bind,ro "$clients"
  mount --bind "$work" "$clients/lane"
  for name in dev proc sys; do mount --rbind "/$name" "$clients/$name"; done
  for name in run sys/fs/cgroup tmp var/tmp; do mount -t tmpfs tmpfs "$clients/$name"; done
  exec chroot "$clients" env --ignore-environment --chdir="$folder" \
    HOME=/lane/home USER=root LANG=C.UTF-8 PATH=/opt/bin:/usr/sbin:/usr/bin "$@"'

# inside FOLDER [NAME=VALUE...] COMMAND...: runs a tool where the lane's folder is /lane and no other of the machine's is.
inside() {
  timeout 120 unshare --mount --propagation private bash -ec "$enter" inside "$CLIENTS" "$work" "$@"
}

inside /lane true || unusable 'mount namespaces cannot be made here, which the tools of eng/clients need. Run this as root.'

write_program() { # FOLDER: three files of C++ and a Makefile
  mkdir "$1"
  printf '#include <string>\nstd::string one() { return "one"; }\n' > "$1/one.cc"
  printf '#include <string>\nstd::string two() { return "two"; }\n' > "$1/two.cc"
  cat > "$1/main.cc" << 'END'
#include <iostream>
#include <string>
std::string one();
std::string two();
int main() { std::cout << one() << " and " << two() << std::endl; }
END
  # shellcheck disable=SC2016
  printf 'app: main.o one.o two.o\n\tg++ $^ -o $@\n%%.o: %%.cc\n\t$(CXX) -c $< -o $@\n' > "$1/Makefile"
}

# await_port PID PORT: until something listens, 30 seconds at most.
await_port() {
  local deadline=$((SECONDS + 30))
  until (exec 3<> "/dev/tcp/127.0.0.1/$2") 2> /dev/null; do
    ((SECONDS < deadline)) && kill -0 "$1" 2> /dev/null || return 1
    sleep 0.1
  done
}
