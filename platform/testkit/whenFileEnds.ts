const ends: (() => unknown)[] = [];
let isHeard = false;

/**
 * Has this done when the test file ends, before what was handed over earlier. It is for what a hook or a test starts:
 * `afterAll` counts only while the file is collected, and does nothing without a word when it is called later.
 */
export function whenFileEnds(end: () => unknown): void {
  if (!isHeard) throw new Error('nobody would call this: name platform/testkit/eachFile.ts in `setupFiles`');
  ends.push(end);
}

/** Called by `eachFile.ts` as each file begins. */
export function hearEnds(): void {
  isHeard = true;
}

/** Does everything, even if some of it fails. @throws the first failure */
export async function endFile(): Promise<void> {
  const failures: unknown[] = [];
  for (const end of ends.splice(0).reverse())
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
}
