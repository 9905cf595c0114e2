import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { errorCodes } from '#platform/events/databaseFailure.ts';

/** The peer had begun to stop when the call came, and has not looked at it. */
const refused = /NGHTTP2_REFUSED_STREAM|REFUSED_STREAM/;
const triesOfRefused = 3;

/**
 * Failures of the line to a peer, as what they are. A call that the peer refused unseen goes to the connection that
 * takes the place of this one. What was cut midway, or could not begin for want of a file descriptor, is `Unavailable`:
 * the library tells it as `Internal`, `Aborted` or `Canceled`, which say that the peer has a fault or that the caller
 * gave up. What the peer itself has answered stays as it is.
 */
export const tellLineFailures: Interceptor = (next) => async (request) => {
  for (let tries = 1; ; tries++) {
    try {
      return await next(request);
    } catch (error) {
      if (request.signal.aborted || !(error instanceof ConnectError) || !isLineFailure(error)) throw error;
      if (tries < triesOfRefused && refused.test(error.message)) continue;
      throw new ConnectError(error.rawMessage, Code.Unavailable, undefined, undefined, error.cause ?? error);
    }
  }
};

function isLineFailure(error: ConnectError): boolean {
  if (error.metadata.has('grpc-status')) return false;
  if (error.code === Code.Canceled || error.code === Code.Aborted) return true;
  if (error.code !== Code.Internal && error.code !== Code.Unknown) return false;
  return (
    /http\/2 stream closed|NGHTTP2/i.test(error.message) ||
    [...errorCodes(error)].some((code) => /^E[A-Z_0-9]+$/.test(code))
  );
}
