import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql';

import { buildDaypass, startDaypass } from '../../web/playground/test/daypass.js';

const apps = ['react-apollo', 'react-urql', 'relay'];
/** What an app does in the way of its GraphQL client. */
const itsOwn = ['account.tsx', 'graphql.tsx'];

let build;
let daypass;

before(async () => {
  build = await buildDaypass();
  daypass = await startDaypass(build.program);
});

after(async () => {
  await daypass?.stop();
  await build?.remove();
});

test('the apps differ in two files only', async () => {
  const [first, ...others] = await Promise.all(apps.map(sharedSources));
  assert.ok(Object.keys(first).length > 5);
  for (const other of others) {
    assert.deepEqual(other, first);
  }
});

for (const app of ['react-apollo', 'react-urql']) {
  test(`${app}: introspection of the running server gives the generated code that is committed`, async () => {
    await run(app, 'graphql-codegen', ['--check'], { SCHEMA: `${daypass.origin}/graphql` });
  });
}

test('relay: introspection of the running server gives the generated code that is committed', async () => {
  await writeFile(join(folderOf('relay'), 'schema.graphql'), await printedSchema());
  await run('relay', 'relay-compiler', ['--validate']);
});

/** The sources by their names. */
async function sharedSources(app) {
  const folder = join(folderOf(app), 'src');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && !itsOwn.includes(entry.name)).map(({ name }) => name);
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])));
}

/** What the running server tells of its schema, as a document. */
async function printedSchema() {
  const response = await fetch(`${daypass.origin}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery() }),
  });
  const { data } = await response.json();
  return printSchema(buildClientSchema(data));
}

function run(app, command, args, env) {
  const program = fileURLToPath(new URL(`../node_modules/.bin/${command}`, import.meta.url));
  return promisify(execFile)(program, args, { cwd: folderOf(app), env: { ...process.env, ...env } });
}

function folderOf(app) {
  return fileURLToPath(new URL(`../${app}`, import.meta.url));
}
