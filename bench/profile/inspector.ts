import { once } from 'node:events';
import WebSocket from 'ws';

/** A profile of V8, as `--cpu-prof` writes it and debuggers read it. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/**
 * Profiles a process that was started with `--inspect`, whose standard error tells where. The result begins a profile,
 * and resolves with what ends it.
 */
export function inspectorOf(stderr: string): () => Promise<() => Promise<CpuProfile>> {
  const url = /Debugger listening on (ws:\S+)/.exec(stderr)?.[1];
  if (url === undefined) throw new Error(`the process does not say where its inspector listens: ${stderr}`);
  return async () => {
    const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 1_000_000_000 });
    await once(socket, 'open');
    const waiting = new Map<number, (result: unknown) => void>();
    socket.on('message', (data: Buffer) => {
      const { id, result } = JSON.parse(data.toString()) as { id: number; result: unknown };
      waiting.get(id)?.(result);
    });
    let sent = 0;
    const call = (method: string, params: object = {}) =>
      new Promise<unknown>((resolve) => {
        sent += 1;
        waiting.set(sent, resolve);
        socket.send(JSON.stringify({ id: sent, method, params }));
      });
    await call('Profiler.enable');
    await call('Profiler.setSamplingInterval', { interval: 1_000 });
    await call('Profiler.start');
    return async () => {
      const { profile } = (await call('Profiler.stop')) as { profile: CpuProfile };
      socket.close();
      return profile;
    };
  };
}
