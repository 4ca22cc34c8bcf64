/**
 * Everything that a page can try in order to have an operation done with the visitor's cookie, or to read the answer. Each
 * attempt runs in the page and returns what the page got to see of the answer.
 */
export const attacks = {
  'a request as every client sends it': ({ api, query }) =>
    fetch(api, {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query }),
    }).then((answer) => answer.text()),

  'a text': ({ api, query }) =>
    fetch(api, { method: 'POST', credentials: 'include', body: JSON.stringify({ query }) }).then((answer) => answer.text()),

  'a text, without wanting to read': ({ api, query }) =>
    fetch(api, { method: 'POST', mode: 'no-cors', credentials: 'include', body: JSON.stringify({ query }) }).then((answer) =>
      answer.text(),
    ),

  'JSON that is not called so': ({ api, query }) =>
    fetch(api, {
      method: 'POST',
      mode: 'no-cors',
      credentials: 'include',
      headers: { 'Content-Type': 'text/plain;application/json' },
      body: JSON.stringify({ query }),
    }).then((answer) => answer.text()),

  'a file': ({ api, query }) => {
    const form = new FormData();
    form.append('operations', JSON.stringify({ query }));
    form.append('map', '{}');
    return fetch(api, { method: 'POST', mode: 'no-cors', credentials: 'include', body: form }).then((answer) => answer.text());
  },

  'a beacon of text': ({ api, query }) => void navigator.sendBeacon(api, JSON.stringify({ query })),

  'a beacon of JSON': ({ api, query }) =>
    void navigator.sendBeacon(api, new Blob([JSON.stringify({ query })], { type: 'application/json' })),

  'a query in the address': ({ api, query }) =>
    fetch(`${api}?${new URLSearchParams({ query })}`, { credentials: 'include' }).then((answer) => answer.text()),

  'a query in the address, without wanting to read': ({ api, query }) =>
    fetch(`${api}?${new URLSearchParams({ query })}`, { mode: 'no-cors', credentials: 'include' }).then((answer) => answer.text()),

  'a stream of events': ({ api, query }) =>
    new Promise((resolve) => {
      const events = new EventSource(`${api}?${new URLSearchParams({ query })}`, { withCredentials: true });
      events.onopen = () => resolve('open');
      events.onmessage = (event) => resolve(event.data);
      events.onerror = () => {
        events.close();
        resolve();
      };
    }),

  'a script': ({ api, query }) =>
    new Promise((resolve) => {
      const script = document.createElement('script');
      script.src = `${api}?${new URLSearchParams({ query })}`;
      script.onload = () => resolve('loaded');
      script.onerror = () => resolve();
      document.head.append(script);
    }),

  'a form': ({ api, query }) => {
    const frame = document.createElement('iframe');
    frame.name = `frame-${Math.random()}`;
    document.body.append(frame);
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: api, target: frame.name });
    const field = document.createElement('input');
    Object.assign(field, { name: 'query', value: query });
    form.append(field);
    document.body.append(form);
    return new Promise((resolve) => {
      frame.onload = () => resolve(frame.contentDocument?.body.textContent);
      form.submit();
    });
  },

  'a form whose text is JSON': ({ api, query }) => {
    const frame = document.createElement('iframe');
    frame.name = `frame-${Math.random()}`;
    document.body.append(frame);
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', enctype: 'text/plain', action: api, target: frame.name });
    const field = document.createElement('input');
    Object.assign(field, { name: `${JSON.stringify({ query }).slice(0, -1)},"extensions":{"`, value: '":1}}' });
    form.append(field);
    document.body.append(form);
    return new Promise((resolve) => {
      frame.onload = () => resolve(frame.contentDocument?.body.textContent);
      form.submit();
    });
  },
};

/** Tries everything on the page with one operation, and returns what the page got to see, by attack. */
export async function tryAll(page, api, query) {
  const seen = {};
  for (const [name, attack] of Object.entries(attacks)) {
    const got = await page.evaluate(attack, { api, query }).catch(() => undefined);
    if (got) {
      seen[name] = got;
    }
  }
  return seen;
}
