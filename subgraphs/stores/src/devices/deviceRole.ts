import type { Role } from '#schema/scopes.ts';

/** The roles in which devices may act. */
const roles = ['kiosk', 'kitchen'] as const satisfies readonly Role[];

export const isDeviceRole = (role: string): boolean => (roles as readonly string[]).includes(role);
