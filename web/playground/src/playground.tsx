import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';

import { createMemoryStorage } from './memory-storage';
import { OpenPaneOfTab } from './open-pane-of-tab';
import { SchemaNotice } from './schema-notice';
import { steps } from './steps';

const fetcher = createGraphiQLFetcher({
  url: '/graphql',
  enableIncrementalDelivery: false,
  // With this type a mistake in an operation is an answer to be read, and not also a failed request in the console.
  headers: { accept: 'application/json' },
});
const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];
const storage = createMemoryStorage();

/** GraphiQL on the API of this origin, open on the steps of a newcomer. */
export function Playground() {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      storage={storage}
      shouldPersistHeaders={false}
      schemaDescription
      defaultTabs={steps}
      // The first tab shows its own query, but takes its variables from here.
      initialVariables={steps[0].variables}
    >
      <GraphiQL.Logo>
        Daypass <span className="brand-line">one sign-in, all day</span>
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <SchemaNotice />
      </GraphiQL.Footer>
      <OpenPaneOfTab />
    </GraphiQL>
  );
}
