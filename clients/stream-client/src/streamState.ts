/** Why a stream is not live, or ended. */
export interface Cause {
  /**
   * A WebSocket close code (4403: the token is not accepted), a code of the graph's catalogue, `NETWORK`, or
   * `TOKEN_UNAVAILABLE`: the `token` function failed.
   */
  readonly code: number | string;
  readonly message: string;
}

/**
 * `connecting`: no message has come yet. `live`: messages come as they happen. `reconnecting`: the connection was lost,
 * so your data may be old; the stream goes on by itself. `ended`: the stream is over.
 */
export interface StreamState {
  readonly status: 'connecting' | 'live' | 'reconnecting' | 'ended';
  readonly since: Date;
  /** The last failure. Undefined while the stream is live, and when you ended it yourself. */
  readonly cause?: Cause;
}
