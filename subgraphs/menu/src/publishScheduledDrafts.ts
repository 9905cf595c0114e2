import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { publishDueDrafts } from './commands/settleDraft.ts';
import type { MenuDomain } from './context.ts';

const intervalMs = 5_000;

export const scheduledDrafts = (domain: MenuDomain): Background => ({
  name: 'publishing scheduled drafts of the menu',
  async run(signal) {
    while (!signal.aborted) {
      await publishDueDrafts(domain);
      await pause(intervalMs, signal);
    }
  },
});
