import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { errorCodes } from '#platform/events/databaseFailure.ts';

/** The peer had begun to stop when the call came, and did not process it: it is safe to send it again. */
const refused = /NGHTTP2_REFUSED_STREAM|REFUSED_STREAM/;
const triesOfRefused = 3;

/**
 * Gives failures of the connection to a peer the right code. A call that the peer refused without processing it is sent
 * again over a new connection. A call that was cut midway, or could not begin for lack of a file descriptor, fails with
 * `Unavailable`; the library says `Internal`, `Aborted` or `Canceled`, which would mean a bug in the peer or that the
 * caller gave up. Errors that the peer itself has sent stay as they are.
 */
export const mapConnectionFailures: Interceptor = (next) => async (request) => {
  for (let tries = 1; ; tries++) {
    try {
      return await next(request);
    } catch (error) {
      if (request.signal.aborted || !(error instanceof ConnectError) || !isConnectionFailure(error)) throw error;
      if (tries < triesOfRefused && refused.test(error.message)) continue;
      throw new ConnectError(error.rawMessage, Code.Unavailable, undefined, undefined, error.cause ?? error);
    }
  }
};

function isConnectionFailure(error: ConnectError): boolean {
  if (error.metadata.has('grpc-status')) return false;
  if (error.code === Code.Canceled || error.code === Code.Aborted) return true;
  if (error.code !== Code.Internal && error.code !== Code.Unknown) return false;
  return (
    /http\/2 stream closed|NGHTTP2/i.test(error.message) ||
    [...errorCodes(error)].some((code) => /^E[A-Z_0-9]+$/.test(code))
  );
}
