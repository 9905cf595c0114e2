import { useCallback, useEffect, useMemo, useState, type FormEvent, type ReactNode } from 'react';
import type { PortalAccountQuery } from '#generated/bffs/partner/operations.ts';
import portalAccount from '../../operations/portalAccount.graphql';
import { AppsPane } from './AppsPane.tsx';
import { ChangesPane } from './ChangesPane.tsx';
import { DeveloperAccess } from './developerAccess.ts';
import { DocumentsPane } from './DocumentsPane.tsx';
import { Problem } from './parts.tsx';
import { ReferencePane } from './ReferencePane.tsx';
import { sessionOf, SessionContext, useDocument } from './session.ts';
import { StatusPane } from './StatusPane.tsx';
import type { TrialDocument } from './trialDocument.ts';
import { UsagePane } from './UsagePane.tsx';
import { WebhooksPane } from './WebhooksPane.tsx';

export type Account = NonNullable<PortalAccountQuery['myPartnerAccount']>;
export type App = Account['apps'][number];

export interface PaneProps {
  readonly account: Account;
  readonly quota: PortalAccountQuery['appQuota'];
  /** Reads the account again, after something of it has changed. */
  reload(): Promise<void>;
  /** A document that is to be tried, which the editor begins with. */
  readonly trial: Trial | undefined;
  /** Turns to the editor with a document. */
  tryOut(trial: Trial): void;
}

export type Trial = Pick<TrialDocument, 'text' | 'variables'>;

const panes: readonly { readonly name: string; readonly show: (props: PaneProps) => ReactNode }[] = [
  { name: 'Apps and keys', show: (props) => <AppsPane {...props} /> },
  { name: 'Documents', show: (props) => <DocumentsPane {...props} /> },
  { name: 'Webhooks', show: (props) => <WebhooksPane {...props} /> },
  { name: 'Usage', show: (props) => <UsagePane {...props} /> },
  { name: 'Reference', show: (props) => <ReferencePane {...props} /> },
  { name: 'Changes', show: (props) => <ChangesPane {...props} /> },
  { name: 'Status', show: () => <StatusPane /> },
];

const access = new DeveloperAccess();

/** `looking`: whether somebody has signed in is not known yet. */
type Presence = 'looking' | 'nobody' | 'somebody';

/** The portal of a partner's developer. */
export function Portal() {
  const [presence, setPresence] = useState<Presence>('looking');
  const [problem, setProblem] = useState<string>();
  const look = useCallback(async () => {
    const token = await access.token().catch(() => undefined);
    setPresence(token === undefined ? 'nobody' : 'somebody');
  }, []);
  useEffect(() => void look(), [look]);
  const session = useMemo(
    () =>
      sessionOf(access, () => {
        access.forgetGiven();
        setPresence('nobody');
        setProblem('You are not let in: the sign-in is over, or it is not that of a developer of a partner.');
      }),
    [],
  );
  if (presence === 'looking')
    return (
      <Frame>
        <p role="status">Signing in …</p>
      </Frame>
    );
  if (presence === 'nobody')
    return (
      <SignIn
        problem={problem}
        onToken={(given) => {
          access.use(given);
          setProblem(undefined);
          setPresence('somebody');
        }}
      />
    );
  return (
    <SessionContext value={session}>
      <SignedIn onSignOut={() => void access.end()} />
    </SessionContext>
  );
}

const Frame = ({ children }: { readonly children: ReactNode }) => (
  <>
    <header>
      <h1>Dr. Burger developers</h1>
    </header>
    <main>{children}</main>
  </>
);

function SignIn({ problem, onToken }: { readonly problem: string | undefined; onToken(token: string): void }) {
  const [away, setAway] = useState<string>();
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('token');
    if (typeof given === 'string' && given.trim() !== '') onToken(given.trim());
  };
  const tell = (): void => setAway('The identity provider did not answer. Try again in a moment.');
  return (
    <Frame>
      <h2>Sign in</h2>
      <Problem text={away ?? problem} />
      {access.signIn && (
        <>
          <p>With the account of a developer that your company has with us.</p>
          <div className="row">
            <button type="button" className="primary" onClick={() => void access.signIn?.().catch(tell)}>
              Sign in
            </button>
            {problem !== undefined && (
              <button type="button" onClick={() => void access.end().catch(tell)}>
                Sign in as somebody else
              </button>
            )}
          </div>
        </>
      )}
      <details open={access.signIn === undefined}>
        <summary>Sign in with a token</summary>
        <p>
          Your token as a developer of a partner. On a system of your own it is printed by{' '}
          <code>npx -y pnpm@10.34.9 -s token:for partner</code>.
        </p>
        <form onSubmit={send}>
          <label htmlFor="token">Token</label>
          <div className="row">
            <input id="token" name="token" type="password" autoComplete="off" required />
            <button type="submit" className={access.signIn ? undefined : 'primary'}>
              Use the token
            </button>
          </div>
        </form>
      </details>
    </Frame>
  );
}

function SignedIn({ onSignOut }: { onSignOut(): void }) {
  const [shown, setShown] = useState(panes[0]!.name);
  const [trial, setTrial] = useState<Trial>();
  const tryOut = (given: Trial): void => {
    setTrial(given);
    setShown('Documents');
  };
  const { data, problem, reload } = useDocument<PortalAccountQuery>(portalAccount);
  const account = data?.myPartnerAccount;
  return (
    <>
      <header>
        <h1>Dr. Burger developers</h1>
        <span className="quiet">{account?.name}</span>
        <nav aria-label="Parts of the portal">
          {panes.map(({ name }) => (
            <button
              key={name}
              type="button"
              aria-current={name === shown ? 'page' : undefined}
              onClick={() => setShown(name)}
            >
              {name}
            </button>
          ))}
          <button type="button" onClick={onSignOut}>
            Sign out
          </button>
        </nav>
      </header>
      <main>
        <h2>{shown}</h2>
        <Problem text={problem} />
        {!data && !problem && <p role="status">Loading …</p>}
        {data && !account && <p>Your token belongs to no partner. Ask us to open an account for your company.</p>}
        {account &&
          panes.map(({ name, show }) =>
            name === shown ? (
              <div key={name}>{show({ account, quota: data.appQuota, reload, trial, tryOut })}</div>
            ) : null,
          )}
      </main>
    </>
  );
}
