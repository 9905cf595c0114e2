import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { EventBus } from './eventBus.ts';

/** Reports the lag of the consumer groups as metrics. Each scrape asks the bus once. */
export function reportLag(metrics: Metrics, bus: EventBus): void {
  metrics.onScrape('bus', async (report) => {
    for (const { group, messages } of await bus.lag()) report('consumerLag', { group }, messages);
  });
}
