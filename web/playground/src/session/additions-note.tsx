import type { Additions } from './complete';
import type { SessionState } from './session';

/** What the panel adds to what is typed; once something ran, what it added to that. */
export function AdditionsNote({ additions }: SessionState) {
  return <p className="session-hint">{additions ? <Added {...additions} /> : <Promise />}</p>;
}

function Promise() {
  return (
    <>
      The panel keeps the last pair of tokens that an answer carried, in memory only, and adds what you leave out:
      the <code>Authorization</code> header, and variables such as <code>$input</code> of the next tabs.
    </>
  );
}

function Added({ authorization, variables }: Additions) {
  if (authorization === 'TYPED') {
    return (
      <>
        The last operation went out with the <code>Authorization</code> that the Headers pane has; the panel added none.
      </>
    );
  }
  const added = [...(authorization === 'PANEL' ? ['Authorization'] : []), ...variables.map((name) => `$${name}`)];
  return (
    <>
      To the last operation the panel added{' '}
      {added.length === 0 ? 'nothing' : added.map((name) => <code key={name}>{name} </code>)}
    </>
  );
}
