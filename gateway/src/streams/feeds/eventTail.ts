/**
 * What a channel needs of the event bus: to hear every event that is published from now on. Every process hears all of
 * them. Any `EventBus` satisfies it.
 */
export interface EventTail {
  /**
   * Resolves when every event that is published afterwards will be heard. Events with the same key come in order; an
   * event may come more than once.
   */
  tail(
    topics: readonly string[],
    handle: (message: { readonly topic: string; readonly key: string; readonly value: unknown }) => void,
  ): Promise<{ close(): Promise<void> }>;
}
