import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { openVendor as open } from '../../commands/setVendor.ts';
import { vendorResult } from '../vendorResult.ts';

export const openVendor: MutationResolvers['openVendor'] = async (_parent, { input }, { domain, principal }) =>
  vendorResult(domain, await open(domain, principal, input));
