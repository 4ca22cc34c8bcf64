import { DaypassError, type SignedOutReason } from 'daypass-client';
import { useId, useState, type ComponentProps, type SubmitEvent } from 'react';

import { daypass } from './daypass';
import { Problem } from './problem';

const notices: Record<SignedOutReason, string> = {
  LOGGED_OUT: 'You are signed out.',
  EXPIRED: 'You were away for long, so your session has ended. Please sign in again.',
  REVOKED: 'Your session was ended, here or on another device. Please sign in again.',
  REUSED:
    'Somebody else may have used your session, so it was ended. Sign in, look through your sessions, and change your password if one of them is not yours.',
  INVALID: 'Your session is no longer valid. Please sign in again.',
};

/** Signs in or creates an account; says first why the last session ended. */
export function SignIn({ reason }: { reason: SignedOutReason | undefined }) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget, event.nativeEvent.submitter);
    const credentials = { username: String(form.get('username')), password: String(form.get('password')) };
    setPending(true);
    setError(undefined);
    try {
      await (form.get('action') === 'register' ? daypass.register(credentials) : daypass.login(credentials));
    } catch (refused) {
      setError(refused);
      setPending(false);
    }
  }

  const fields = error instanceof DaypassError ? error.fields : undefined;
  return (
    <main className="narrow">
      <h1>{document.title}</h1>
      {reason && (
        <p role="alert" className={reason === 'REUSED' ? 'danger' : 'notice'}>
          {notices[reason]}
        </p>
      )}
      <form onSubmit={submit}>
        <Field label="Username" name="username" autoComplete="username" problem={fields?.['input.username']} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          problem={fields?.['input.password']}
        />
        <Problem error={error} />
        <div className="buttons">
          <button name="action" value="login" className="primary" disabled={pending}>
            Sign in
          </button>
          <button name="action" value="register" disabled={pending}>
            Create an account
          </button>
        </div>
      </form>
    </main>
  );
}

function Field({ label, problem, ...input }: ComponentProps<'input'> & { label: string; problem: string | undefined }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} required aria-invalid={problem !== undefined} aria-describedby={`${id}-problem`} {...input} />
      <p id={`${id}-problem`}>{problem}</p>
    </div>
  );
}
