import { createClient } from '@connectrpc/connect';
import { PersonalDataService } from '#generated/proto/drburger/platform/v1/personal_data_pb.ts';
import type { ViewContext } from '#gateway/channelManifest.ts';
import { actorOf, rolesOf } from '#platform/identity/principal.ts';
import { subgraphs } from '#schema/subgraphs.ts';

const owner = 'customers';
const others = subgraphs.map(({ name }) => name).filter((name) => name !== owner);

interface ExportArguments {
  readonly input: { readonly customerId: string; readonly reason: string };
}

/**
 * Gathers what all domains keep about a customer. Customers is asked first: it records who asked, without which nothing
 * is told, and says whether there is such a customer. Another domain that does not answer is named.
 */
export async function exportCustomer(_root: unknown, { input }: ExportArguments, context: ViewContext) {
  const { customerId, reason } = input;
  const askedBy = actorOf(context.principal);
  const askedByRoles = rolesOf(context.principal);
  const read = async (domain: string): Promise<object> => {
    if (!context.domains) throw new Error('the channel of staff has no way to the domains');
    const client = createClient(PersonalDataService, context.domains(domain));
    return JSON.parse((await client.readPerson({ customerId, askedBy, askedByRoles, reason })).json) as object;
  };
  const profile = await read(owner);
  if (!('profile' in profile)) return notFound;
  const unreachableDomains: string[] = [];
  const told = await Promise.all(
    others.map(async (domain): Promise<[string, object]> => {
      try {
        return [domain, await read(domain)];
      } catch (error) {
        context.log.warn({ err: error, domain }, 'a domain did not tell what it keeps about a customer');
        unreachableDomains.push(domain);
        return [domain, {}];
      }
    }),
  );
  const document = Object.fromEntries(
    [[owner, profile] as [string, object], ...told].filter(([, records]) => Object.keys(records).length > 0),
  );
  return {
    __typename: 'ExportCustomerSuccess',
    customerId,
    document: JSON.stringify(document),
    unreachableDomains: unreachableDomains.sort(),
  } as const;
}

const notFound = {
  __typename: 'CustomerToExportNotFound',
  message: 'There is no customer of this id. Search by their e-mail address.',
} as const;
