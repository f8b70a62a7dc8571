/** Runs the peers in turns (a, b, a, b, ...), so that a machine that changes its speed changes it for all of them. */
export async function inTurns<P, M>(
  peers: readonly P[],
  rounds: number,
  measure: (peer: P) => Promise<M>,
  onMeasured: (measurement: M) => void,
): Promise<readonly M[]> {
  const measurements: M[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      const measurement = await measure(peer);
      measurements.push(measurement);
      onMeasured(measurement);
    }
  }
  return measurements;
}
