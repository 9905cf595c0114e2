import type { CourierRouteResolvers } from '#generated/delivery/resolvers.ts';

export const CourierRoute: CourierRouteResolvers = {
  jobs: ({ stops }) => stops.map(({ job }) => job.delivery),
  nextStop: ({ stops }) => stops[0] ?? null,
};
