#!/usr/bin/env bash
# Brings the system of docker-compose.yml up, looks at it from outside, kills and scales its topology, restarts it with the
# volumes it had, and takes it down with all it made. Each step prints a line with figures; the last line is `ok`.
#
# Needs bash, node, a Docker engine with docker-compose or `docker compose` (COMPOSE names another one), and kcat or its image.
# It has a project and ports of its own, and leaves a system that runs alone.
set -euo pipefail
cd "$(dirname "$0")/.."

export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-tributary-test}
export KAFKA_PORT=${KAFKA_PORT:-19092} MONITOR_PORT=${MONITOR_PORT:-18080} PROMETHEUS_PORT=${PROMETHEUS_PORT:-19090}
readonly USERS=20000 WINDOW_MS=10000 HEALTHY_WITHIN_S=90 PATIENCE_S=120
export TOPOLOGY_PORTS=${TOPOLOGY_PORTS:-18081-18099} PRODUCER_ARGS="--generate $USERS --rate 2000" WINDOW_SIZE=${WINDOW_MS}ms

compose=(docker-compose)
command -v docker-compose > /dev/null || compose=(docker compose)
[ -z "${COMPOSE:-}" ] || read -ra compose <<< "$COMPOSE"
scratch=$(mktemp -d)
compose() { "${compose[@]}" "$@" 2>> "$scratch/compose.log"; }
say() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
fail() { say "FAILED: $*"; exit 1; }

finish() {
  local code=$?
  trap - EXIT
  if [ "$code" -ne 0 ]; then
    {
      cat "$scratch/difference" 2> /dev/null
      tail -n 20 "$scratch/compose.log"
      compose ps
      compose logs --no-color --tail 40 | cut -c 1-400
    } >&2 || true
  fi
  compose down --volumes --rmi local --remove-orphans > /dev/null || code=1
  rm -rf "$scratch"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

kcat() {
  if type -P kcat > /dev/null; then command kcat -b "localhost:$KAFKA_PORT" "$@"
  else docker run --rm --network host edenhill/kcat:1.7.1 -b "localhost:$KAFKA_PORT" "$@"; fi
}

# wait_for WHAT COMMAND...: until the command succeeds.
wait_for() {
  local what=$1 deadline=$((SECONDS + PATIENCE_S))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || fail "waited ${PATIENCE_S} s for this: $what"
    sleep 1
  done
}

# query PROMQL: the value, or nothing where there is none.
# shellcheck disable=SC2016
query() {
  node -e '
    const [port, query] = process.argv.slice(1);
    fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`)
      .then(response => response.json())
      .then(({ data }) => console.log(data.result[0]?.value[1] ?? ""), () => console.log(""));
  ' "$PROMETHEUS_PORT" "$1"
}
holds() { [ -n "$(query "$1")" ]; }

# healthy N: all services that go on are, the topology N times.
healthy() {
  local ids
  ids=$(compose ps -q kafka topology monitor prometheus) || return 1
  # shellcheck disable=SC2086
  [ "$(docker inspect -f '{{.State.Health.Status}}' $ids | grep -cx healthy)" -eq $((3 + $1)) ]
}

# up N: the system, with N topology processes.
up() {
  local began=$SECONDS
  compose up -d --scale "topology=$1" > /dev/null || fail "up: $(tail -n 3 "$scratch/compose.log")"
  wait_for "all are healthy" healthy "$1"
  local took=$((SECONDS - began))
  [ "$took" -le "$HEALTHY_WITHIN_S" ] || fail "healthy only after $took s"
  say "up, with $1 topology: all healthy after $took s"
}

# each_topology PATH: what each topology process answers there.
each_topology() {
  local id
  for id in $(compose ps -q topology); do
    docker exec "$id" node -e '
      fetch(`http://127.0.0.1:8081${process.argv[1]}`)
        .then(response => response.text())
        .then(text => console.log(text), () => process.exit(1));
    ' "$1" || return 1
  done
}

# shared N: the four tasks are at N processes, each task at one and running, each process with one at least.
# $scratch/shared says who has which.
shared() {
  each_topology /status > "$scratch/status" 2> /dev/null || return 1
  node - "$1" "$scratch/status" > "$scratch/shared" << 'PROGRAM'
const [processes, file] = process.argv.slice(2);
const read = require('node:fs').readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line));
const ids = tasks => tasks.map(({ id }) => id).sort().join(' ');
const tasks = read.flatMap(status => status.tasks);
const good =
  read.length === Number(processes) &&
  read.every(status => status.state === 'RUNNING' && status.tasks.length > 0) &&
  tasks.every(({ state }) => state === 'RUNNING') &&
  ids(tasks) === '0_0 0_1 0_2 0_3';
if (!good) process.exit(1);
console.log(read.map(status => `${status.instance.slice(0, 8)}: ${ids(status.tasks)}`).sort().join(', '));
PROGRAM
}

