import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import { pause } from '#platform/events/pause.ts';
import type { Background } from './defineSubgraph.ts';

const firstPauseMs = 250;
const longestPauseMs = 30_000;

/**
 * Runs loops until stopped. When one throws, the error is logged and the loop is started again after a back-off of 250
 * ms up to 30 s.
 */
export function superviseLoops(log: Logger, loops: readonly Background[]): { stop(): Promise<void> } {
  const controller = new AbortController();
  const { signal } = controller;
  // Each loop waits for it, and may do several things at once.
  setMaxListeners(0, signal);

  async function supervise(loop: Background): Promise<void> {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return await loop.run(signal);
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error, loop: loop.name }, 'a background loop failed and begins again');
        await pause(pauseMs, signal);
      }
    }
  }

  const running = loops.map(supervise);
  return {
    async stop() {
      controller.abort();
      await Promise.all(running);
    },
  };
}
