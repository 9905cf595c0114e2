/** What a stale edit is told: who was faster has changed these fields, and the thing is at this version now. */
export const changedMeanwhile = (
  what: string,
  { version }: { readonly version: number },
  { fields }: { readonly fields: readonly string[] },
) => ({
  message: `Somebody changed ${what}: it is at version ${version}. Look at it, and change that.`,
  changedFields: [...fields],
});
