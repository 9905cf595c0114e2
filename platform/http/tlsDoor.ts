import { readFileSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import type { Http2Server } from 'node:http2';
import { createSecureContext, createServer, type Server as TlsServer } from 'node:tls';
import type { Logger } from 'pino';
import { StartupError } from '#platform/config/startupError.ts';

/** Files in PEM: the certificate with those of the authorities between it and the root, and its key. */
export interface CertificateFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

/** How long a client may take to agree on a key. */
const handshakeTimeout = 10_000;

/**
 * A server that speaks TLS (1.2 or newer) and hands what arrives to an HTTP server, which must not listen itself; what
 * a client offers to speak as HTTP/2 goes to `http2`, if there is one. The files are looked at now and then: a new
 * certificate serves the connections that begin from then on, and those that there are go on. A pair that does not fit
 * is not taken, which is logged.
 * @throws StartupError when the files cannot be read or are no pair
 */
export function tlsDoor(
  http: HttpServer,
  files: CertificateFiles,
  {
    log,
    http2,
    lookEveryMs = 10_000,
  }: { readonly log: Logger; readonly http2?: Http2Server | undefined; readonly lookEveryMs?: number },
): TlsServer {
  const fixed = {
    minVersion: 'TLSv1.2',
    ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    handshakeTimeout,
  } as const;
  let served = firstPair(files);
  const server = createServer({ ...fixed, ...served }, (socket) =>
    (socket.alpnProtocol === 'h2' && http2 ? http2 : http).emit('connection', socket),
  );
  // Whoever speaks no TLS, or none that we speak, is let go. The connection is closed already.
  server.on('tlsClientError', () => undefined);
  // A server of HTTP counts its connections, and looks whether their time is over, from its own `listening` on.
  server.once('listening', () => http.emit('listening'));
  let refused = '';
  const looking = setInterval(() => {
    try {
      const pair = read(files);
      if (pair.cert === served.cert && pair.key === served.key) return;
      createSecureContext(pair);
      server.setSecureContext({ ...fixed, ...pair });
      served = pair;
      refused = '';
      log.info('a new certificate is served');
    } catch (error) {
      const reason = (error as Error).message;
      if (reason !== refused) log.warn({ reason }, 'the new certificate cannot be served; the one before still is');
      refused = reason;
    }
  }, lookEveryMs).unref();
  server.once('close', () => {
    clearInterval(looking);
    http.close();
  });
  return server;
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

const read = ({ certPath, keyPath }: CertificateFiles): Pair => ({
  cert: readFileSync(certPath, 'utf8'),
  key: readFileSync(keyPath, 'utf8'),
});

function firstPair(files: CertificateFiles): Pair {
  try {
    const pair = read(files);
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new StartupError(
      `TLS_CERT_PATH=${files.certPath} and TLS_KEY_PATH=${files.keyPath} are no certificate with its key: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}
