/** Why something is not, or no longer, heard. */
export interface Cause {
  /**
   * A WebSocket close code (4403: the token is not accepted), a code of the graph's catalogue, `NETWORK`, or
   * `TOKEN_UNAVAILABLE`: the `token` function failed.
   */
  readonly code: number | string;
  readonly message: string;
}

/**
 * `connecting`: nothing was heard yet. `live`: what comes is heard. `reconnecting`: what is shown may be old, since
 * then; it goes on by itself. `ended`: for good.
 */
export interface StreamState {
  readonly status: 'connecting' | 'live' | 'reconnecting' | 'ended';
  readonly since: Date;
  /** Of the last failure; none while live, and none when it was ended from this side. */
  readonly cause?: Cause;
}
