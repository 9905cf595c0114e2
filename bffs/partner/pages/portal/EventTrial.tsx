import { useState, type FormEvent } from 'react';
import { Copyable, Problem } from './parts.tsx';
import { webhookCommand } from './webhookCommand.ts';

/** Makes a command that sends a message of one type to a receiver, signed as ours are. */
export function EventTrial({ title, message }: { readonly title: string; readonly message: unknown }) {
  const [command, setCommand] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const make = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name)).trim();
    try {
      setCommand(await webhookCommand({ message, receiver: text('receiver'), secret: text('secret') }));
      setProblem(undefined);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <form onSubmit={(event) => void make(event)} aria-label={`Try ${title}`}>
      <label htmlFor={`${title} receiver`}>Your receiver</label>
      <input id={`${title} receiver`} name="receiver" type="url" defaultValue="http://localhost:9000/" required />
      <label htmlFor={`${title} secret`}>The secret of your endpoint: it stays in this page</label>
      <input id={`${title} secret`} name="secret" type="password" autoComplete="off" required />
      <div className="row">
        <button type="submit">Make a command that sends it</button>
      </div>
      <Problem text={problem} />
      {command !== undefined && <Copyable text={command} label={`a command that sends ${title}`} />}
    </form>
  );
}
