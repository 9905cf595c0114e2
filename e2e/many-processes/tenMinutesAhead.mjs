/** Loaded into a process before anything else: its clock is ten minutes ahead of that of the machine. */
const ahead = 600_000;
const { now } = Date;

globalThis.Date = class extends Date {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now() + ahead] : parts));
  }

  static now() {
    return now() + ahead;
  }
};
