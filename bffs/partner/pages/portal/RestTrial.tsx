import { useState, type FormEvent } from 'react';
import { Copyable, Problem } from './parts.tsx';
import type { RestRoute } from './references.ts';
import { callRoute, commandFor, firstValues, methodOf, restUrl, type Caller, type RestAnswer } from './restCalls.ts';
import { useSession } from './session.ts';

const ways = {
  nobody: 'nobody, without a token',
  developer: 'myself, as I am signed in',
  key: 'a program of my app, signed with an API key',
  token: 'somebody else, by their token',
} as const;

/** As whom routes are tried. What is typed stays in the page, and is forgotten with it. */
export interface GivenCaller {
  readonly way: keyof typeof ways;
  readonly apiKey: string;
  readonly token: string;
}

export const unsaid: GivenCaller = { way: 'nobody', apiKey: '', token: '' };

/** Asks as whom routes are called. */
export const CallerFields = ({
  given,
  onChange,
}: {
  readonly given: GivenCaller;
  onChange(given: GivenCaller): void;
}) => (
  <>
    <label htmlFor="caller">Call the routes as</label>
    <select
      id="caller"
      value={given.way}
      onChange={({ target }) => onChange({ ...given, way: target.value as GivenCaller['way'] })}
    >
      {Object.entries(ways).map(([way, name]) => (
        <option key={way} value={way}>
          {name}
        </option>
      ))}
    </select>
    {given.way === 'key' && (
      <>
        <label htmlFor="caller-key">API key: it signs each call in this page, and is not sent</label>
        <input
          {...{ id: 'caller-key', type: 'password', autoComplete: 'off' }}
          value={given.apiKey}
          onChange={({ target }) => onChange({ ...given, apiKey: target.value.trim() })}
        />
      </>
    )}
    {given.way === 'token' && (
      <>
        <label htmlFor="caller-token">
          Their token, such as that of <code>npx -y pnpm@10.34.9 -s token:for customer</code>
        </label>
        <input
          {...{ id: 'caller-token', type: 'password', autoComplete: 'off' }}
          value={given.token}
          onChange={({ target }) => onChange({ ...given, token: target.value.trim() })}
        />
      </>
    )}
  </>
);

/** Calls a route with what is typed, and shows the answer; and the command that makes the same call. */
export function RouteTrial({ route, given }: { readonly route: RestRoute; readonly given: GivenCaller }) {
  const session = useSession();
  const [open, setOpen] = useState(false);
  const [values, setValues] = useState(() => firstValues(route));
  const [answer, setAnswer] = useState<RestAnswer>();
  const [problem, setProblem] = useState<string>();
  const base = restUrl();
  const method = methodOf(route);
  if (!open)
    return (
      <button type="button" aria-label={`Try it: ${route.route}`} onClick={() => setOpen(true)}>
        Try it
      </button>
    );
  const callerOf = async (): Promise<Caller> => {
    if (given.way === 'nobody') return { as: 'nobody' };
    if (given.way === 'key') return { as: 'key', apiKey: given.apiKey };
    const token = given.way === 'token' ? given.token : await session.token();
    return { as: 'token', token: token ?? '' };
  };
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setAnswer(undefined);
    try {
      setAnswer(await callRoute(base!, route, values, await callerOf()));
      setProblem(undefined);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <form onSubmit={(event) => void send(event)} aria-label={`A call of ${route.route}`}>
      {(route.parameters ?? []).map(({ name, required }) => (
        <div key={name}>
          <label htmlFor={`${route.route} ${name}`}>{required ? name : `${name} (optional)`}</label>
          <input
            id={`${route.route} ${name}`}
            value={values.parameters[name]}
            onChange={({ target }) =>
              setValues({ ...values, parameters: { ...values.parameters, [name]: target.value } })
            }
          />
        </div>
      ))}
      {route.requestBody && (
        <>
          <label htmlFor={`${route.route} body`}>Body</label>
          <textarea
            id={`${route.route} body`}
            spellCheck={false}
            value={values.body}
            onChange={({ target }) => setValues({ ...values, body: target.value })}
          />
        </>
      )}
      {base === undefined ? (
        <p>This portal was not told where REST is (REST_URL).</p>
      ) : (
        <div className="row">
          <button type="submit" className="primary" aria-label={`Send ${route.route}`}>
            Send {method}
          </button>
        </div>
      )}
      <Problem text={problem} />
      {answer && <Answer answer={answer} of={route.route} />}
      {method === 'GET' && <Copyable text={commandFor(route, values)} label={`a command that calls ${route.route}`} />}
    </form>
  );
}

const Answer = ({
  answer: { status, milliseconds, headers, body },
  of,
}: {
  readonly answer: RestAnswer;
  readonly of: string;
}) => (
  <>
    <p role="status" className={status < 400 ? 'good' : 'bad'}>
      {status} after {milliseconds} ms
    </p>
    <pre tabIndex={0} aria-label={`the answer to ${of}`}>
      {headers.map(([name, value]) => `${name}: ${value}\n`).join('')}
      {body && `\n${body}`}
    </pre>
  </>
);
