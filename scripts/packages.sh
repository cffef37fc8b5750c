# How scripts install packages of Debian and Ubuntu: those that do source this.

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# A package server that falls silent is asked again, not waited for.
apt() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o Acquire::http::Timeout=30 -o Acquire::Retries=5 "$@"
}
