/** The same request in other words: to paste into a terminal or a program. */

import { comparedTime, groupingKeys, type Query } from '../query/query';

export interface Snippet {
  id: string;
  label: string;
  /** What it needs to run. */
  needs: string;
  text: string;
}

export interface Request {
  query: Query;
  /** Where the server is, as `http://localhost:4000`. */
  origin: string;
  /** Where its API is, as `/cubejs-api`. */
  basePath: string;
  /** The token of who asks; null asks without one. */
  token: string | null;
}

export function snippets(request: Request): readonly Snippet[] {
  return [
    { id: 'curl', label: 'curl', needs: 'a shell and curl', text: curl(request) },
    { id: 'kubus', label: 'Python', needs: "pip install 'kubus[client]'", text: pythonKubus(request) },
    {
      id: 'requests',
      label: 'Python requests',
      needs: 'pip install requests',
      text: pythonRequests(request),
    },
    {
      id: 'javascript',
      label: 'JavaScript',
      needs: 'npm install @cubejs-client/core',
      text: javascript(request),
    },
    {
      id: 'react',
      label: 'React',
      needs: 'npm install @cubejs-client/core @cubejs-client/react',
      text: react(request),
    },
  ];
}

const apiUrl = ({ origin, basePath }: Request) => `${origin}${basePath}/v1`;

const pretty = (value: unknown) => JSON.stringify(value, null, 2);

/** Text within single quotes of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What is posted. Several results, as of ranges that are compared, are given to those alone who say that they know them. */
function posted(query: Query): Record<string, unknown> {
  return comparedTime(query) === undefined ? { query } : { query, queryType: 'multi' };
}

/** The query once for each of the ranges that it compares. */
function oneByOne(query: Query): Query[] {
  const compared = comparedTime(query);
  return (compared?.compareDateRange ?? []).map((dateRange) => ({
    ...query,
    timeDimensions: (query.timeDimensions ?? []).map((time) => {
      const { compareDateRange: _ranges, ...rest } = time;
      return time === compared ? { ...rest, dateRange } : time;
    }),
  }));
}

function curl(request: Request): string {
  const { query, token } = request;
  const authorization = token === null ? '' : `  -H ${quoted(`Authorization: ${token}`)} \\\n`;
  return `curl -s ${quoted(`${apiUrl(request)}/load`)} \\
${authorization}  -H 'Content-Type: application/json' \\
  --data-binary ${quoted(pretty(posted(query)))}
`;
}

const PYTHON: Record<string, string> = { true: 'True', false: 'False', null: 'None' };

/** A value as Python writes it; strings of JSON are strings of Python. */
function python(value: unknown): string {
  const parts = pretty(value).split(/("(?:[^"\\]|\\.)*")/);
  return parts
    .map((part) =>
      part.startsWith('"') ? part : part.replace(/\b(true|false|null)\b/g, (word) => PYTHON[word] ?? word),
    )
    .join('');
}

const USUAL_BASE_PATH = '/cubejs-api';

function pythonKubus({ query, origin, basePath, token }: Request): string {
  const given = [
    JSON.stringify(origin),
    ...(token === null ? [] : [`token=${JSON.stringify(token)}`]),
    ...(basePath === USUAL_BASE_PATH ? [] : [`base_path=${JSON.stringify(basePath)}`]),
  ];
  if (comparedTime(query) !== undefined) {
    return `from kubus.client import Client

# Ranges that are compared, one query each.
queries = ${python(oneByOne(query))}

with Client(${given.join(', ')}) as client:
    for query in queries:
        for row in client.query(query):
            print(row)
`;
  }
  return `from kubus.client import Client

query = ${python(query)}

with Client(${given.join(', ')}) as client:
    for row in client.query(query):
        print(row)
`;
}

const pythonRows = `for row in result["data"]:
    print(row)
`;
const pythonRowsOfAll = `# One result for each range; compareDateRange in its rows tells which.
for part in result["results"]:
    for row in part["data"]:
        print(row)
`;

function pythonRequests(request: Request): string {
  const { query, token } = request;
  const headers = token === null ? '{}' : `{"Authorization": ${JSON.stringify(token)}}`;
  const isCompared = comparedTime(query) !== undefined;
  return `import requests

${isCompared ? 'question' : 'query'} = ${python(isCompared ? posted(query) : query)}
headers = ${headers}

while True:
    answer = requests.post(${JSON.stringify(`${apiUrl(request)}/load`)}, json=${isCompared ? 'question' : '{"query": query}'}, headers=headers, timeout=60)
    answer.raise_for_status()
    result = answer.json()
    if result.get("error") != "Continue wait":
        break

${isCompared ? pythonRowsOfAll : pythonRows}`;
}

function javascript(request: Request): string {
  const { query, token } = request;
  return `import cube from '@cubejs-client/core';

const api = cube(${JSON.stringify(token ?? '')}, { apiUrl: ${JSON.stringify(apiUrl(request))} });

const resultSet = await api.load(${pretty(query)});
${
  comparedTime(query) === undefined
    ? 'const rows = resultSet.rawData();'
    : `// One result for each range; compareDateRange in its rows tells which.
const rows = resultSet.decompose().flatMap((part) => part.rawData());`
}
console.log(JSON.stringify(rows));
`;
}

function react(request: Request): string {
  const { query, token } = request;
  return `import cube, { type Query } from '@cubejs-client/core';
import { CubeProvider, useCubeQuery } from '@cubejs-client/react';

const api = cube(${JSON.stringify(token ?? '')}, { apiUrl: ${JSON.stringify(apiUrl(request))} });

// The library's type has fewer operators and values than the API.
const query = ${pretty(query)} as Query;

function Rows() {
  const { resultSet, isLoading, error } = useCubeQuery(query);
  if (error) return <p role="alert">{error.toString()}</p>;
  if (isLoading || !resultSet) return <p>Loading</p>;
${comparedTime(query) === undefined ? reactRows : reactRowsOfAll(query)}
  return (
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key}>{column.title}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, number) => (
          <tr key={number}>
            {columns.map((column) => (
              <td key={column.key}>{String(row[column.key] ?? '')}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function App() {
  return (
    <CubeProvider cubeApi={api}>
      <Rows />
    </CubeProvider>
  );
}
`;
}

const reactRows = `  const columns = resultSet.tableColumns();
  const rows = resultSet.tablePivot();`;

// The library lays ranges over each other, and cuts the longer ones: here all their rows are listed.
function reactRowsOfAll(query: Query): string {
  const keys = [...groupingKeys(query), ...(query.measures ?? [])];
  return `  // One result for each range; compareDateRange in its rows tells which.
  const rows = resultSet.decompose().flatMap((part) => part.rawData());
  const columns = ${JSON.stringify(keys)}.map((key) => ({ key, title: key }));`;
}
