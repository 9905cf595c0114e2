import type { Domain } from '#platform/domain/domain.ts';
import type { KeysName } from './config.ts';
import type { SignatureScheme } from './signatures/signatureScheme.ts';

/** What a webhook asks of the subgraph that owns the object. */
export interface Notice {
  /** What it is about: notices about one object are worked off in the order in which they came. */
  readonly object: string;
  /**
   * Calls the owning subgraph. `id` names this notice and is the same on every try, so that a repeated call has one
   * effect.
   */
  readonly command: (rpc: Domain['rpc'], id: string) => Promise<unknown>;
}

/** A form of the body that a source sends: a schema, and the one command to which all versions are mapped. */
export interface PayloadVersion {
  /** @throws ZodError when the body does not have this form */
  readonly read: (body: unknown) => Notice;
}

/** A system outside that tells us things by `POST /webhooks/<name>`: what it must send, and how much of it. */
export interface Source {
  /** The last part of the address. */
  readonly name: string;
  /** The setting with its keys. */
  readonly keys: KeysName;
  readonly signature: SignatureScheme;
  readonly limits: {
    /** The largest body. */
    readonly bytes: number;
    /** The most messages that are accepted in a minute. */
    readonly perMinute: number;
    /** How long the sender may take to send a message, and how long it waits for the answer. */
    readonly milliseconds: number;
  };
  /** The version that a body says it has; undefined if it says none. */
  readonly versionOf: (body: Readonly<Record<string, unknown>>) => unknown;
  /** The versions that are understood: while a source changes over, two at a time. */
  readonly versions: Readonly<Record<string, PayloadVersion>>;
}

/** The body cannot be understood. The message says why, without anything from the body. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood';
}
