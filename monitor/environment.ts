import { type ClusterConfig, clusterFromEnvironment } from 'tributary/kafka';
import { type ApplicationSettings, applicationSettings, type ListenSettings } from '../command/application-settings.js';

/** The application is the one that is watched; the topics are those that it reads and writes. */
export interface MonitorConfig extends ApplicationSettings {
  readonly cluster: ClusterConfig;
  readonly http: HttpSettings;
}

export interface HttpSettings extends ListenSettings {
  readonly port: number;
}

const DEFAULT_PORT = 8080;

/** Throws a ConfigError of one line that names the variable. An empty variable counts as not set. */
export function monitorConfig(env: Readonly<NodeJS.ProcessEnv>): MonitorConfig {
  const settings = applicationSettings(env);
  const { applicationId, http } = settings;
  return {
    ...settings,
    cluster: clusterFromEnvironment(env, `${applicationId}-monitor`),
    http: { ...http, port: http.port ?? DEFAULT_PORT },
  };
}
