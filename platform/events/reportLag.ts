import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { EventBus } from './eventBus.ts';

/** Lets the lag of consumer groups be seen, by one question to the bus each time somebody asks. */
export function reportLag(metrics: Metrics, bus: EventBus): void {
  metrics.onScrape('bus', async (report) => {
    for (const { group, messages } of await bus.lag()) report('consumerLag', { group }, messages);
  });
}
