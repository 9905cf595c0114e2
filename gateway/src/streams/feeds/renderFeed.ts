import { soleBinding, type Principal } from '#platform/identity/principal.ts';

/**
 * Fills in the template of a feed's key, such as `order:{orderId}`, `store:{input.storeId}` or
 * `account:{principal.subject}`, from the arguments of the field and the caller. Undefined when a part is null or
 * missing, or is text that a database cannot keep.
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
          : soleBinding(principal, rest[0] ?? '')
        : [first, ...rest].reduce<unknown>(
            (at, name) => (at as Record<string, unknown> | null | undefined)?.[name],
            args,
          );
    // PostgreSQL refuses NUL in text. One would fail the whole call to the domain, in which the feeds of other clients
    // are read, too.
    if ((typeof value === 'string' && !value.includes('\0')) || typeof value === 'number') return String(value);
    complete = false;
    return '';
  });
  return complete ? feed : undefined;
}
