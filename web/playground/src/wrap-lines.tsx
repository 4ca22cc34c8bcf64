import { useEffect } from 'react';
import { useGraphiQL } from '@graphiql/react';

/** Breaks long lines of the query where its editor ends, however narrow that is. */
export function WrapLines() {
  const editor = useGraphiQL((state) => state.queryEditor);

  useEffect(() => editor?.updateOptions({ wordWrap: 'on', wrappingIndent: 'indent' }), [editor]);

  return null;
}
