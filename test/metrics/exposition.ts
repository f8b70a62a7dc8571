import assert from 'node:assert/strict';

/** A metric of a scrape. */
export interface ScrapedMetric {
  readonly type: string;
  readonly samples: readonly ScrapedSample[];
}

export interface ScrapedSample {
  /** Of a histogram with `_bucket`, `_sum` or `_count` at its end. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const HELP = /^# HELP ([a-z_:][a-z0-9_:]*) (\S.*)$/i;
const TYPE = /^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram|summary)$/i;
const SAMPLE = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? ([+-]?(?:Inf|NaN|\d+(?:\.\d+)?(?:e[+-]?\d+)?))$/i;
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/giy;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** Reads the text format of Prometheus, by metric; fails on what a Prometheus would not take. */
export function parseExposition(text: string): ReadonlyMap<string, ScrapedMetric> {
  assert.ok(text.endsWith('\n'), 'the last line ends with a line feed');
  const metrics = new Map<string, { type: string; samples: ScrapedSample[] }>();
  const seen = new Set<string>();
  let current = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const help = HELP.exec(line);
    const type = TYPE.exec(line);
    if (help?.[1] !== undefined) {
      current = help[1];
      assert.ok(!metrics.has(current), `${current} comes twice`);
      metrics.set(current, { type: 'untyped', samples: [] });
    } else if (type?.[1] !== undefined && type[2] !== undefined) {
      assert.equal(type[1], current, line);
      metrics.set(current, { type: type[2], samples: [] });
    } else {
      const sample = parseSample(line);
      const metric = metrics.get(current);
      assert.ok(metric !== undefined, line);
      const names = (SUFFIXES[metric.type] ?? ['']).map(suffix => current + suffix);
      assert.ok(names.includes(sample.name), `${line} is no sample of ${current}`);
      const series = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
      assert.ok(!seen.has(series), `${line} comes twice`);
      seen.add(series);
      metric.samples.push(sample);
    }
  }
  return metrics;
}

/** The value of the series with these labels; undefined if there is none. */
export function seriesValue(
  metrics: ReadonlyMap<string, ScrapedMetric>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const metric = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
  const same = (sample: ScrapedSample): boolean =>
    sample.name === name &&
    Object.keys(sample.labels).length === Object.keys(labels).length &&
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
  return metric?.samples.find(same)?.value;
}

function parseSample(line: string): ScrapedSample {
  const [, name, labelText = '', value] = SAMPLE.exec(line) ?? [];
  assert.ok(name !== undefined && value !== undefined, `not a sample: ${line}`);
  const labels: Record<string, string> = {};
  let end = 0;
  for (const match of labelText.matchAll(LABEL)) {
    const [whole, label = '', written = ''] = match;
    assert.ok(!(label in labels), `${label} comes twice: ${line}`);
    labels[label] = written.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    end += whole.length;
  }
  assert.equal(end, labelText.length, `labels can't be read: ${line}`);
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}
