import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';

import { FollowSystemTheme } from './follow-system-theme';
import { createMemoryStorage } from './memory-storage';
import { OpenPaneOfTab } from './open-pane-of-tab';
import { SchemaNotice } from './schema-notice';
import { sessionPlugin } from './session/plugin';
import { Session } from './session/session';
import { steps } from './steps';
import { WrapLines } from './wrap-lines';

const session = new Session();
const sessionPanel = sessionPlugin(session);
const plugins = [sessionPanel, HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];
const storage = createMemoryStorage();

/** GraphiQL on the API of this origin, open on the steps of a newcomer. */
export function Playground() {
  return (
    <GraphiQL
      fetcher={session.fetcher}
      plugins={plugins}
      visiblePlugin={sessionPanel}
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
      <WrapLines />
      <FollowSystemTheme />
    </GraphiQL>
  );
}
