import type { Principal } from '#platform/identity/principal.ts';

/**
 * The key of a feed from its template: `order:{orderId}`, `store:{input.storeId}`, `account:{principal.subject}`.
 * Undefined when a part of it is null, missing, or no text that a database keeps.
 */
export function renderFeed(
  template: string,
  args: Readonly<Record<string, unknown>>,
  principal: Principal,
): string | undefined {
  let complete = true;
  const feed = template.replace(/\{([^}]*)\}/g, (_all, key: string) => {
    const [first = '', ...rest] = key.split('.');
    const value =
      first === 'principal'
        ? rest[0] === 'subject'
          ? principal.subject
          : principal.bindings[rest[0] ?? '']
        : [first, ...rest].reduce<unknown>(
            (at, name) => (at as Record<string, unknown> | null | undefined)?.[name],
            args,
          );
    // PostgreSQL takes no NUL: one would fail the read of every feed that is asked for in the same call, other clients'
    // too.
    if ((typeof value === 'string' && !value.includes('\0')) || typeof value === 'number') return String(value);
    complete = false;
    return '';
  });
  return complete ? feed : undefined;
}
