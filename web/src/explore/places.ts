/** The list of members as a tree: cubes and views, the folders and hierarchies in them, and members, each in its place. */

import type { Folder, Hierarchy, Holder, Member } from './members';

/** A line of the tree. A member may have several places, each with an id of its own. */
export type Place = GroupPlace | MemberPlace | MorePlace;

export interface GroupPlace {
  id: string;
  kind: 'cube' | 'view' | 'folder' | 'hierarchy';
  title: string;
  description: string | undefined;
  children: readonly Place[];
}

/** A cube or view with what a search found in it. */
export interface FoundPlace extends GroupPlace {
  children: readonly MemberPlace[];
}

export interface MemberPlace {
  id: string;
  kind: 'member';
  member: Member;
  /** The folder that it is in, where that is not seen; empty where there is none. */
  where: string;
}

/** Stands for the rest of a long list. */
export interface MorePlace {
  id: string;
  kind: 'more';
  /** The group whose rest it is. */
  of: string;
  count: number;
}

/** The first of these places, and what stands for all others. */
export function firstOf(children: readonly Place[], most: number, of: string): readonly Place[] {
  if (children.length <= most) return children;
  return [...children.slice(0, most), { id: restOf(of), kind: 'more', of, count: children.length - most }];
}

const restOf = (group: string) => `${group}/more`;

/** The places of cubes and views: folders as the model nests them, members that are in none, and hierarchies. */
export function placesOf(holders: readonly Holder[]): readonly GroupPlace[] {
  return holders.map((holder) => {
    const placed = new Set<Member | Hierarchy>();
    const inFolders = holder.folders.map((folder, at) => folderPlace(folder, `${holder.name}/${at}`, placed));
    const loose = holder.members.filter((member) => !placed.has(member));
    const hierarchies = holder.hierarchies.filter((hierarchy) => !placed.has(hierarchy));
    return {
      ...groupOf(holder),
      children: [
        ...inFolders,
        ...loose.map((member) => memberPlace(member, member.name)),
        ...hierarchies.map((one, at) => hierarchyPlace(one, `${holder.name}/levels/${at}`)),
      ],
    };
  });
}

/** The places of what a search found: each member once, with the folder that it is in beside it; at most so many. */
export function placesFound(holders: readonly Holder[], most: number): readonly FoundPlace[] {
  let left = most;
  return holders.flatMap((holder) => {
    const children = holder.members.slice(0, left).map((member) => ({
      ...memberPlace(member, member.name),
      where: holder.within.get(member.name)?.[0] ?? '',
    }));
    left -= children.length;
    return children.length === 0 ? [] : [{ ...groupOf(holder), children }];
  });
}

function groupOf({ name, title, description, isView }: Holder): Omit<GroupPlace, 'children'> {
  return { id: name, kind: isView ? 'view' : 'cube', title, description };
}

/** The place of a folder; what is in it is added to `placed`. */
function folderPlace({ title, items }: Folder, id: string, placed: Set<Member | Hierarchy>): GroupPlace {
  const children = items.map((item, at): Place => {
    if ('items' in item) return folderPlace(item, `${id}/${at}`, placed);
    placed.add(item);
    return 'levels' in item ? hierarchyPlace(item, `${id}/${at}`) : memberPlace(item, `${id}/${item.name}`);
  });
  return { id, kind: 'folder', title, description: undefined, children };
}

function hierarchyPlace({ title, levels }: Hierarchy, id: string): GroupPlace {
  const children = levels.map((level) => memberPlace(level, `${id}/${level.name}`));
  return { id, kind: 'hierarchy', title, description: undefined, children };
}

function memberPlace(member: Member, id: string): MemberPlace {
  return { id, kind: 'member', member, where: '' };
}

/** Every place of a member, by its id, and the ids of all places in which there is none. */
export function sorted(places: readonly Place[]): {
  members: ReadonlyMap<string, Member>;
  groups: readonly string[];
} {
  const members = new Map<string, Member>();
  const groups: string[] = [];
  const look = (all: readonly Place[]) => {
    for (const place of all) {
      if (place.kind === 'member') members.set(place.id, place.member);
      else if (place.kind !== 'more') {
        groups.push(place.id, restOf(place.id));
        look(place.children);
      }
    }
  };
  look(places);
  return { members, groups };
}
