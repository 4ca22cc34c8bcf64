import { useGraphiQL } from '@graphiql/react';

/** Says what still works when the schema could not be read. */
export function SchemaNotice() {
  const fetchError = useGraphiQL((state) => state.fetchError);
  if (!fetchError) {
    return null;
  }
  return (
    <p className="schema-notice" role="status">
      The schema could not be read, so there is no completion and no documentation here. If introspection is switched
      off on this server, operations still run: the contract is in <code>schema.graphqls</code>.
    </p>
  );
}
