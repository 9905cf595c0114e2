import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { findOpenJobs } from '../../findJobs.ts';
import { currentCourier } from '../currentCourier.ts';

const maxJobsListed = 50;

export const openJobs: QueryResolvers['openJobs'] = async (_parent, { first, withinMetres }, context) => {
  const limit = first ?? 10;
  if (limit < 1 || limit > maxJobsListed)
    throw new CodedError('BAD_USER_INPUT', `\`first\` must lie between 1 and ${maxJobsListed}.`);
  if (withinMetres != null && withinMetres < 0)
    throw new CodedError('BAD_USER_INPUT', '`withinMetres` must not be negative.');
  const courier = await currentCourier(context);
  return courier && findOpenJobs(context.domain, courier, { first: limit, withinMetres: withinMetres ?? null });
};
