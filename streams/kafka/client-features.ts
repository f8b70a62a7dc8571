/** A feature of librdkafka that depends on the libraries that were installed when npm compiled it. */
interface Feature {
  readonly name: string;
  /** Debian's package of the headers. */
  readonly needs: string;
  readonly lost: string;
}

const COMPILED_IN: readonly Feature[] = [
  { name: 'gzip', needs: 'zlib1g-dev', lost: 'batches compressed with gzip are not readable' },
  { name: 'zstd', needs: 'libzstd-dev', lost: 'batches compressed with zstd are not readable' },
  { name: 'ssl', needs: 'libssl-dev', lost: 'no TLS, and no SASL with SCRAM or OAUTHBEARER' },
];

/**
 * What this build of librdkafka lacks: one line for each feature, with the remedy. `features` are its
 * `builtin.features`.
 */
export function lackingFeatures(features: readonly string[]): readonly string[] {
  return COMPILED_IN.filter(({ name }) => !features.includes(name)).map(
    ({ name, needs, lost }) => `this build of librdkafka lacks ${name}: ${lost}; ${remedyOf(needs)}`,
  );
}

/** The numbers of the codecs in a batch. */
const CODECS: Readonly<Record<number, string>> = { 1: 'gzip', 2: 'snappy', 3: 'lz4', 4: 'zstd' };

export function codecName(codec: number): string {
  return CODECS[codec] ?? `codec ${codec}`;
}

/** True if there are batches that this build can't decompress. */
export function lacksCodec(features: readonly string[]): boolean {
  return Object.values(CODECS).some(codec => !features.includes(codec));
}

/** How to get a build with the codec. */
export function remedyOfCodec(codec: string): string {
  const feature = COMPILED_IN.find(({ name }) => name === codec);
  return feature === undefined ? 'a newer librdkafka is needed' : remedyOf(feature.needs);
}

function remedyOf(needs: string): string {
  return `install ${needs} and run npm rebuild node-rdkafka`;
}
