import type { WireReader } from './wire-reader.js';

/** A request of Kafka's protocol in one version. */
export interface Api {
  readonly key: number;
  readonly version: number;
  readonly isFlexible: boolean;
}

/** The versions of a request that a broker takes. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

export const API_VERSIONS: Api = { key: 18, version: 0, isFlexible: false };
export const SASL_HANDSHAKE: Api = { key: 17, version: 1, isFlexible: false };
export const SASL_AUTHENTICATE: Api = { key: 36, version: 0, isFlexible: false };

/** Kafka 2.1 and newer. Topics have names. */
export const METADATA_BY_NAME: Api = { key: 3, version: 7, isFlexible: false };
export const FETCH_BY_NAME: Api = { key: 1, version: 10, isFlexible: false };

/** Kafka 3.1 and newer. Topics have ids (KIP-516), so a topic that was created again is not taken for the old one. */
export const METADATA_BY_ID: Api = { key: 3, version: 12, isFlexible: true };
export const FETCH_BY_ID: Api = { key: 1, version: 13, isFlexible: true };

/** How to ask one broker. */
export interface BrokerApis {
  readonly metadata: Api;
  readonly fetch: Api;
}

/** The answer to API_VERSIONS, by the key of the request. */
export function readVersions(reader: WireReader): ReadonlyMap<number, VersionRange> {
  reader.int16();
  return new Map(
    reader.array((): [number, VersionRange] => [reader.int16(), { min: reader.int16(), max: reader.int16() }]),
  );
}

/** undefined if the broker takes none of the versions that are known here. */
export function brokerApis(versions: ReadonlyMap<number, VersionRange>): BrokerApis | undefined {
  const takes = ({ key, version }: Api): boolean => {
    const range = versions.get(key);
    return range !== undefined && range.min <= version && version <= range.max;
  };
  const choices: readonly BrokerApis[] = [
    { metadata: METADATA_BY_ID, fetch: FETCH_BY_ID },
    { metadata: METADATA_BY_NAME, fetch: FETCH_BY_NAME },
  ];
  return choices.find(({ metadata, fetch }) => takes(metadata) && takes(fetch));
}
