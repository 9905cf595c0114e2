/** The role in which somebody acts for a customer, as it is recorded: a member of support may also be an admin. */
export const roleIn = (roles: readonly string[]): 'support' | 'admin' =>
  roles.includes('support') ? 'support' : 'admin';
