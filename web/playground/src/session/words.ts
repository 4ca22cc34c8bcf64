import { useGraphiQL } from '@graphiql/react';
import { isEnumType } from 'graphql';

/** What the schema says of a value of one of its enums; null when it says nothing, or could not be read. */
export function useWords(enumName: 'ErrorCode' | 'SessionEndReason', value: string | null): string | null {
  const schema = useGraphiQL((state) => state.schema);
  const type = schema?.getType(enumName);
  return (value && isEnumType(type) && type.getValue(value)?.description) || null;
}
