import { createClient, type Client } from '@connectrpc/connect';
import { PartnerDocumentService } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import type { CheckedDocument, DocumentFault, ViewContext } from '#gateway/channelManifest.ts';
import { grantsWith } from '#platform/identity/principal.ts';
import { partnerRates as quota } from '../rates.ts';
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

interface Examined {
  readonly partners: Client<typeof PartnerDocumentService>;
  readonly partnerId: string;
  readonly app: Awaited<ReturnType<Client<typeof PartnerDocumentService>['findApp']>>;
  readonly checked: CheckedDocument;
  readonly variables: Record<string, unknown>;
}

/** What is to be known before a document is tried or kept, or why it cannot be. */
async function examine({ appId, text, trialVariables }: Input, { principal, registry }: ViewContext) {
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
  return problems.length > 0 ? refused(problems) : ({ partners, partnerId, app, checked, variables } as const);
}

/** What a trial run answered, as JSON; null where there are none. */
async function trialOf({ app, checked, variables, partnerId }: Examined, appId: string, { registry }: ViewContext) {
  const trial = await registry?.tryOut?.(checked.text, variables, { ...app, appId, partnerId });
  return trial ? JSON.stringify(trial) : null;
}

const successOf = ({ checked: { name, documentId, limits, scopes } }: Examined, trial: string | null) =>
  ({ __typename: 'CheckDocumentSuccess', name, documentId, limits, scopes: scopes.map(joined), quota, trial }) as const;

/** Checks a document, and keeps nothing. */
export async function checkDocument(_root: unknown, { input }: { readonly input: Input }, context: ViewContext) {
  const examined = await examine(input, context);
  return '__typename' in examined ? examined : successOf(examined, null);
}

/** Checks a document, and tries it out where there are data to play with. */
export async function tryDocument(_root: unknown, { input }: { readonly input: Input }, context: ViewContext) {
  const examined = await examine(input, context);
  return '__typename' in examined ? examined : successOf(examined, await trialOf(examined, input.appId, context));
}

/** Checks a document, tries it out where there are data to play with, and has it kept. */
export async function registerDocument(_root: unknown, { input }: { readonly input: Input }, context: ViewContext) {
  const examined = await examine(input, context);
  if ('__typename' in examined) return examined;
  const { appId } = input;
  const { partners, partnerId, app, checked, variables } = examined;
  const trial = await trialOf(examined, appId, context);
  const { documentId, name } = checked;
  const { id } = await partners.register({
    partnerId,
    appId,
    documentId,
    name,
    text: checked.text,
    description: checked.description,
    scopes: checked.scopes.map(joined),
    registeredBy: context.principal.subject,
  });
  if (id === '') return appNotFound;
  const calling = { address: `${context.registry!.baseUrl}/graphql`, signed: app.signingRequired };
  return {
    __typename: 'RegisterDocumentSuccess',
    document: { __typename: 'PartnerDocument', id },
    documentId,
    limits: checked.limits,
    scopes: checked.scopes.map(joined),
    quota,
    trial,
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
