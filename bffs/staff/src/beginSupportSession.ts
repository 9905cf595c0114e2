import { createClient } from '@connectrpc/connect';
import { SupportSessionService } from '#generated/proto/drburger/customers/v1/support_pb.ts';
import type { ViewContext } from '#gateway/channelManifest.ts';
import { actorOf, rolesOf } from '#platform/identity/principal.ts';
import { supportChannels, supportSessionSeconds } from '#schema/support.ts';

interface SessionArguments {
  readonly input: { readonly customerId: string; readonly channel: string; readonly reason: string };
}

/** Lets a person of support act for a customer. Customers records it first: without that there is no token. */
export async function beginSupportSession(_root: unknown, { input }: SessionArguments, context: ViewContext) {
  const { principal, domains, issueActingToken } = context;
  if (!domains || !issueActingToken) throw new Error('the channel of staff has no way to the domains');
  const { customerId, reason } = input;
  const channel = supportChannels.find((name) => name === input.channel.toLowerCase())!;
  const { found } = await createClient(SupportSessionService, domains('customers')).beginSupportSession({
    customerId,
    reason,
    actor: actorOf(principal),
    roles: rolesOf(principal),
    seconds: supportSessionSeconds,
  });
  if (!found)
    return {
      __typename: 'CustomerToSupportNotFound',
      message: 'There is no customer of this id. Search by their e-mail address.',
    } as const;
  return {
    __typename: 'SupportSessionBegun',
    customerId,
    token: await issueActingToken(channel, { subject: customerId, actor: principal.subject }),
    endsAt: new Date(Date.now() + supportSessionSeconds * 1_000).toISOString(),
  } as const;
}
