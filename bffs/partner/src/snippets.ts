import { readFileSync } from 'node:fs';
import type { CheckedDocument } from '#gateway/channelManifest.ts';

/** How an app calls. */
export interface Calling {
  readonly address: string;
  /** Whether its requests must be signed. */
  readonly signed: boolean;
}

const template = readFileSync(new URL('../templates/executeDocument.ts.txt', import.meta.url), 'utf8');

/** A function in TypeScript that executes a document. */
export function typescriptOf({ documentId, name, variables }: CheckedDocument, { address, signed }: Calling): string {
  const parameters = variables.map(({ name: each, type, required }) => `${each}${required ? '' : '?'}: ${type}`);
  const parts: Readonly<Record<string, string>> = {
    import: signed ? "import { signRequest } from '@drburger/request-signing';\n\n" : '',
    // A name of its own: an operation may be called `Delete`, or `Fetch`.
    name: `execute${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    parameters: parameters.length > 0 ? `variables: { ${parameters.join('; ')} }, ` : '',
    documentId,
    variables: parameters.length > 0 ? ', variables' : '',
    address,
    headers: signed
      ? `signRequest({ url: '${address}', body }, apiKey)`
      : "{ 'content-type': 'application/json', authorization: `ApiKey ${apiKey}` }",
  };
  return template.replaceAll(/{{(\w+)}}/g, (_all, part: string) => parts[part] ?? '');
}

/**
 * A command that executes a document: by the key itself, or signed where the app has to. The key is piped to curl,
 * since every user of a machine can read the arguments of all commands.
 */
export function curlOf(
  { documentId }: CheckedDocument,
  variables: Readonly<Record<string, unknown>>,
  { address, signed }: Calling,
): string {
  const body = JSON.stringify({ documentId, ...(Object.keys(variables).length > 0 && { variables }) });
  const quoted = `'${body.replaceAll("'", "'\\''")}'`;
  return signed
    ? `clients/request-signing/signed-curl.sh ${address} ${quoted}`
    : `printf 'authorization: ApiKey %s' "$DRBURGER_API_KEY" | curl -s ${address} -H @- -H 'content-type: application/json' -d ${quoted}`;
}
