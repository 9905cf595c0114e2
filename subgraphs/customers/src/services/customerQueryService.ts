import { Code, ConnectError } from '@connectrpc/connect';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { service } from '#platform/rpc/service.ts';
import type { Customers } from '../context.ts';
import { loaders } from '../loaders.ts';

const maxDoorsteps = 100;

interface VersionOfCustomer {
  readonly customerId: string;
  readonly addressVersionId: string;
}

/**
 * Answers questions of other domains, each call in one batch. An address version of another customer is answered like
 * one that does not exist.
 */
export const customerQueryService = (domain: Customers) =>
  service(CustomerQueryService, ['orders', 'delivery'], {
    async getAddressVersion(request) {
      const each = loaders(domain);
      const version = await ownVersion(each, request);
      if (!version) return { found: false };
      const kept = await each.addressesOf.load(request.customerId);
      return {
        found: true,
        ...version.position,
        country: version.country,
        current: kept.some(({ currentVersionId }) => currentVersionId === version.id),
      };
    },
    async getDoorsteps({ addresses }) {
      if (addresses.length > maxDoorsteps)
        throw new ConnectError(`at most ${maxDoorsteps} addresses a call`, Code.InvalidArgument);
      const each = loaders(domain);
      return { doorsteps: await Promise.all(addresses.map((address) => doorstepOf(each, address))) };
    },
  });

async function ownVersion(
  { versionById }: ReturnType<typeof loaders>,
  { customerId, addressVersionId }: VersionOfCustomer,
) {
  const version = await versionById.load(addressVersionId);
  return version?.customerId === customerId ? version : undefined;
}

async function doorstepOf(each: ReturnType<typeof loaders>, address: VersionOfCustomer) {
  const [version, customer] = await Promise.all([
    ownVersion(each, address),
    each.customerById.load(address.customerId),
  ]);
  if (!version || !customer) return { found: false };
  return {
    found: true,
    givenName: customer.givenName,
    phone: customer.phone ?? '',
    line1: version.line1,
    line2: version.line2 ?? '',
    postalCode: version.postalCode,
    city: version.city,
    instructions: version.instructions ?? '',
  };
}
