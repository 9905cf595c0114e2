import { registerDocument } from './registerDocument.ts';

export const viewResolvers = {
  Mutation: { registerDocument },
};
