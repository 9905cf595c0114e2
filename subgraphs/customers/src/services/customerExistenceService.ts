import { CustomerExistenceService } from '#generated/proto/drburger/customers/v1/existence_pb.ts';
import { service } from '#platform/rpc/service.ts';
import type { Customers } from '../context.ts';
import { loaders } from '../loaders.ts';

/** Tells whether there is a customer, and nothing about them. */
export const customerExistenceService = (domain: Customers) =>
  service(CustomerExistenceService, ['loyalty'], {
    customerExists: async ({ customerId }) => ({
      exists: Boolean(await loaders(domain).customerById.load(customerId)),
    }),
  });