# published N: N topology processes are ready at ports of their own of this machine.
published() {
  local id ports=''
  for id in $(compose ps -q topology); do ports+="$(docker port "$id" 8081/tcp | head -n 1) "; done
  # shellcheck disable=SC2086
  [ "$(printf '%s\n' $ports | grep -c '^127\.0\.0\.1:' || true)" -eq "$1" ] || return 1
  # shellcheck disable=SC2086
  node -e '
    const ready = process.argv.slice(1).map(async at => (await fetch(`http://${at}/readyz`)).ok);
    Promise.all(ready).then(all => process.exit(all.every(Boolean) ? 0 : 1), () => process.exit(1));
  ' $ports
}

# tables_are_right USERS: counts user-cleaned again by window and compares the tables, all as kcat reads them.
# $scratch/tables says what it found, $scratch/difference what is wrong.
tables_are_right() {
  kcat -C -t user-cleaned -o beginning -e -q -f '%T\t%s\n' > "$scratch/user-cleaned"
  kcat -C -t country-count -o beginning -e -q -f '%k\t%s\n' > "$scratch/country-count"
  kcat -C -t distinct-users -o beginning -e -q -f '%k\t%s\n' > "$scratch/distinct-users"
  node - "$scratch" "$WINDOW_MS" "$1" > "$scratch/tables" 2> "$scratch/difference" << 'PROGRAM'
const { deepStrictEqual } = require('node:assert');
const [folder, windowMs, users] = process.argv.slice(2);
const rows = topic =>
  require('node:fs').readFileSync(`${folder}/${topic}`, 'utf8').split('\n').filter(Boolean).map(row => row.split('\t'));
const table = (topic, column) => new Map(rows(topic).map(([key, value]) => [key, JSON.parse(value)[column]]));
const sorted = map => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
const sum = map => [...map.values()].reduce((a, b) => a + b, 0);
const counts = new Map();
const emails = new Map();
for (const [timestamp, value] of rows('user-cleaned')) {
  const { country, email } = JSON.parse(value);
  const window = new Date(Math.floor(timestamp / windowMs) * windowMs).toISOString();
  const key = `${country}@${window}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  if (!emails.has(window)) emails.set(window, new Set());
  emails.get(window).add(email);
}
const distinct = new Map([...emails].map(([window, set]) => [window, set.size]));
deepStrictEqual(sum(counts), Number(users));
deepStrictEqual(sorted(table('country-count', 'count')), sorted(counts));
deepStrictEqual(sorted(table('distinct-users', 'distinctUsers')), sorted(distinct));
console.log(
  `${sum(counts)} users in ${counts.size} rows of country-count, ${sum(distinct)} of them distinct in ${distinct.size} windows`,
);
PROGRAM
}

# audit USERS: all of them are produced, processed and accounted for, and the tables say so too.
audit() {
  local cleaned=$(($1 * 95 / 100)) rejected=$(($1 / 20))
  wait_for "users_produced is $1" holds "users_produced == $1"
  wait_for 'the lag is 0' holds 'sum(kafka_consumergroup_lag{topic="user"}) == 0'
  wait_for "users_cleaned is $cleaned" holds "users_cleaned == $cleaned and users_rejected == $rejected"
  [ "$(query users_late)" = 0 ] || fail "users_late is $(query users_late)"
  [ "$(query users_unaccounted)" = 0 ] || fail "users_unaccounted is $(query users_unaccounted)"
  # What is cleaned is counted some commits later.
  wait_for 'the tables are right' tables_are_right "$cleaned"
  say "prometheus: produced $1, cleaned $cleaned, rejected $rejected, late 0, unaccounted 0, lag 0"
  say "kcat, counted again: $(cat "$scratch/tables")"
}

# produce SEED [RATE]: as many users again, beside what runs.
produce() {
  compose run --rm -T producer --generate "$USERS" --seed "$1" --rate "${2:-2000}" > /dev/null
}

producer_has_ended() {
  local id
  id=$(docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
    --filter label=com.docker.compose.service=producer --filter label=com.docker.compose.oneoff=False)
  [ "$(docker inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}' "$id")" = 'exited 0 0' ]
}

restarted() { [ "$(docker inspect -f '{{.State.Running}} {{.RestartCount}}' "$1")" = 'true 1' ]; }

# changelog_records: how many there are, of all changelogs.
changelog_records() {
  local topic
  for topic in $(kcat -L | sed -n 's/.*topic "\(users-[^"]*-changelog\)".*/\1/p'); do
    kcat -C -t "$topic" -o beginning -e -q -f '.\n'
  done | wc -l
}

# replayed: how many of them the processes have read for the tasks that they have.
replayed() {
  each_topology /metrics | awk '/^kafka_streams_stream_task_metrics_restore_total[{ ]/ { sum += $NF } END { print sum + 0 }'
}

instances() { sed -n 's/.*"instance":"\([^"]*\)".*/\1/p' "$scratch/status" | sort | tr '\n' ' '; }

# dashboard_answers: each query of the dashboard finds something; prints how many there are.
dashboard_answers() {
  node - "$PROMETHEUS_PORT" << 'PROGRAM'
const [port] = process.argv.slice(2);
const { panels } = JSON.parse(require('node:fs').readFileSync('monitor/grafana/dashboards/tributary.json', 'utf8'));
const queries = panels.flatMap(({ targets = [] }) => targets).map(({ expr }) => expr.replaceAll('$__rate_interval', '1m'));
async function main() {
  for (const query of queries) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { status, data } = await response.json();
    if (status !== 'success' || data.result.length === 0) throw new Error(`${query}: ${status}, nothing found`);
  }
  console.log(queries.length);
}
main().catch(error => {
  console.error(error.message);
  process.exit(1);
});
PROGRAM
}

docker info > /dev/null 2>&1 || fail 'no Docker engine answers'
compose down --volumes --remove-orphans > /dev/null

began=$SECONDS
compose build > "$scratch/build.log" || { tail -n 20 "$scratch/build.log" >&2; fail 'build'; }
say "built in $((SECONDS - began)) s"

compose run --rm -T --no-deps --entrypoint promtool prometheus test rules /etc/prometheus/alerts.test.yml > "$scratch/rules" ||
  { cat "$scratch/rules" >&2; fail 'the alert rules'; }
say 'promtool: the alert rules pass their tests'

up 1
image=$(docker inspect -f '{{.Image}}' "$(compose ps -q topology)")
say "image: $(($(docker image inspect -f '{{.Size}}' "$image") / 1000000)) MB, user $(docker image inspect -f '{{.Config.User}}' "$image")"
unnamed=$(compose ps -q | xargs docker inspect -f '{{range .Mounts}}{{println .Name}}{{end}}' | grep -cE '^[0-9a-f]{64}$' || true)
[ "$unnamed" = 0 ] || fail "$unnamed volumes have no name, and would stay behind"
audit "$USERS"
wait_for 'the producer ends with 0' producer_has_ended
say 'the producer has ended with 0, and is not started again'

produce 2 1000 & sending=$!
wait_for 'some of the next users are processed' holds "users_produced > $((USERS + 3000)) and users_cleaned > $((USERS + 1000))"
compose kill -s KILL topology > /dev/null
wait_for 'users wait' holds 'users_lag > 1000'
say "topology killed in the middle: $(query users_lag) users wait, unaccounted $(query users_unaccounted)"
began=$SECONDS
compose up -d topology > /dev/null
wait_for 'it is up again' shared 1
say "up again after $((SECONDS - began)) s"
wait "$sending" || fail 'the producer'
audit $((2 * USERS))

compose up -d --scale topology=3 topology > /dev/null
wait_for 'three processes share the tasks' shared 3
say "scaled to three: $(cat "$scratch/shared")"
wait_for 'each is ready at a port of this machine' published 3
produce 3 1000 & sending=$!
wait_for 'some of the next users are processed' holds "users_produced > $((2 * USERS + 3000))"
victim=$(compose ps -q topology | head -n 1)
docker exec "$victim" sh -c 'kill -9 $(cat /proc/1/task/1/children)' > /dev/null 2>&1 || true
wait_for 'a process that crashes is started again' restarted "$victim"
wait_for 'the three share the tasks again' shared 3
wait "$sending" || fail 'the producer'
say "one crashed and was started again: $(cat "$scratch/shared")"
audit $((3 * USERS))

before="$(instances)" had="$(cat "$scratch/shared")"
compose down > /dev/null
up 3
began=$SECONDS
wait_for 'the three share the tasks again' shared 3
took=$((SECONDS - began))
[ "$(instances)" = "$before" ] || fail "other instances: $(instances), not $before"
[ "$(cat "$scratch/shared")" = "$had" ] || fail "other tasks: $(cat "$scratch/shared"), not $had"
total=$(changelog_records) replayed=$(replayed)
[ $((replayed * 10)) -lt "$total" ] || fail "$replayed of $total changelog records were replayed"
! compose logs --no-color topology | grep rebuilt || fail 'state was rebuilt'
say "down and up with the volumes: after $took s the same three, each with its own state; $replayed of $total changelog records replayed"
audit $((4 * USERS))

holds 'max_over_time(users_unaccounted[1h]) == 0 and min_over_time(users_unaccounted[1h]) == 0' ||
  fail 'users_unaccounted was not always 0'
! holds 'ALERTS{alertstate="firing",severity!="info"}' || fail 'an alert fires'
say "users_unaccounted was 0 in all $(query 'count_over_time(users_unaccounted[1h])') scrapes; no alert fires"
say "dashboard: all $(dashboard_answers) queries find something"

compose down --volumes --rmi local --remove-orphans > /dev/null
label="label=com.docker.compose.project=$COMPOSE_PROJECT_NAME"
left="$(docker ps -aq --filter "$label")$(docker volume ls -q --filter "$label")$(docker network ls -q --filter "$label")"
[ -z "$left" ] || fail "left behind: $left"
say 'down: no container, volume or network is left'
echo ok
