/** What must come out. */
export class Expected {
  /** The rows of each table in the end, by operator and key. */
  readonly rows = new Map<string, Map<string, unknown>>();
  /** How often each result must come, by operator and text. */
  readonly results = new Map<string, Map<string, number>>();
  /** What all results of a key must add up to, by operator and key. */
  readonly sums = new Map<string, Map<string, number>>();

  row(operator: string, key: string, value: unknown): void {
    mapOf(this.rows, operator).set(key, value);
  }

  result(operator: string, key: string, result: unknown): void {
    addTo(mapOf(this.results, operator), resultText(key, result), 1);
  }

  sum(operator: string, key: string, summand: number): void {
    addTo(mapOf(this.sums, operator), key, summand);
  }
}

export function resultText(key: string, result: unknown): string {
  return `${key} ${JSON.stringify(result)}`;
}

export function addTo(sums: Map<string, number>, key: string, summand: number): void {
  sums.set(key, (sums.get(key) ?? 0) + summand);
}

export function mapOf<V>(maps: Map<string, Map<string, V>>, name: string): Map<string, V> {
  let map = maps.get(name);
  if (map === undefined) {
    map = new Map();
    maps.set(name, map);
  }
  return map;
}
