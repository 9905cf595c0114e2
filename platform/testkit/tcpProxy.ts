import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Connections open now. */
  readonly connections: number;
  /** Resets all connections and refuses new ones, as if the cable were cut at a machine that says so. */
  cut(): void;
  /** Keeps connections open and accepts new ones, but passes no bytes: as if the peer had vanished without a word. */
  stall(): void;
  /** Delays each chunk, both ways, by this much; order is kept. */
  delay(milliseconds: number): void;
  /** Ends cut, stall and delay. What was held back while stalled is passed on. */
  restore(): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy between a client and a server, with which a test can break their connections. It listens on a free
 * port of 127.0.0.1.
 */
export async function startTcpProxy(target: { readonly host?: string; readonly port: number }): Promise<TcpProxy> {
  let mode: 'open' | 'cut' | 'stalled' = 'open';
  let delayMs = 0;
  const sockets = new Set<Socket>();
  const pumps = new Set<() => void>();

  const pump = (from: Socket, to: Socket): void => {
    const held: { chunk: Buffer | null; due: number }[] = [];
    let timer: NodeJS.Timeout | undefined;
    const flush = (): void => {
      clearTimeout(timer);
      while (mode === 'open' && held[0] && held[0].due <= Date.now()) {
        const { chunk } = held.shift()!;
        if (chunk === null) to.end();
        else if (!to.destroyed) to.write(chunk);
      }
      if (mode === 'open' && held[0]) timer = setTimeout(flush, Math.max(1, held[0].due - Date.now()));
    };
    const take = (chunk: Buffer | null): void => {
      held.push({ chunk, due: Date.now() + delayMs });
      flush();
    };
    from.on('data', take).once('end', () => take(null));
    pumps.add(flush);
    from.once('close', () => {
      pumps.delete(flush);
      clearTimeout(timer);
    });
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (mode === 'cut') return void client.resetAndDestroy();
    const upstream = connect({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        if (mode !== 'stalled') other.destroy();
      });
      socket.on('error', () => other.destroy());
      pump(socket, other);
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return sockets.size / 2;
    },
    cut() {
      mode = 'cut';
      reset();
    },
    stall: () => void (mode = 'stalled'),
    delay: (milliseconds) => void (delayMs = milliseconds),
    restore() {
      mode = 'open';
      delayMs = 0;
      for (const flush of pumps) flush();
    },
    close: () =>
      new Promise((resolve) => {
        mode = 'cut';
        reset();
        server.close(() => resolve());
      }),
  };
}
