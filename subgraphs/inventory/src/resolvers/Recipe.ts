import type { RecipeResolvers } from '#generated/inventory/resolvers.ts';

export const Recipe: RecipeResolvers = { lines: ({ lines }) => [...lines] };
