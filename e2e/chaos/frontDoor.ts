import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The address that a client connects to. It leads each connection to one of the replicas, as a load balancer does. */
export interface FrontDoor {
  readonly port: number;
  readonly connections: number;
  /** Resets all open connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function startFrontDoor(ports: readonly number[]): Promise<FrontDoor> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const replica = connect(ports[Math.floor(Math.random() * ports.length)]!, '127.0.0.1');
    for (const [socket, other] of [
      [client, replica],
      [replica, client],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .once('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
