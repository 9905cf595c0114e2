import type { QueryResolvers } from '#generated/stores/resolvers.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { findNearestStores } from '../../findStores.ts';

const between = (value: number, low: number, high: number, name: string) => {
  if (value < low || value > high)
    throw new CodedError('BAD_USER_INPUT', `\`${name}\` must lie between ${low} and ${high}.`);
  return value;
};

export const nearestStores: QueryResolvers['nearestStores'] = (_parent, args, { domain }) =>
  findNearestStores(
    domain,
    {
      latitude: between(args.position.latitude, -90, 90, 'position.latitude'),
      longitude: between(args.position.longitude, -180, 180, 'position.longitude'),
      first: between(args.first ?? 10, 1, 50, 'first'),
      withinMetres: between(args.withinMetres ?? 50_000, 1, 200_000, 'withinMetres'),
    },
    args.filter,
  );
