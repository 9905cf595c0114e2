import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { changeVendor as change } from '../../commands/setVendor.ts';
import { vendorResult } from '../vendorResult.ts';

export const changeVendor: MutationResolvers['changeVendor'] = async (_parent, { input }, { domain }) =>
  vendorResult(domain, await change(domain, input));
