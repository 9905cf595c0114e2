import { describe, expect, it } from 'vitest';
import { createLogger } from './createLogger.ts';
import { newTraceparent, runWithTrace, traceIdOf, traceOfRequest } from './trace.ts';

function logLines(readable: boolean): { log: ReturnType<typeof createLogger>; lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    log: createLogger({ level: 'info', readable, destination: { write: (line) => void lines.push(line) } }),
  };
}

describe('the log', () => {
  it('carries the trace of the work in hand', () => {
    const { log, lines } = logLines(false);
    const traceparent = newTraceparent();
    runWithTrace(traceOfRequest(traceparent, 'user:1'), () => log.info({ orderId: 'o' }, 'placed'));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      msg: 'placed',
      orderId: 'o',
      traceId: traceIdOf(traceparent),
      correlationId: traceIdOf(traceparent),
    });
  });

  it('prints no secret', () => {
    const { log, lines } = logLines(false);
    log.info(
      {
        authorization: 'Bearer hidden',
        request: { headers: { authorization: 'Bearer hidden' } },
        customer: { email: 'hidden' },
        password: 'hidden',
      },
      'x',
    );
    expect(lines.join()).not.toContain('hidden');
  });

  it('has a line for people', () => {
    const { log, lines } = logLines(true);
    log.child({ service: 'orders' }).warn({ n: 1, err: new Error('broke') }, 'it failed');
    expect(lines[0]).toMatch(/warn .*orders: it failed n=1\n {2}Error: broke/s);
  });
});
