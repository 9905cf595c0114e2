import type { CodegenConfig } from '@graphql-codegen/cli';
import { channelOperations } from './scripts/generate/channelOperations.ts';
import { resolverTypes } from './scripts/generate/resolverTypes.ts';

/**
 * What GraphQL Code Generator makes, for every subgraph and channel of the registries: the types of a subgraph's
 * resolvers, and a channel's documents as typed constants. `generate` runs the same, and makes what this reads besides:
 * the channels' contracts in `schema/channels/`.
 *
 *     npx graphql-codegen --config codegen.ts --watch
 */
export default {
  generates: { ...resolverTypes(), ...channelOperations() },
} satisfies CodegenConfig;
