import type { PlatformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { createMetrics, type Metrics } from '#platform/telemetry/metrics.ts';
import { serveMetrics } from '#platform/telemetry/serveMetrics.ts';
import type { Teardown } from './teardown.ts';

export interface ProcessMetrics {
  readonly metrics: Metrics;
  /** The URL of /metrics; undefined if no port is set. */
  readonly url?: string;
}

/**
 * Makes the metrics of this process, and serves them at `port` if there is one.
 * @throws StartupError when the port is in use
 */
export async function processMetrics(
  port: number | undefined,
  { METRICS_HOST: host }: Pick<PlatformSettings, 'METRICS_HOST'>,
  teardown: Teardown,
): Promise<ProcessMetrics> {
  const metrics = createMetrics({ process: true });
  if (port === undefined) return { metrics };
  try {
    const server = await serveMetrics(metrics, { host, port });
    teardown.add('metrics', () => server.close());
    return { metrics, url: server.url };
  } catch (error) {
    throw new StartupError(
      `Cannot serve metrics on ${host}:${port} (${(error as NodeJS.ErrnoException).code}): set another METRICS_PORT or METRICS_HOST.`,
    );
  }
}
