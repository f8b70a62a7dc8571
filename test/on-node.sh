#!/usr/bin/env bash
# Runs the fast ring on another version of Node: `test/on-node.sh 24`. Needs what `npm ci` made, and Linux. The last line is that
# of the ring: N passed, N failed, N skipped.
#
# npm has that Node as a package, with its headers. The ring runs in a copy of this checkout. There node-rdkafka's binding is
# compiled for that Node, in half a minute. librdkafka does not depend on Node: it is the one that this checkout has.
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:?Which version of Node? For example 24}
[ -e dist ] || { echo "dist is missing: run npm ci first" >&2; exit 1; }
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

package=node-linux-$(node -p process.arch)
npm install --loglevel error --prefix "$copy/node" "$package@$version" > "$copy/log" 2>&1 ||
  { echo "npm can't fetch $package@$version: $(head -n 1 "$copy/log")" >&2; exit 1; }
node=$copy/node/node_modules/$package
librdkafka=$PWD/node_modules/node-rdkafka/build/deps

mkdir "$copy/checkout"
tar --exclude ./.git --exclude ./.cache --exclude ./state --exclude ./node_modules/node-rdkafka/{deps,build} -cf - . |
  tar -xf - -C "$copy/checkout"
cd "$copy/checkout"

export PATH=$node/bin:$PATH npm_config_nodedir=$node
BUILD_LIBRDKAFKA=0 JOBS=2 CPATH=$librdkafka/include/librdkafka LIBRARY_PATH=$librdkafka LD_RUN_PATH=$librdkafka \
  npm rebuild node-rdkafka > "$copy/log" 2>&1 ||
  { tail -n 40 "$copy/log" >&2; echo "node-rdkafka can't be compiled for Node $version" >&2; exit 1; }
node -e "console.log('The fast ring on Node', process.version, 'with librdkafka', require('node-rdkafka').librdkafkaVersion)"
npm run --silent test:fast
