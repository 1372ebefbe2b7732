// The answer to a query.

import type { Query, ResultSet } from '@cubejs-client/core';
import { useCubeQuery } from '@cubejs-client/react';
import { useEffect, useState } from 'react';

export interface Answering {
  // Perhaps that of the query before, while `isLoading`.
  readonly answer: ResultSet | null;
  readonly error: Error | null;
  readonly isLoading: boolean;
  readonly isSlow: boolean;
}

// `query` is null where nothing is asked; the same object as long as it is the same query.
export function useAnswer(query: Query | null): Answering {
  const { resultSet, isLoading, error, progress } = useCubeQuery(query ?? {}, { skip: query === null, resetResultSetOnChange: false });
  // The client's hook begins with a query after it was drawn: until then what it has is about the one before.
  const [begun, setBegun] = useState(query);
  useEffect(() => setBegun(query), [query]);
  const isBefore = begun !== query;
  return { answer: resultSet, error: isBefore ? null : error, isLoading: isLoading || isBefore, isSlow: Boolean(progress) && !isBefore };
}
