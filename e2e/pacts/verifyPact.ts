import { readFileSync } from 'node:fs';

/** Sets up a state that a pact names, and may return values that requests take from it. */
export type StateHandlers = Readonly<Record<string, () => Promise<object | undefined>>>;

export interface Verification {
  /** The committed file. */
  readonly file: string;
  /** Who has to keep the pact; the file must be about them. */
  readonly provider: string;
  readonly states?: StateHandlers;
  /** Has the verifier of Pact run; resolves to what it printed, and rejects with what is wrong. */
  run(states: StateHandlers): Promise<unknown>;
}

interface Interaction {
  readonly description: string;
  readonly pending?: boolean;
  readonly providerStates?: readonly { readonly name: string }[];
  readonly response?: { readonly body?: unknown };
  readonly contents?: unknown;
}

interface Pact {
  readonly provider: { readonly name: string };
  readonly interactions: readonly Interaction[];
}

interface Verified {
  readonly interactionResults: readonly { readonly description: string; readonly result: string }[];
}

/**
 * Verifies a pact. Resolves to what is wrong; undefined for a pact that is kept. Pact's verifier is green where nothing
 * was verified: without interactions, or when a variable of the environment leaves them out; for an interaction that is
 * pending or expects nothing; for a state that nobody sets up, or whose handler throws; for the pact of another
 * provider. Here each of these is red.
 */
export async function verifyPact({ file, provider, states = {}, run }: Verification): Promise<string | undefined> {
  const pact = JSON.parse(readFileSync(file, 'utf8')) as Pact;
  const hollow = hollowOf(pact, provider, states);
  if (hollow.length > 0) return hollow.join('\n');
  const failed: string[] = [];
  const noting: StateHandlers = Object.fromEntries(
    Object.entries(states).map(([name, setUp]) => [
      name,
      () =>
        setUp().catch((error: unknown) => {
          failed.push(`the state "${name}" was not set up: ${String(error)}`);
          throw error;
        }),
    ]),
  );
  let printed: unknown;
  try {
    printed = await run(noting);
  } catch (error) {
    if (failed.length === 0) return (error as Error).message;
  }
  if (failed.length > 0) return failed.join('\n');
  const { interactionResults } = JSON.parse(String(printed)) as Verified;
  const kept = interactionResults.filter(({ result }) => result === 'OK').length;
  return kept === pact.interactions.length
    ? undefined
    : `only ${kept} of ${pact.interactions.length} interactions of ${file} were verified`;
}

/** What in a pact can be kept by anybody. */
function hollowOf({ provider, interactions }: Pact, by: string, states: StateHandlers): string[] {
  const found = [
    ...(interactions.length === 0 ? ['there are no interactions'] : []),
    ...(provider.name === by ? [] : [`it is about ${provider.name}, not ${by}`]),
  ];
  for (const { description, pending, providerStates = [], response, contents } of interactions) {
    if (pending) found.push(`"${description}" is pending`);
    if ((response ? response.body : contents) === undefined) found.push(`"${description}" expects nothing`);
    for (const { name } of providerStates)
      if (!(name in states)) found.push(`"${description}" needs the state "${name}", which nobody sets up`);
  }
  for (const regex of regexesIn(interactions))
    // The verifier takes null for the text `null`.
    if (new RegExp(`^(${regex})$`).test('null')) found.push(`the expression ${regex} takes null`);
  return found;
}

const regexesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { match, regex } = value as { match?: unknown; regex?: unknown };
  const own = match === 'regex' && typeof regex === 'string' ? [regex] : [];
  return [...own, ...Object.values(value).flatMap(regexesIn)];
};
