import type { Job, Partner } from './partner.ts';

/** A request to a partner's own API, after its key was found right. */
export interface ApiRequest {
  readonly method: string;
  /** The path below the partner's base address. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The shape of a partner's API: how it is called, and how it tells what has become of a job. */
export interface Shape {
  /** What the `Authorization` of each request must be, by the secret that both know. */
  readonly authorization: (secret: string) => string;
  answer(partner: Partner, request: ApiRequest): Promise<ApiAnswer>;
  /** The body of a callback. */
  callback(job: Job): object;
}
