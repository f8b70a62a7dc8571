import { parentPort, workerData } from 'node:worker_threads';
import type { Order, Route } from './proxy-thread.js';
import { TcpProxy } from './tcp-proxy.js';

const routes = workerData as readonly Route[];
const proxies = await Promise.all(routes.map(({ port, target }) => TcpProxy.listen(port, () => target)));

parentPort?.on('message', (order: Order) => {
  if (order.kind === 'close') {
    parentPort?.close();
    for (const proxy of proxies) void proxy.close();
    return;
  }
  const proxy = proxies[order.proxy];
  if (proxy !== undefined) proxy.traffic = order.traffic;
});
parentPort?.postMessage('listening');
