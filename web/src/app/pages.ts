/** The pages, each loaded when it is first opened. */

import { Activity, Blocks, ChartNoAxesCombined, type LucideIcon, ShieldCheck } from 'lucide-react';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

export interface Page {
  path: string;
  title: string;
  icon: LucideIcon;
  content: LazyExoticComponent<ComponentType>;
}

export const PAGES: readonly [Page, ...Page[]] = [
  {
    path: '/build',
    title: 'Build',
    icon: ChartNoAxesCombined,
    content: lazy(() => import('../explore/BuildPage')),
  },
  { path: '/model', title: 'Model', icon: Blocks, content: lazy(() => import('../model/ModelPage')) },
  {
    path: '/access',
    title: 'Access',
    icon: ShieldCheck,
    content: lazy(() => import('../access/AccessPage')),
  },
  { path: '/health', title: 'Health', icon: Activity, content: lazy(() => import('../health/HealthPage')) },
];
