import { createClient } from '@connectrpc/connect';
import { PartnerDocumentService } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import type { CheckedDocument, DocumentFault, ViewContext } from '#gateway/channelManifest.ts';
import { grantsWith } from '#platform/identity/principal.ts';
import { curlOf, typescriptOf } from './snippets.ts';

interface Input {
  readonly appId: string;
  readonly text: string;
  readonly trialVariables?: string | null;
}

const appNotFound = {
  __typename: 'DocumentAppNotFound',
  message: 'No app of yours has this id, or it has as many documents as an app may have. Read `myPartnerAccount`.',
} as const;

const refused = (problems: readonly DocumentFault[]) => ({ __typename: 'DocumentRefused', problems }) as const;

const fault = (code: string, message: string): DocumentFault => ({ code, message, line: null, column: null });

/** Checks a document, tries it out where there are data to play with, and has it kept. */
export async function registerDocument(
  _root: unknown,
  { input: { appId, text, trialVariables } }: { readonly input: Input },
  { principal, registry }: ViewContext,
) {
  if (!registry) throw new Error('the channel that registers documents has no way to the partners domain');
  const partnerId = grantsWith(principal, 'partner:develop')[0]?.bindings['partner'];
  if (partnerId === undefined) return appNotFound;
  const partners = createClient(PartnerDocumentService, registry.partners);
  const app = await partners.findApp({ partnerId, appId });
  if (!app.found) return appNotFound;
  const variables = variablesIn(trialVariables);
  if (!variables) return refused([fault('BAD_USER_INPUT', '`trialVariables` must be a JSON object.')]);
  const checked = registry.check(text, trialVariables == null ? undefined : variables);
  if (!('documentId' in checked)) return refused(checked);
  const problems = missingScopes(checked, app.scopes);
  if (problems.length > 0) return refused(problems);
  const trial = await registry.tryOut?.(checked.text, variables, { ...app, appId, partnerId });
  const { documentId, name } = checked;
  const { id } = await partners.register({
    partnerId,
    appId,
    documentId,
    name,
    text: checked.text,
    scopes: checked.scopes.map(joined),
    registeredBy: principal.subject,
  });
  if (id === '') return appNotFound;
  const calling = { address: `${registry.baseUrl}/graphql`, signed: app.signingRequired };
  return {
    __typename: 'RegisterDocumentSuccess',
    document: { __typename: 'PartnerDocument', id },
    documentId,
    limits: checked.limits,
    scopes: checked.scopes.map(joined),
    trial: trial ? JSON.stringify(trial) : null,
    typescript: typescriptOf(checked, calling),
    curl: curlOf(checked, variables, calling),
  } as const;
}

const joined = (alternatives: readonly string[]): string => [...alternatives].sort().join(' or ');

/** What an app would be refused of its own document: it learns so now, and not from its customers. */
const missingScopes = ({ scopes }: CheckedDocument, has: readonly string[]): DocumentFault[] =>
  scopes
    .filter((alternatives) => !alternatives.some((scope) => has.includes(scope)))
    .map((alternatives) => fault('FORBIDDEN', `The app lacks the scope ${joined(alternatives)}. Ask us for it.`));

function variablesIn(text: string | null | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
