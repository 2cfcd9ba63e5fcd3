import type { Engine } from '../../engines/engine.ts'
import { newestControl } from '../metrics/sweep.ts'

/** A framework that reports of an organisation name. */
export interface NamedFramework {
  /** model/framework.ts */
  framework: string
  title: string
  /** Controls that serve some requirement of it. */
  controls: number
}

/** All frameworks that the newest descriptions of controls name, by key. */
export function namedFrameworks(engine: Engine, org_id: number): Promise<NamedFramework[]> {
  return engine.query<NamedFramework>(
    `select framework, min(title collate "C") as title, count(distinct control_id) as controls from control_framework where org_id = $org_id
     group by framework order by framework collate "C"`,
    { org_id },
  )
}

/** One control that serves one requirement. */
export interface FrameworkRow {
  framework: string
  title: string
  section: string
  requirement: string
  control_id: string
}

/** The newest descriptions of all controls that name requirements: JSON [{framework, requirement}], and the product that each is about. */
export function controlsWithFrameworks(
  engine: Engine,
  org_id: number,
): Promise<{ control_id: string; product: string | null; frameworks: string }[]> {
  return engine.query(
    `with ${newestControl} select control_id, product, frameworks from newest_control where frameworks <> '[]' order by control_id collate "C"`,
    { org_id },
  )
}

/** Which control serves which requirement now, in order. */
export function standingFrameworks(engine: Engine, org_id: number): Promise<FrameworkRow[]> {
  return engine.query(
    `select framework, title, section, requirement, control_id from control_framework where org_id = $org_id
     order by framework collate "C", control_id collate "C", requirement collate "C"`,
    { org_id },
  )
}

/** Replaces what is known of an organisation. */
export async function replaceFrameworks(transaction: Engine, org_id: number, rows: readonly FrameworkRow[]): Promise<void> {
  await transaction.run('delete from control_framework where org_id = $org_id', { org_id })
  await transaction.append(
    'control_framework',
    ['org_id', 'framework', 'title', 'section', 'requirement', 'control_id'],
    rows.map(({ framework, title, section, requirement, control_id }) => [org_id, framework, title, section, requirement, control_id]),
  )
}
