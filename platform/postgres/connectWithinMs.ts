/**
 * How long a connection, or its turn in a pool, is waited for. Longer than a server needs: while a process starts, its
 * event loop is busy for seconds on a small machine, and the timer would fire before the answer that is already there
 * is read.
 */
export const connectWithinMs = 15_000;
