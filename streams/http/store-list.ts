import type { StoreDescription, StoreOwner } from '../runtime/queries/store-description.js';
import { HttpError } from './http-error.js';
import { httpErrorOf } from './query-error.js';
import type { ServedApplication } from './served-application.js';

/** The stores of the application, with the known hosts of their partitions. */
export async function storeList({ streams }: ServedApplication): Promise<unknown> {
  const { queries, status } = streams;
  const hostOf = async (name: string, partition: number): Promise<string | null> => {
    const owner = await queries.ownerOf(name, partition).catch((): StoreOwner => ({ kind: 'unknown' }));
    if (owner.kind === 'local') return status.host;
    return owner.kind === 'remote' ? owner.host : null;
  };
  const stores = queries.stores.map(async ({ name, kind, windowSizeMs, historyRetentionMs, partitions, local }) => {
    const hosts = await Promise.all(Array.from({ length: partitions }, (_, partition) => hostOf(name, partition)));
    return {
      name,
      kind,
      ...(windowSizeMs === undefined ? {} : { windowSizeMs }),
      ...(historyRetentionMs === undefined ? {} : { historyRetentionMs }),
      partitions: hosts.map((host, partition) => ({ partition, host, local: local.includes(partition) })),
    };
  });
  return { stores: await Promise.all(stores) };
}

/** Throws an HttpError: 404 if there is no such store, 503 before the cluster is known. */
export function describeStore({ streams }: Pick<ServedApplication, 'streams'>, name: string): StoreDescription {
  const { queries } = streams;
  try {
    const description = queries.stores.find(store => store.name === name);
    if (description !== undefined) return description;
    queries.store(name);
  } catch (error) {
    throw httpErrorOf(error);
  }
  throw new HttpError(404, `there is no store ${name}`);
}
