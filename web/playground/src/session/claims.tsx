import { Instant } from './instant';
import type { SignIn } from './sign-in';

/** What the entries of an access token mean (RFC 7515, RFC 7519, RFC 9068; docs/tokens.md). */
const meanings: Record<string, string> = {
  alg: 'how it is signed',
  typ: 'what it is: an access token',
  kid: 'by which key of /.well-known/jwks.json',
  iss: 'who issued it',
  aud: 'whom it is for',
  sub: 'the account',
  sid: 'the session',
  gen: 'the generation of its refresh token',
  role: 'what the account may do',
  jti: 'the token itself',
};

/** What the access token says to any service that checks it. */
export function Claims({ signIn }: { signIn: SignIn }) {
  const { header, claims } = signIn.access;
  return (
    <>
      <Entries title="Claims of the access token" of={claims} signIn={signIn} />
      <Entries title="Its header" of={header} signIn={signIn} />
    </>
  );
}

function Entries({ title, of, signIn }: { title: string; of: Record<string, unknown>; signIn: SignIn }) {
  return (
    <div>
      <h3 className="session-heading">{title}</h3>
      <dl className="session-claims">
        {Object.entries(of).map(([name, value]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
              <span className="session-hint">
                {name === 'iat' && <Instant verb="issued" seconds={value as number} signIn={signIn} />}
                {name === 'exp' && <Instant verb="expires" seconds={value as number} signIn={signIn} />}
                {meanings[name]}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
