import type { StoreOwner } from '../runtime/queries/interactive-queries.js';
import type { ServedApplication } from './served-application.js';

/** The stores of the application, with the known hosts of their partitions. */
export async function storeList({ streams }: ServedApplication): Promise<unknown> {
  const { queries, status } = streams;
  const hostOf = async (name: string, partition: number): Promise<string | null> => {
    const owner = await queries.ownerOf(name, partition).catch((): StoreOwner => ({ kind: 'unknown' }));
    if (owner.kind === 'local') return status.host;
    return owner.kind === 'remote' ? owner.host : null;
  };
  const stores = queries.stores.map(async ({ name, kind, windowSizeMs, partitions, local }) => {
    const hosts = await Promise.all(Array.from({ length: partitions }, (_, partition) => hostOf(name, partition)));
    return {
      name,
      kind,
      ...(windowSizeMs === undefined ? {} : { windowSizeMs }),
      partitions: hosts.map((host, partition) => ({ partition, host, local: local.includes(partition) })),
    };
  });
  return { stores: await Promise.all(stores) };
}
