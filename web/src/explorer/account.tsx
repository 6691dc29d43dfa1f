import type { GraphiQLPlugin } from '@graphiql/react';
import { useState, useSyncExternalStore, type FormEvent } from 'react';
import { current, onChange, paste, signIn, signOut, signUp } from './session.ts';

function Icon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <circle cx="8" cy="5" r="3" />
      <path d="M2 14c1-3.5 3.3-4.5 6-4.5s5 1 6 4.5" />
    </svg>
  );
}

function Account() {
  const session = useSyncExternalStore(onChange, current);
  return (
    <section className="keepsake-panel" aria-label="Account">
      <h2 className="keepsake-title">Account</h2>
      {session ? <SignedIn name={session.name} /> : <SignIn />}
    </section>
  );
}

function SignedIn({ name }: { name: string }) {
  return (
    <>
      <p>{name ? <>Signed in as <b>{name}</b>.</> : 'A token is in use.'}</p>
      <p className="keepsake-about">
        Each operation is sent with it: in the header Authorization, and over sockets in connection_init. A header of that
        name in the editor's Headers goes first.
      </p>
      <button type="button" className="graphiql-button" onClick={() => void signOut()}>Sign out</button>
    </>
  );
}

function SignIn() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [pasted, setPasted] = useState('');
  const [problem, setProblem] = useState('');
  const enter = (how: typeof signIn) => (event: { preventDefault(): void }) => {
    event.preventDefault();
    setProblem('');
    how(name, password).catch((e: Error) => setProblem(e.message));
  };
  const use = (event: FormEvent) => {
    event.preventDefault();
    if (pasted.trim()) paste(pasted);
  };
  return (
    <>
      <form onSubmit={enter(signIn)}>
        <label>Name<input value={name} onChange={(e) => setName(e.target.value)} autoComplete="username" required /></label>
        <label>
          Password
          <input type="password" value={password} onChange={(e) => setPassword(e.target.value)} autoComplete="current-password" required />
        </label>
        <div className="keepsake-row">
          <button type="submit" className="graphiql-button">Sign in</button>
          <button type="button" className="graphiql-button" onClick={enter(signUp)}>Sign up</button>
        </div>
        <p role="alert" className="keepsake-problem">{problem}</p>
      </form>
      <form onSubmit={use}>
        <label>Or an access token<input value={pasted} onChange={(e) => setPasted(e.target.value)} autoComplete="off" /></label>
        <button type="submit" className="graphiql-button">Use it</button>
      </form>
    </>
  );
}

/** The plugin that signs in and out. */
export const ACCOUNT: GraphiQLPlugin = { title: 'Account', icon: Icon, content: Account };
