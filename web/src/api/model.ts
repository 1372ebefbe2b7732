/** The data model as developers work at it: what it holds, how cubes meet, its files, and tables to make cubes of. */

import { getJson, postJson } from './request';

// ── what there is ──

/** Where something is declared. Not there where nobody knows. */
export interface Place {
  fileName?: string;
  line?: number;
}

/** A measure, dimension or segment with everything that developers may see of it. */
export interface ModelMember extends Place {
  name: string;
  title: string;
  shortTitle: string;
  type?: string;
  aggType?: string;
  description?: string;
  format?: unknown;
  currency?: string;
  public?: boolean;
  primaryKey?: boolean;
  sql: string | null;
  aliasMember?: string;
  drillMembers?: readonly string[];
  granularities?: readonly { name: string; title: string }[];
}

export interface ModelHierarchy {
  name: string;
  title?: string;
  public?: boolean;
  levels: readonly string[];
}

/** A folder of a view: paths of members, and folders in it. */
export interface ModelFolder {
  name: string;
  members: readonly (string | ModelFolder)[];
}

export interface ModelHolder extends Place {
  name: string;
  type: 'cube' | 'view';
  title: string;
  description?: string;
  public: boolean;
  /** The table, or the query if `isQuery`. Views have none. */
  sql?: string;
  isQuery?: boolean;
  dataSource?: string;
  extends?: string;
  policies: number;
  measures: readonly ModelMember[];
  dimensions: readonly ModelMember[];
  segments: readonly ModelMember[];
  hierarchies: readonly ModelHierarchy[];
  nestedFolders: readonly ModelFolder[];
}

/** The model of the files as they are; `isStale`: they are wrong now, and this is the one of before. */
export interface Model {
  version: string | null;
  isStale: boolean;
  cubes: readonly ModelHolder[];
}

export function fetchModel(signal?: AbortSignal): Promise<Model> {
  return getJson('/playground/model', signal);
}

// ── how cubes meet ──

export type Relationship = 'one_to_one' | 'one_to_many' | 'many_to_one';

export interface CubeNode {
  name: string;
  title: string;
  public: boolean;
  dataSource: string;
  measures: number;
  dimensions: number;
  hasKey: boolean;
  fileName: string;
  line: number;
}

export interface JoinEdge {
  source: string;
  target: string;
  relationship: Relationship;
  sql: string;
  fileName: string;
  line: number;
}

export interface ViewPaths {
  name: string;
  title: string;
  public: boolean;
  paths: readonly (readonly string[])[];
  fileName: string;
  line: number;
}

export interface JoinGraph {
  version: string | null;
  cubes: readonly CubeNode[];
  joins: readonly JoinEdge[];
  views: readonly ViewPaths[];
}

export function fetchGraph(signal?: AbortSignal): Promise<JoinGraph> {
  return getJson('/playground/graph', signal);
}

// ── files ──

export interface ModelFile {
  fileName: string;
  content: string;
  absPath: string;
  kind: 'yaml' | 'template' | 'python';
  /** Which version this is: who writes the file says it again. Null where there is no file. */
  base: string | null;
  /** Why it cannot be written here; null where it can. */
  whyNot: string | null;
}

export interface Files {
  folder: string;
  files: readonly ModelFile[];
}

export function fetchFiles(signal?: AbortSignal): Promise<Files> {
  return getJson('/playground/files', signal);
}

/** A problem or warning. Lines and columns count from 1; 0 is unknown. */
export interface Finding {
  level: 'error' | 'warning';
  fileName: string;
  line: number;
  column: number;
  message: string;
  hint: string | null;
  rule: string | null;
  cube: string | null;
  excerpt: string | null;
}

export interface Checked {
  findings: readonly Finding[];
  compiles: boolean;
}

/** What is found in the model, with a text in the place of one file; without one, as the files are. */
export function check(text?: { fileName: string; content: string }, signal?: AbortSignal): Promise<Checked> {
  return postJson('/playground/check', text ?? {}, signal);
}

/** What would be found in the model if a file were not there. */
export function checkWithout(fileName: string, signal?: AbortSignal): Promise<Checked> {
  return postJson('/playground/check', { without: [fileName] }, signal);
}

export interface FileEdit {
  fileName: string;
  content: string;
  base: string | null;
}

/** A query to begin with, and the kind of chart that shows it. */
export interface FirstQuery {
  query: Record<string, unknown>;
  chart: 'line' | 'bar' | 'number';
}

export interface Accepted extends Checked {
  files: readonly ModelFile[];
  firstQuery: FirstQuery | null;
}

