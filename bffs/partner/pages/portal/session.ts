import { createContext, useCallback, useContext, useEffect, useState } from 'react';
import { askGraph } from '#bffs/pages/askGraph.ts';
import type { DeveloperAccess } from './developerAccess.ts';

/** What became of a request: what the developer reads when it failed. */
export type Outcome<Data> =
  { readonly kind: 'good'; readonly data: Data } | { readonly kind: 'bad'; readonly message: string };

export interface Session {
  ask<Data>(document: string, variables?: object): Promise<Outcome<Data>>;
  /** The developer's own token; undefined when nobody is signed in any more. */
  token(): Promise<string | undefined>;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('nobody is signed in');
  return session;
}

/** A session of whoever has signed in. `onRefused` is called when they are not let in, or not any more. */
export const sessionOf = (access: DeveloperAccess, onRefused: () => void): Session => ({
  token: () => access.token().catch(() => undefined),
  async ask<Data>(document: string, variables: object = {}): Promise<Outcome<Data>> {
    // A token may have been revoked or have ended early: then there may be another one.
    for (const anew of [false, true]) {
      let token: string | undefined;
      try {
        token = await access.token(anew);
      } catch {
        return { kind: 'bad', message: 'The identity provider did not answer. Try again in a moment.' };
      }
      const answer =
        token === undefined ? ({ kind: 'refused' } as const) : await askGraph<Data>(token, document, variables);
      if (answer.kind === 'refused') continue;
      if (answer.kind !== 'answer')
        return { kind: 'bad', message: 'The server did not answer. Try again in a moment.' };
      const [error] = answer.errors;
      if (answer.data === null || error)
        return { kind: 'bad', message: error?.message ?? 'The server answered with nothing.' };
      return { kind: 'good', data: answer.data };
    }
    onRefused();
    return { kind: 'bad', message: 'You are not let in. Sign in again.' };
  },
});

/** A result type of the graph: its success, or one of the failures that has a message. */
type Result = { readonly __typename: string; readonly message?: string };

/**
 * The success of a mutation by the name of its type, or the text of its failure. Every failure of this contract has a
 * `message`, but for `DocumentRefused`, which is shown as a list.
 */
export function successOf<Of extends Result, Name extends Of['__typename']>(
  result: Of,
  name: Name,
): Outcome<Extract<Of, { readonly __typename: Name }>> {
  if (result.__typename === name) return { kind: 'good', data: result as Extract<Of, { readonly __typename: Name }> };
  return { kind: 'bad', message: result.message ?? result.__typename };
}

export interface Loaded<Data> {
  readonly data: Data | undefined;
  /** Why it could not be read, or not again. */
  readonly problem: string | undefined;
  reload(): Promise<void>;
}

/** Reads a document, and again every `everyMs` if that is given. What was read last stays when reading fails. */
export function useDocument<Data>(document: string, variables: object = {}, everyMs?: number): Loaded<Data> {
  const session = useSession();
  const [data, setData] = useState<Data>();
  const [problem, setProblem] = useState<string>();
  const asked = JSON.stringify(variables);
  const reload = useCallback(async () => {
    const outcome = await session.ask<Data>(document, JSON.parse(asked) as object);
    if (outcome.kind === 'good') setData(outcome.data);
    setProblem(outcome.kind === 'bad' ? outcome.message : undefined);
  }, [session, document, asked]);
  useEffect(() => {
    void reload();
    if (everyMs === undefined) return;
    const timer = setInterval(() => void reload(), everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { data, problem, reload };
}
