/**
 * How long to wait for a new connection, or for a free one of a pool. It is longer than a server needs, because a
 * starting process blocks its event loop for seconds on a small machine: a shorter timer would fire before the answer,
 * which has already come, is read.
 */
export const connectWithinMs = 15_000;
