/** The addresses of the Model page: what is shown stands in the URL, so that it can be shared and gone back to. */

export type Section = 'browse' | 'graph' | 'files' | 'tables';

const SECTIONS: Record<string, Section> = { graph: 'graph', files: 'files', tables: 'tables' };

/** The section that a path of the page shows. */
export function sectionOf(path: string): Section {
  return SECTIONS[path.split('/')[2] ?? ''] ?? 'browse';
}

export function sectionPath(section: Section): string {
  return section === 'browse' ? '/model' : `/model/${section}`;
}

/** Where a cube or view is shown, and in it a member. */
export function holderPath(name: string, member = ''): string {
  const place = member === '' ? '' : `&member=${encodeURIComponent(member)}`;
  return `/model?show=${encodeURIComponent(name)}${place}`;
}

/** Where a file is edited, with the cursor in a line. */
export function filePath(fileName: string, line = 0, column = 0): string {
  const place = line > 0 ? `&line=${line}${column > 1 ? `&column=${column}` : ''}` : '';
  return `/model/files?file=${encodeURIComponent(fileName)}${place}`;
}

/** Where a query is built, begun with this one. */
export function buildPath(query: Record<string, unknown>, chart?: string): string {
  const shown = chart === undefined ? '' : `&chart=${chart}`;
  return `/build?query=${encodeURIComponent(JSON.stringify(query))}${shown}`;
}
