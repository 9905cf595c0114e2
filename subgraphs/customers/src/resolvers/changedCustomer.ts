import type { Context } from '../context.ts';
import type { CustomerView } from '../customer.ts';

/**
 * The customer after a mutation. It clears the loaders first, since earlier fields of the same request may have read
 * the customer before.
 */
export async function changedCustomer({ loaders }: Context, customerId: string): Promise<CustomerView> {
  loaders.forget();
  const customer = await loaders.customerById.load(customerId);
  if (!customer) throw new Error('the customer of a successful mutation does not exist');
  return customer;
}
