# shellcheck shell=bash
# How the scripts of this folder get packages of Debian without changing the machine: an apt state of their own for each
# suite, which knows no installed package. The sourcing script sets $program, its name in messages, and $scratch, a folder
# that it deletes at its end.

say() { printf '%s: %s\n' "${program:?}" "$*" >&2; }
warn() { printf '%s: WARNING: %s\n' "${program:?}" "$*" >&2; }
die() {
  printf '%s: ERROR: %s\n' "${program:?}" "$*" >&2
  exit 1
}

# The machine's own Debian mirror. apt answers this from the configured sources, whichever of its formats they use.
mirror() {
  local id='' codename=''
  # shellcheck disable=SC1091
  eval "$(. /etc/os-release && printf 'id=%q codename=%q' "${ID:-}" "${VERSION_CODENAME:-}")"
  [[ $id == debian && -n $codename ]] || return 1
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v release="$codename" '$1 == release && !found { print $2; found = 1 }'
}

own_release() {
  # shellcheck disable=SC1091
  (. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
}

# private SUITE COMMAND...: runs an apt command on an apt state that knows this one suite and no installed package.
# SUITE/source also knows the suite's source packages. The machine's own hooks are cleared: they would clean its caches,
# not ours.
private() {
  local suite=${1%/source} state=${scratch:?}/apt-${1/\//-} types=deb tool=$2
  [[ $1 != */source ]] || types='deb deb-src'
  shift 2
  if [[ ! -d $state ]]; then
    local site keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    site=$(mirror) && [[ -n $site ]] || return 1
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    {
      printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\n' "$types" "$site" "$suite"
      [[ ! -r $keyring ]] || printf 'Signed-By: %s\n' "$keyring"
    } > "$state/private.sources"
    cat > "$state/apt.conf" << END_OF_CONFIGURATION
Dir::Etc::SourceList "$state/private.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "$state/lists";
Dir::State::status "/dev/null";
Dir::Cache "$state/cache";
Acquire::Languages "none";
APT::Update::Error-Mode "any";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
END_OF_CONFIGURATION
    ((EUID != 0)) || printf 'APT::Sandbox::User "root";\n' >> "$state/apt.conf"
    say "reading the package list of $suite"
    apt-get -qq -c "$state/apt.conf" update >&2 || { rm -rf "$state"; return 1; }
  fi
  "$tool" -qq -c "$state/apt.conf" "$@"
}

candidate() { # SUITE PACKAGE
  private "$1" apt-cache policy "$2" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}
