/** The metrics of a process for Prometheus. It needs the package prom-client. */

export { PrometheusMetrics } from './prometheus-metrics.js';
