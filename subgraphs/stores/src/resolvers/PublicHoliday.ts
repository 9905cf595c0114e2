import type { PublicHolidayResolvers } from '#generated/stores/resolvers.ts';

export const PublicHoliday: PublicHolidayResolvers = {
  name: ({ names }, { locale }) => names[locale ?? 'EN'],
};
