import { defineConfig } from '@graphql-hive/gateway';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';

/** Its plans are made by the planner of Hive's Rust router, as an addon of Node. */
export const gatewayConfig = defineConfig({ unifiedGraphHandler });
