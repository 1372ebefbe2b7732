/** The pages, each loaded when it is first opened. */

import { Activity, Blocks, ChartNoAxesCombined, type LucideIcon, ShieldCheck } from 'lucide-react';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

export interface Page {
  path: string;
  title: string;
  icon: LucideIcon;
  content: LazyExoticComponent<ComponentType>;
  load: Load;
}

type Load = () => Promise<{ default: ComponentType }>;

const page = (path: string, title: string, icon: LucideIcon, load: Load): Page => ({
  path,
  title,
  icon,
  load,
  content: lazy(load),
});

export const PAGES: readonly [Page, ...Page[]] = [
  page('/build', 'Build', ChartNoAxesCombined, () => import('../explore/BuildPage')),
  page('/model', 'Model', Blocks, () => import('../model/ModelPage')),
  page('/access', 'Access', ShieldCheck, () => import('../access/AccessPage')),
  page('/health', 'Health', Activity, () => import('../health/HealthPage')),
];

/** Begins to load the page of a path, so that it is on its way while the shell is drawn. */
export function loadAhead(path: string): void {
  const shown = PAGES.find((one) => path.startsWith(one.path)) ?? PAGES[0];
  // One that cannot be loaded is told when it is shown.
  shown.load().catch(() => {});
}