/** Writes one file. Refused with status 409 if it changed meanwhile. */
export function saveFile(edit: FileEdit): Promise<Accepted> {
  return postJson('/playground/files', edit);
}

/** Writes several files, or none of them. */
export function accept(files: readonly FileEdit[]): Promise<Accepted> {
  return postJson('/playground/accept', { files });
}

/** Takes a file away; what was in it is kept. Refused with status 409 if it changed meanwhile. */
export function deleteFile(fileName: string, base: string): Promise<Accepted> {
  return postJson('/playground/delete', { fileName, base });
}

/** Gives a file another name, or another folder of the model. */
export function renameFile(fileName: string, to: string, base: string): Promise<Accepted> {
  return postJson('/playground/rename', { fileName, to, base });
}

/** What was in a file until a time. `name` tells it from others of the same file. */
export interface Backup {
  fileName: string;
  name: string;
  until: string;
}

/** What is kept of files that were written or deleted here, the newest first. */
export async function fetchBackups(signal?: AbortSignal): Promise<readonly Backup[]> {
  return (await getJson<{ backups: readonly Backup[] }>('/playground/backups', signal)).backups;
}

export async function backupText({ fileName, name }: Backup, signal?: AbortSignal): Promise<string> {
  return (await postJson<{ content: string }>('/playground/backups', { fileName, name }, signal)).content;
}

/** A text laid out as `kubus format` does it. */
export async function laidOut(fileName: string, content: string): Promise<string> {
  return (await postJson<{ content: string }>('/playground/format', { fileName, content })).content;
}

// ── places ──

export interface Span {
  fileName: string;
  line: number;
  column: number;
  endColumn: number;
}

export interface Completion {
  text: string;
  kind: 'key' | 'word' | 'cube' | 'measure' | 'dimension' | 'segment' | 'column' | 'table' | 'pattern';
  detail: string;
  explanation: string | null;
  /** A text with places to be gone through and written over, `${1:name}`; null: `text` is written. */
  pattern: string | null;
}

export interface AtPlace {
  completions?: readonly Completion[];
  hover?: string | null;
  span?: Span | null;
  definitions?: readonly Span[];
}

/** A line and column of a text, from 1; columns count characters, not units of UTF-16. */
export interface PlaceInText {
  fileName: string;
  content: string;
  line: number;
  column: number;
}

export function atPlace(
  want: 'completions' | 'hover' | 'definition',
  place: PlaceInText,
  signal?: AbortSignal,
): Promise<AtPlace> {
  return postJson('/playground/complete', { ...place, want }, signal);
}

// ── tables ──

export interface Column {
  name: string;
  type: string;
  kind: 'number' | 'string' | 'time' | 'boolean' | null;
  comment: string | null;
  isKey: boolean;
}

export interface DbTable {
  schema: string;
  name: string;
  comment: string | null;
  /** The cube that is on it already. */
  cube: string | null;
  leadsTo: readonly string[];
  columns: readonly Column[];
}

export interface Tables {
  dataSource: string;
  dataSources: readonly { name: string; type: string }[];
  schema: string;
  tables: readonly DbTable[];
}

export function fetchTables(dataSource: string, signal?: AbortSignal): Promise<Tables> {
  return getJson(`/playground/db-schema?dataSource=${encodeURIComponent(dataSource)}`, signal);
}

export interface PartFound {
  id: string;
  kind: 'join' | 'dimension' | 'measure';
  name: string;
  type: string;
  sql: string | null;
  columns: readonly string[];
  why: string;
  isNew: boolean;
  isLeftOut: boolean;
}

export interface CubeFound {
  name: string;
  schema: string;
  table: string;
  isNew: boolean;
  key: readonly string[];
  keyWhy: string;
  remarks: readonly string[];
  parts: readonly PartFound[];
}

export interface FileProposed {
  fileName: string;
  before: string | null;
  after: string;
  base: string | null;
  diff: string;
  adds: readonly string[];
}

export interface Proposal {
  cubes: readonly CubeFound[];
  files: readonly FileProposed[];
  byHand: readonly string[];
  findings: readonly Finding[];
}

export interface ProposalRequest {
  tables: readonly (readonly [schema: string, table: string])[];
  dataSource: string;
  leaveOut: readonly string[];
  isOpen: boolean;
}

/** Cubes for tables, and why each part of them. Nothing is written. */
export function propose(request: ProposalRequest, signal?: AbortSignal): Promise<Proposal> {
  return postJson('/playground/generate', request, signal);
}
