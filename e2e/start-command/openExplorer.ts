import { parse } from 'graphql';

/** What a channel's explorer opens with. */
export interface OpenExplorer {
  readonly tabs: readonly ExplorerTab[];
  /** Runs the document of a tab as the page does: with its variables, and the token that the page was given. */
  run(tab: ExplorerTab): Promise<ExplorerAnswer>;
}

export interface ExplorerTab {
  readonly name: string;
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An answer, or the first message of a stream. */
export interface ExplorerAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Opens the explorer at the address of a channel, and reads what its page holds. */
export async function openExplorer(url: string): Promise<OpenExplorer> {
  const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
  const held = (name: string): unknown =>
    JSON.parse(new RegExp(`^const ${name} = (.*);$`, 'm').exec(page)?.[1] ?? 'null') as unknown;
  const { token } = held('given') as { token: string };
  const tabs = (held('tabs') as { query: string; variables: string }[]).map(({ query, variables }): ExplorerTab => {
    const operation = parse(query).definitions.find((each) => each.kind === 'OperationDefinition');
    return {
      name: operation?.name?.value ?? '',
      operation: operation?.operation ?? 'query',
      query,
      variables: (variables === '' ? {} : JSON.parse(variables)) as Record<string, unknown>,
    };
  });
  return {
    tabs,
    async run({ operation, query, variables }) {
      const end = AbortSignal.timeout(20_000);
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: operation === 'subscription' ? 'text/event-stream' : 'application/json',
        },
        body: JSON.stringify({ query, variables }),
        signal: end,
      });
      return operation === 'subscription' ? firstMessage(response) : ((await response.json()) as ExplorerAnswer);
    },
  };
}

async function firstMessage(response: Response): Promise<ExplorerAnswer> {
  let heard = '';
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    heard += piece;
    const message = /^event: next\n(?:id: .*\n)?data: (.*)\n\n/m.exec(heard)?.[1];
    if (message !== undefined) return JSON.parse(message) as ExplorerAnswer;
  }
  throw new Error(`the stream ended without a message: ${heard}`);
}
