/** The members that a caller may ask for, by name. */

import type { Cube, TCubeNestedFolder } from '@cubejs-client/core';
import type { MemberType } from '../query/operators';

export type MemberKind = 'measure' | 'dimension' | 'time' | 'segment';

export interface Member {
  /** Its name: what lists know it by. */
  id: string;
  name: string;
  title: string;
  shortTitle: string;
  description: string | undefined;
  kind: MemberKind;
  type: MemberType;
  /** What the measure aggregates by: `sum`, `count`, `avg`, …; undefined for other members. */
  aggType: string | undefined;
  /** Granularities of its own, beside those that every time has. */
  granularities: readonly { name: string; title: string }[];
  isPublic: boolean;
  holder: Holder;
}

/** A cube or a view. */
export interface Holder {
  /** Its name: what lists know it by. */
  id: string;
  name: string;
  title: string;
  description: string | undefined;
  isView: boolean;
  members: readonly Member[];
  folders: readonly Folder[];
  hierarchies: readonly Hierarchy[];
  /** The titles of the folders and hierarchies that a member is in, by its name. */
  within: ReadonlyMap<string, readonly string[]>;
}

/** Members, hierarchies and folders under a title, in their order. */
export interface Folder {
  title: string;
  items: readonly (Member | Hierarchy | Folder)[];
}

/** Dimensions from coarse to fine. */
export interface Hierarchy {
  title: string;
  levels: readonly Member[];
}

export interface Members {
  holders: readonly Holder[];
  byName: ReadonlyMap<string, Member>;
}

export const NO_MEMBERS: Members = { holders: [], byName: new Map() };

interface Listed {
  name: string;
  title: string;
  shortTitle: string;
  description?: string | undefined;
  type?: string;
  aggType?: string;
  public?: boolean;
  granularities?: { name: string; title: string }[];
}

/** The members of these cubes and views. Views come first: they are made for those who ask. */
export function membersOf(cubes: readonly Cube[]): Members {
  const holders = cubes.map(holderOf).sort((a, b) => Number(b.isView) - Number(a.isView));
  const all = holders.flatMap((holder) => holder.members);
  return { holders, byName: new Map(all.map((member) => [member.name, member])) };
}

function holderOf(cube: Cube): Holder {
  const members: Member[] = [];
  const within = new Map<string, readonly string[]>();
  const holder: Holder & { folders: readonly Folder[]; hierarchies: readonly Hierarchy[] } = {
    id: cube.name,
    name: cube.name,
    title: cube.title,
    description: cube.description,
    isView: cube.type === 'view',
    members,
    folders: [],
    hierarchies: [],
    within,
  };
  const add = (listed: readonly Listed[], kindOf: (one: Listed) => MemberKind) => {
    for (const one of listed) {
      members.push({
        id: one.name,
        name: one.name,
        title: one.title,
        shortTitle: one.shortTitle,
        description: one.description,
        kind: kindOf(one),
        type: typeOf(one.type),
        aggType: one.aggType,
        granularities: one.granularities ?? [],
        isPublic: one.public !== false,
        holder,
      });
    }
  };
  add(cube.measures, () => 'measure');
  add(cube.dimensions as Listed[], (one) => (one.type === 'time' ? 'time' : 'dimension'));
  add(cube.segments, () => 'segment');
  const known = new Map(members.map((member) => [member.name, member]));
  const hierarchies = new Map(
    (cube.hierarchies ?? []).map(({ name, title, levels }) => [
      name,
      {
        title: title ?? name.slice(name.indexOf('.') + 1),
        levels: levels.flatMap((level) => known.get(level) ?? []),
      },
    ]),
  );
  const folderOf = ({ name, members: items }: TCubeNestedFolder): Folder => ({
    title: name,
    items: items.flatMap((item) =>
      typeof item === 'string' ? (known.get(item) ?? hierarchies.get(item) ?? []) : folderOf(item),
    ),
  });
  holder.folders = (cube.nestedFolders ?? []).map(folderOf);
  holder.hierarchies = [...hierarchies.values()].filter(({ levels }) => levels.length > 0);
  const put = (member: Member, titles: readonly string[]) =>
    within.set(member.name, [...(within.get(member.name) ?? []), ...titles]);
  const putAll = ({ title, items }: Folder, above: readonly string[]) => {
    for (const item of items) {
      if ('items' in item) putAll(item, [...above, title]);
      else if ('kind' in item) put(item, [...above, title]);
    }
  };
  for (const folder of holder.folders) putAll(folder, []);
  for (const { title, levels } of holder.hierarchies) for (const level of levels) put(level, [title]);
  return holder;
}

function typeOf(type: string | undefined): MemberType {
  return type === 'number' || type === 'time' || type === 'boolean' ? type : 'string';
}

/**
 * The holders with those of their members whose names or titles, or those of their folders and hierarchies, have every word of
 * the search; the closest first.
 */
export function found(holders: readonly Holder[], search: string): readonly Holder[] {
  const phrase = search.trim().toLowerCase();
  const words = phrase.split(/\s+/).filter(Boolean);
  if (words.length === 0) return holders;
  const matching = holders.flatMap((holder) => {
    const members = holder.members
      .filter((member) => {
        const titles = holder.within.get(member.name) ?? [];
        const text = [member.name, member.title, holder.title, ...titles].join(' ').toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .sort((a, b) => distance(a, phrase) - distance(b, phrase));
    return members.length === 0 ? [] : [{ ...holder, members }];
  });
  const closest = ({ members }: Holder) => Math.min(...members.map((member) => distance(member, phrase)));
  return matching.sort((a, b) => closest(a) - closest(b));
}

/** How far a member is from what was searched for: its title itself, its beginning, a part of it, or only its words. */
function distance({ title, shortTitle }: Member, phrase: string): number {
  const titles = [title.toLowerCase(), shortTitle.toLowerCase()];
  if (titles.includes(phrase)) return 0;
  if (titles.some((one) => one.startsWith(phrase))) return 1;
  return titles.some((one) => one.includes(phrase)) ? 2 : 3;
}
