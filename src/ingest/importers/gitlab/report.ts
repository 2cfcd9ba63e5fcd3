import { z } from 'zod'
import { Amount, listOf, maybe, Text, Word } from '../../readers/lenient.ts'

/** What the report says of the run; absent before version 3 of the format, and in cut samples. */
export const Scan = z.object({
  type: Text,
  status: Text,
  start_time: Text,
  end_time: Text,
  scanner: maybe(z.object({ id: Text, name: Text, version: Text })),
  scanned_resources: listOf(z.object({ url: Text })),
})
export type Scan = z.infer<typeof Scan>

/** One item, only what we use: https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/tree/master/dist */
export const Vulnerability = z.object({
  category: Text,
  name: Text,
  message: Text,
  description: Text,
  severity: Text,
  solution: Text,
  identifiers: z
    .array(z.object({ type: Text, name: Text, value: Word, url: Text }))
    .nullish()
    .transform((all) => all ?? []),
  links: listOf(z.object({ url: Text })),
  cvss_vectors: listOf(z.object({ vector: Text })),
  location: z.object({
    file: Text,
    start_line: Amount,
    image: Text,
    operating_system: Text,
    dependency: maybe(z.object({ package: maybe(z.object({ name: Text })), version: Text })),
    hostname: Text,
    method: Text,
    path: Text,
    param: Text,
  }),
})
export type Vulnerability = z.infer<typeof Vulnerability>

export const DependencyFile = z.object({
  path: Text,
  dependencies: listOf(z.object({ package: maybe(z.object({ name: Text })), version: Text })),
})

/** `dependency_scanning`, `container_scanning`, `sast`, `secret_detection`, `dast`, `api_fuzzing` … : as stated, else by the location. */
export function typeOf({ category, location }: Vulnerability, scan: Scan | null): string {
  const stated = category ?? scan?.type
  if (stated) return stated
  if (location.image) return 'container_scanning'
  if (location.hostname) return 'dast'
  return location.dependency?.package?.name ? 'dependency_scanning' : 'sast'
}

/** Whether reports of this type list vulnerable packages, and not places of rules. */
export const isAboutPackages = (type: string): boolean =>
  type === 'dependency_scanning' || type === 'container_scanning' || type === 'cluster_image_scanning'
