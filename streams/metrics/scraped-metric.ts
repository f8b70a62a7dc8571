import { Counter, Gauge, type Registry } from 'prom-client';

export interface MetricName {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels: readonly string[];
}

/** One series: the values of its labels, and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** undefined: the value is unknown now, and the series is left out. */
  readonly value: number | undefined;
}

/** Registers a metric whose series are exactly those that `read` returns at a scrape. */
export function registerScraped(
  registry: Registry,
  { name, help, type, labels }: MetricName,
  read: () => readonly Sample[],
): void {
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'gauge') {
    new Gauge({
      ...options,
      collect() {
        this.reset();
        for (const { labels, value } of read()) if (value !== undefined) this.set(labels, value);
      },
    });
  } else {
    new Counter({
      ...options,
      collect() {
        this.reset();
        for (const { labels, value } of read()) if (value !== undefined) this.inc(labels, value);
      },
    });
  }
}
