/**
 * The process cannot start, for a reason that the person who starts it can remove. The message is one line and says
 * what to do; no stack is shown.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
