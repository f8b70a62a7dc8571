/** How long a member of a group with `group.protocol=consumer` may be silent. */
export const CONSUMER_SESSION_MS = 6000;

/** A listener that advertises another port to its clients: that of a proxy. */
export interface ProxiedListener {
  readonly port: number;
  readonly advertised: number;
}

export interface ServerSettings {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDirectory: string;
  readonly proxied: readonly ProxiedListener[];
  /** Over all others. */
  readonly properties: Readonly<Record<string, string>>;
}

/** The `server.properties` of a single node that is broker and controller, on loopback. */
export function serverProperties(settings: ServerSettings): string {
  const own = { BROKER: settings.port, CONTROLLER: settings.controllerPort };
  const listeners: Record<string, number> = { ...own };
  const advertised: Record<string, number> = { ...own };
  for (const [index, proxied] of settings.proxied.entries()) {
    listeners[`PROXIED${index}`] = proxied.port;
    advertised[`PROXIED${index}`] = proxied.advertised;
  }
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    listeners: onLoopback(listeners),
    'advertised.listeners': onLoopback(advertised),
    'listener.security.protocol.map': Object.keys(listeners)
      .map(name => `${name}:PLAINTEXT`)
      .join(','),
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${settings.controllerPort}`,
    'log.dirs': settings.dataDirectory,
    'num.partitions': '4',
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // 50 of each by default, created at first use: seconds on a small machine, and nothing gained on one node.
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.num.partitions': '4',
    // After a kill the new process is refused until the session of the old one has expired (9 s by default).
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': '3000',
    // Members of group.protocol=consumer can't ask for a session of their own; these would be 45 s and 5 s, and not less.
    'group.consumer.session.timeout.ms': `${CONSUMER_SESSION_MS}`,
    'group.consumer.min.session.timeout.ms': `${CONSUMER_SESSION_MS}`,
    'group.consumer.heartbeat.interval.ms': '1000',
    'group.consumer.min.heartbeat.interval.ms': '1000',
    ...settings.properties,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function onLoopback(ports: Readonly<Record<string, number>>): string {
  return Object.entries(ports)
    .map(([name, port]) => `${name}://127.0.0.1:${port}`)
    .join(',');
}
