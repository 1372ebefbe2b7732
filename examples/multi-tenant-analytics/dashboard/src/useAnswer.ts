// The answer to a query.

import type { Query, ResultSet } from '@cubejs-client/core';
import { useCubeQuery } from '@cubejs-client/react';
import { useEffect, useState } from 'react';

export interface Answering {
  // Perhaps that of the query before, while `isLoading`.
  readonly answer: ResultSet | null;
  // The answer to what was asked besides, of the same time.
  readonly whole: ResultSet | null;
  readonly error: Error | null;
  readonly isLoading: boolean;
  readonly isSlow: boolean;
}

// `query` is null where nothing is asked, and so is `whole`; the same objects as long as they are the same queries.
export function useAnswer(query: Query | null, whole: Query | null): Answering {
  const parts = useOne(query);
  const besides = useOne(whole);
  const isLoading = parts.isLoading || besides.isLoading;
  // Both change at once: parts of one question are not held against the whole of another.
  const [shown, show] = useState<Pick<Answering, 'answer' | 'whole'>>({ answer: null, whole: null });
  const next = { answer: parts.answer, whole: whole && !besides.error ? besides.answer : null };
  if (!isLoading && (shown.answer !== next.answer || shown.whole !== next.whole)) show(next);
  return { ...shown, isLoading, error: parts.error, isSlow: parts.isSlow || besides.isSlow };
}

// What was refused for one reason is asked again together: one press, and not one for each tile.
const failed = new Set<() => void>();
export function askAgain(): void {
  for (const again of [...failed]) again();
}

function useOne(query: Query | null) {
  const { resultSet, isLoading, error, progress, refetch } = useCubeQuery(query ?? {}, { skip: query === null, resetResultSetOnChange: false });
  // The client's hook begins with a query after it was drawn: until then what it has is about the one before.
  const [begun, setBegun] = useState(query);
  useEffect(() => setBegun(query), [query]);
  const isBefore = begun !== query;
  useEffect(() => {
    if (!error) return undefined;
    const again = () => void refetch();
    failed.add(again);
    return () => void failed.delete(again);
  }, [error, refetch]);
  return {
    answer: resultSet, error: isBefore ? null : error, isLoading: isLoading || isBefore, isSlow: Boolean(progress) && !isBefore,
  };
}
