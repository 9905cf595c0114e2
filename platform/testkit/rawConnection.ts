import { connect, type Socket } from 'node:net';
import { until } from '#platform/testkit/until.ts';

/** A TCP connection on which a test writes any bytes and reads the answer. */
export class RawConnection {
  readonly socket: Socket;
  /** Bytes as Latin-1. */
  heard = '';
  isClosed = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => {
      this.heard += chunk.toString('latin1');
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Writes the lines, each with its end. */
  send(lines: readonly string[], body = ''): this {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    return this;
  }

  /** Resolves to the received text, once it matches the pattern or the connection is closed. */
  async until(pattern: RegExp): Promise<string> {
    await until(() => this.isClosed || pattern.test(this.heard));
    return this.heard;
  }

  close(): void {
    this.socket.destroy();
  }
}
