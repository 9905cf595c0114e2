/**
 * A reason not to start that the person at the keyboard can remove. The message is one line and says what to do; no
 * stack is shown.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
