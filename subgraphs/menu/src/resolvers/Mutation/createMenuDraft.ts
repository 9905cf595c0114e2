import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { createMenuDraft as command } from '../../commands/settleDraft.ts';
import { draftResult } from '../draftResult.ts';

export const createMenuDraft: MutationResolvers['createMenuDraft'] = async (_parent, { input }, context) =>
  draftResult(context, await command(context.domain, context.principal, input));
