import { useEffect } from 'react';
import { useGraphiQL } from '@graphiql/react';

/**
 * Shows the pane that a tab is about whenever the tab is entered: its headers when it has no variables, else its
 * variables. GraphiQL keeps that choice to itself, so this presses the button of the pane as a person would.
 */
export function OpenPaneOfTab() {
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]);
  const pane = tab?.variables ? 'variables' : tab?.headers ? 'headers' : null;

  // Typing changes the tab too, so only its id counts as entering.
  useEffect(() => {
    if (pane) {
      document.querySelector<HTMLButtonElement>(`.graphiql-editor-tools [data-name="${pane}"]`)?.click();
    }
  }, [tab?.id]);

  return null;
}
