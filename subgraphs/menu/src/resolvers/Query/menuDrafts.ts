import type { QueryResolvers } from '#generated/menu/resolvers.ts';
import { readDrafts } from '../../editing/menuDraft.ts';

export const menuDrafts: QueryResolvers['menuDrafts'] = (_parent, _args, { domain }) => readDrafts(domain.db);
