/** What a channel needs of the event bus: to hear everything from now on. Any `EventBus` fits. */
export interface EventTail {
  /** Resolves when live: what is published after that is heard. Order holds per key. */
  tail(
    topics: readonly string[],
    handle: (message: { readonly topic: string; readonly key: string; readonly value: unknown }) => void,
  ): Promise<{ close(): Promise<void> }>;
}
