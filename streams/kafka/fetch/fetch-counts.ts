/** What a fetcher has done since it was made. */
export class FetchCounts {
  requests = 0;
  sentBytes = 0;
  responses = 0;
  receivedBytes = 0;
  records = 0;
}

/** The figures of librdkafka's statistics that its client would count if it fetched the records itself. */
type FetchStatistics = Record<'tx' | 'tx_bytes' | 'rx' | 'rx_bytes' | 'rxmsgs', number>;

/** The statistics of the client, in librdkafka's JSON, with what the fetcher of the same consumer has done. */
export function withFetches(statistics: string, counts: FetchCounts): string {
  const own: FetchStatistics = {
    tx: counts.requests,
    tx_bytes: counts.sentBytes,
    rx: counts.responses,
    rx_bytes: counts.receivedBytes,
    rxmsgs: counts.records,
  };
  const client: Record<string, unknown> = JSON.parse(statistics);
  for (const [figure, count] of Object.entries(own)) client[figure] = (Number(client[figure]) || 0) + count;
  return JSON.stringify(client);
}
